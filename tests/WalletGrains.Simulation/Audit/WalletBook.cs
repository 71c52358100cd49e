using System.Security.Cryptography;
using System.Text;

namespace WalletGrains.Simulation.Audit;

/// <summary>One wallet as a clerk would keep it: naive, and without a line of the product's rules.</summary>
internal sealed class WalletBook(Guid walletId, string currency)
{
    private const long MostMoney = 1_000_000_000_000_000;

    private readonly List<(TimeSpan At, long Version)> _acknowledged = [];

    public Guid WalletId { get; } = walletId;

    public string Currency { get; } = currency;

    public long Balance { get; private set; }

    public long Held { get; private set; }

    /// <summary>Decisions, accepted and refused.</summary>
    public long Revision { get; private set; }

    public byte[]? Hash { get; private set; }

    public List<AuditedEntry> Entries { get; } = [];

    public List<byte[]> Stored { get; } = [];

    public Dictionary<string, Request> Requests { get; } = [];

    public Request Request(string id)
    {
        if (!Requests.TryGetValue(id, out var request))
        {
            Requests[id] = request = new Request(WalletId, id);
        }

        return request;
    }

    /// <summary>Why the wallet must refuse this now; null when it must accept.</summary>
    public string? RefusalOf(Content content)
    {
        if (content.Amount <= 0)
        {
            return "AMOUNT_NOT_POSITIVE";
        }

        if (content.Currency != Currency)
        {
            return "CURRENCY_MISMATCH";
        }

        if (content.Amount > MostMoney || (content.Type is "FUND" or "TRANSFER_IN" && Balance + content.Amount > MostMoney))
        {
            return "AMOUNT_TOO_LARGE";
        }

        return content.Type is "WITHDRAW" or "TRANSFER_OUT" && content.Amount > Balance - Held ? "INSUFFICIENT_FUNDS" : null;
    }

    public void Add(AuditedEntry entry, ReadOnlyMemory<byte> bytes, ReadOnlySpan<byte> hash)
    {
        Balance += entry.Content.Signed;
        Revision++;
        Entries.Add(entry);
        Stored.Add(bytes.ToArray());
        Hash = hash.ToArray();
    }

    public void AddRefusal() => Revision++;

    /// <summary>What the next entry's hash has to be.</summary>
    public static byte[] NextHash(ReadOnlySpan<byte> previous, ReadOnlySpan<byte> bytes) => SHA256.HashData([.. previous, .. bytes]);

    /// <summary>The hash that the chain begins with.</summary>
    public byte[] FirstHash(Guid? ownerId, DateTimeOffset createdAt) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{WalletId}|{Currency}|{ownerId}|{createdAt.UtcTicks}"));

    /// <summary>The balance after so many entries.</summary>
    public long BalanceAt(long version) => version == 0 ? 0 : Entries[(int)version - 1].BalanceAfter;

    /// <summary>Somebody has been told of this version.</summary>
    public void Acknowledge(TimeSpan at, long version)
    {
        if (_acknowledged.Count == 0 || _acknowledged[^1].Version < version)
        {
            _acknowledged.Add((at, version));
        }
    }

    /// <summary>The newest version that somebody had been told of by then.</summary>
    public long AcknowledgedBy(TimeSpan at)
    {
        var known = _acknowledged.FindLastIndex(told => told.At <= at);
        return known < 0 ? 0 : _acknowledged[known].Version;
    }
}
