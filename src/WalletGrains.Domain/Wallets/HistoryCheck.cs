using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Domain.Wallets;

/// <summary>An entry as it lies in the store: its bytes, its hash, and the columns that repeat parts of it.</summary>
/// <param name="WalletId">The wallet.</param>
/// <param name="Version">Its place in the history.</param>
/// <param name="EntryId">Its id.</param>
/// <param name="RequestId">The request that caused it.</param>
/// <param name="Type">Name of its type.</param>
/// <param name="AmountMinor">Signed change of the balance.</param>
/// <param name="BalanceAfterMinor">Balance after it.</param>
/// <param name="CounterAccount">The account on the other side.</param>
/// <param name="CreatedAt">When it was decided.</param>
/// <param name="Content">Its bytes.</param>
/// <param name="Hash">Its hash.</param>
public sealed record StoredEntry(
    Guid WalletId,
    long Version,
    Guid EntryId,
    string RequestId,
    string Type,
    long AmountMinor,
    long BalanceAfterMinor,
    string CounterAccount,
    DateTimeOffset CreatedAt,
    ReadOnlyMemory<byte> Content,
    ReadOnlyMemory<byte> Hash);

/// <summary>Where a history stops being true.</summary>
/// <param name="Version">The first version that is wrong or missing; 0 is the opening.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record HistoryFault(long Version, string Reason);

/// <summary>
/// Checks the history of one wallet from its opening: that every entry is there, is what was hashed, follows from the one
/// before it by the rules of the product, and that all of them together make the head row. It believes nothing but the opening.
/// </summary>
public sealed class HistoryCheck
{
    private const string DoesNotFollow = "it does not follow from the wallet before it";

    private WalletState _state;
    private byte[] _hash;

    /// <summary>Begins at the opening.</summary>
    /// <param name="head">The wallet as its head row has it; only what never changes is taken from it.</param>
    public HistoryCheck(WalletState head)
    {
        ArgumentNullException.ThrowIfNull(head);
        _state = new WalletState(head.WalletId, head.OwnerId, head.Currency, WalletStatus.Open, 0, 0, 0, head.CreatedAt, head.CreatedAt);
        _hash = HashChain.Begin(_state);
    }

    /// <summary>How many entries were checked.</summary>
    public long Count => _state.Version;

    /// <summary>The first fault; null as long as there is none. Nothing after it is looked at.</summary>
    public HistoryFault? Fault { get; private set; }

    /// <summary>Checks the next entry, in order of versions.</summary>
    public void Take(StoredEntry row)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (Fault is null && FaultOf(row) is { } reason)
        {
            Fault = new HistoryFault(_state.Version + 1, reason);
        }
    }

    /// <summary>Checks that the entries make this head row.</summary>
    public HistoryFault? End(WalletState head, ReadOnlySpan<byte> headHash)
    {
        ArgumentNullException.ThrowIfNull(head);
        if (Fault is not null)
        {
            return Fault;
        }

        if (head.Version > _state.Version)
        {
            return Fault = new HistoryFault(_state.Version + 1, $"it and all after it are missing; the head row is at version {head.Version}");
        }

        if (head.Version < _state.Version)
        {
            return Fault = new HistoryFault(head.Version + 1, "the head row does not know it");
        }

        return DifferenceTo(head, headHash) is { } difference ? Fault = new HistoryFault(_state.Version, $"the head row has another {difference}") : null;
    }

    private string? FaultOf(StoredEntry row)
    {
        if (row.Version != _state.Version + 1)
        {
            return "it is missing";
        }

        // What somebody has put there may be anything. Whatever the rules make of it is a finding, and not the end of the check.
        var unfit = "its content is not an entry";
        try
        {
            var entry = EntryContent.Decode(row.Content);
            unfit = DoesNotFollow;
            return FaultOf(row, entry);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or OverflowException or InvalidOperationException)
        {
            return unfit;
        }
    }

    private string? FaultOf(StoredEntry row, Entry entry)
    {
        if (entry.WalletId != row.WalletId || entry.Version != row.Version)
        {
            return $"it has the content of version {entry.Version} of wallet {entry.WalletId}";
        }

        var hash = HashChain.Next(_hash, row.Content.Span);
        if (!row.Hash.Span.SequenceEqual(hash))
        {
            return "its hash is not that of its content and the hash before it";
        }

        if (DifferentColumnOf(row, entry) is { } column)
        {
            return $"its column {column} is not what its content says";
        }

        return Advance(entry, hash);
    }

    private static string? DifferentColumnOf(StoredEntry row, Entry entry) =>
        row.EntryId != entry.EntryId ? "entry_id"
        : row.RequestId != entry.RequestId.Value ? "request_id"
        : row.Type != EntryTypes.NameOf(entry.Type) ? "type"
        : row.AmountMinor != unchecked(entry.BalanceAfterMinor - entry.BalanceBeforeMinor) ? "amount_minor"
        : row.BalanceAfterMinor != entry.BalanceAfterMinor ? "balance_after_minor"
        : row.CounterAccount != entry.CounterAccount ? "counter_account"
        : row.CreatedAt != entry.CreatedAt ? "created_at"
        : null;

    /// <summary>An entry that is what was hashed may still be one that no wallet would have made.</summary>
    private string? Advance(Entry entry, byte[] hash)
    {
        var happened = Postings.EventOf(entry);
        var after = WalletDecider.Evolve(_state, happened);
        if (Postings.EntryOf(happened, _state, after) != entry)
        {
            return DoesNotFollow;
        }

        if (entry.CreatedAt < _state.UpdatedAt)
        {
            return "it is older than the entry before it";
        }

        if (after.BalanceMinor < 0 || after.HeldMinor < 0 || after.HeldMinor > after.BalanceMinor)
        {
            return "it leaves the wallet with less than it owes";
        }

        // What the reversals of this wallet have given back is asked for with each command and not kept.
        _state = after with { ReversedMinor = _state.ReversedMinor };
        _hash = hash;
        return null;
    }

    private string? DifferenceTo(WalletState head, ReadOnlySpan<byte> headHash) =>
        !headHash.SequenceEqual(_hash) ? "hash"
        : head.BalanceMinor != _state.BalanceMinor ? "balance"
        : head.HeldMinor != _state.HeldMinor ? "held amount"
        : head.Status != _state.Status ? "status"
        : head.UpdatedAt != _state.UpdatedAt ? "time"
        : head.Details != _state.Details ? "list of holds, limits or spending"
        : null;
}
