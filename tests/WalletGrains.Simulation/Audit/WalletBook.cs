using System.Security.Cryptography;
using System.Text;

namespace WalletGrains.Simulation.Audit;

/// <summary>A wallet after some entry.</summary>
internal readonly record struct Standing(long Balance, long Held, string Status);

/// <summary>One wallet as a clerk would keep it: naive, and without a line of the product's rules.</summary>
internal sealed partial class WalletBook(Guid walletId, string currency)
{
    private readonly List<(TimeSpan At, long Version)> _acknowledged = [];
    private readonly List<Standing> _history = [new(0, 0, "OPEN")];

    public Guid WalletId { get; } = walletId;

    public string Currency { get; } = currency;

    /// <summary>Balance, holds and phase now.</summary>
    public Standing Now => _history[^1];

    /// <summary>Decisions, accepted and refused.</summary>
    public long Revision { get; private set; }

    public byte[]? Hash { get; private set; }

    public List<AuditedEntry> Entries { get; } = [];

    public List<byte[]> Stored { get; } = [];

    public Dictionary<string, Request> Requests { get; } = [];

    /// <summary>Every hold ever placed, as its newest entry has it.</summary>
    public Dictionary<Guid, AuditedHold> Holds { get; } = [];

    public Request Request(string id)
    {
        if (!Requests.TryGetValue(id, out var request))
        {
            Requests[id] = request = new Request(WalletId, id);
        }

        return request;
    }

    /// <summary>Balance, holds and phase after so many entries.</summary>
    public Standing StandingAt(long version) => _history[(int)version];

    public void Add(AuditedEntry entry, Standing after, ReadOnlyMemory<byte> bytes, ReadOnlySpan<byte> hash)
    {
        Spend(entry);
        if (entry.Hold is { } hold)
        {
            Holds[hold.HoldId] = hold;
        }

        _history.Add(after);
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
