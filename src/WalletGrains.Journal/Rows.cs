namespace WalletGrains.Journal;

/// <summary>
/// The head row of a wallet: its whole state, so that activation never reads history.
/// </summary>
/// <param name="WalletId">The wallet.</param>
/// <param name="OwnerId">The user it belongs to; null for a wallet without an owner.</param>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="Status">Name of the wallet's phase; the journal stores it and knows no meaning.</param>
/// <param name="Version">Number of entries, and the version of the newest one.</param>
/// <param name="Revision">Number of durable decisions, accepted and refused. Together with <paramref name="HeadHash"/> the
/// fencing token: a head moves only from the revision and the hash its writer has seen, so a stale activation can write
/// nothing, not even a refusal.</param>
/// <param name="BalanceMinor">Balance in minor units; never negative.</param>
/// <param name="HeldMinor">The part of the balance that is held; between 0 and the balance.</param>
/// <param name="HeadHash">Hash of the newest entry, or of the opening when there is none; 32 bytes.</param>
/// <param name="CreatedAt">When the wallet was opened.</param>
/// <param name="UpdatedAt">Time of the newest entry, or of the opening.</param>
/// <param name="Details">What else the wallet needs to decide, in bytes the journal knows no meaning of; mostly empty.</param>
public sealed record WalletHead(
    Guid WalletId,
    Guid? OwnerId,
    string Currency,
    string Status,
    long Version,
    long Revision,
    long BalanceMinor,
    long HeldMinor,
    ReadOnlyMemory<byte> HeadHash,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    ReadOnlyMemory<byte> Details = default);

/// <summary>
/// One entry of a wallet, as stored. The columns are projections of <see cref="Content"/> for queries; the exact bytes of
/// <see cref="Content"/> are what is hashed and kept.
/// </summary>
/// <param name="WalletId">The wallet.</param>
/// <param name="Version">1 for the first entry, then without gaps.</param>
/// <param name="EntryId">Public id of the entry (UUID version 7).</param>
/// <param name="RequestId">The request that caused it; unique per wallet.</param>
/// <param name="Fingerprint">Digest of the request's content; 16 bytes.</param>
/// <param name="Type">Name of the entry type.</param>
/// <param name="AmountMinor">Signed change of the balance in minor units.</param>
/// <param name="BalanceAfterMinor">Balance after the entry.</param>
/// <param name="CounterAccount">The account on the other side, for example external:cash or wallet:&lt;id&gt;.</param>
/// <param name="CreatedAt">When it was decided; never before the previous entry of the wallet.</param>
/// <param name="Content">The entry in full, as the exact bytes that are hashed.</param>
/// <param name="Hash">SHA-256 of the previous hash and <see cref="Content"/>; 32 bytes.</param>
public sealed record WalletEntry(
    Guid WalletId,
    long Version,
    Guid EntryId,
    string RequestId,
    ReadOnlyMemory<byte> Fingerprint,
    string Type,
    long AmountMinor,
    long BalanceAfterMinor,
    string CounterAccount,
    DateTimeOffset CreatedAt,
    ReadOnlyMemory<byte> Content,
    ReadOnlyMemory<byte> Hash)
{
    /// <summary>What its writer made the content of, for followers in the same process, who need not decode it. Never changed, not stored, and without a
    /// meaning to the journal; null in what was read.</summary>
    public object? Source { get; init; }
}

/// <summary>A refusal that was decided and is remembered for ever under its request id.</summary>
/// <param name="RequestId">The request that was refused; unique per wallet, over entries and refusals together.</param>
/// <param name="Fingerprint">Digest of the request's content; 16 bytes.</param>
/// <param name="Content">The outcome, as the exact bytes that are kept.</param>
/// <param name="CreatedAt">When it was decided.</param>
public sealed record RefusedRequest(string RequestId, ReadOnlyMemory<byte> Fingerprint, ReadOnlyMemory<byte> Content, DateTimeOffset CreatedAt);

/// <summary>
/// One decision to append: an entry or a refusal, the head row after it, and the transfer or the hold it moves on.
/// </summary>
/// <remarks>
/// <see cref="Head"/> has a revision one above the revision the stored head must have, and <see cref="PreviousHash"/> is the
/// hash it must have. The revision alone is no fence: an append that was decided on another one in flight would match when a
/// stranger's decision has taken that one's revision, and write a balance that never came to be.
/// </remarks>
public sealed record WalletAppend
{
    /// <summary>Makes the append of an accepted command.</summary>
    public WalletAppend(
        WalletHead head, ReadOnlyMemory<byte> previousHash, WalletEntry entry, TransferRow? transfer = null, HoldRow? hold = null) =>
        (Head, PreviousHash, Entry, Transfer, Hold) = (head, previousHash, entry, transfer, hold);

    /// <summary>Makes the append of a refused command.</summary>
    public WalletAppend(WalletHead head, RefusedRequest refusal, TransferRow? transfer = null) =>
        (Head, PreviousHash, Refusal, Transfer) = (head, head.HeadHash, refusal, transfer);

    /// <summary>The head row after this decision.</summary>
    public WalletHead Head { get; }

    /// <summary>The hash of the stored head on which this decision was made; a refusal leaves it as it is.</summary>
    public ReadOnlyMemory<byte> PreviousHash { get; }

    /// <summary>The entry, when the command was accepted.</summary>
    public WalletEntry? Entry { get; }

    /// <summary>The refusal, when it was not.</summary>
    public RefusedRequest? Refusal { get; }

    /// <summary>The transfer's row after this step, written in the same commit.</summary>
    public TransferRow? Transfer { get; }

    /// <summary>The hold's row after this entry placed or ended it, written in the same commit.</summary>
    public HoldRow? Hold { get; }

    /// <summary>The request id of the entry or refusal.</summary>
    public string RequestId => Entry?.RequestId ?? Refusal!.RequestId;
}

/// <summary>How far a transfer has come.</summary>
public enum TransferState : short
{
    /// <summary>The sender is debited; the receiver is neither credited nor the sender refunded.</summary>
    Debited = 1,

    /// <summary>The receiver is credited.</summary>
    Completed = 2,

    /// <summary>The credit was refused for good and the sender has its money back.</summary>
    Compensated = 3,

    /// <summary>The debit was refused; nothing moved.</summary>
    Failed = 4,
}

/// <summary>
/// The row of a transfer. A step with a known <see cref="TransferId"/> moves the stored row on: state, failure code,
/// updated time and the entry ids it brings; the other columns keep what the first step wrote. A transfer that has both a
/// credit and a refund entry is refused by the database.
/// </summary>
/// <param name="TransferId">The transfer.</param>
/// <param name="FromWalletId">The sender.</param>
/// <param name="ToWalletId">The receiver.</param>
/// <param name="AmountMinor">Amount in minor units, above 0.</param>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="Description">The payer's words; null when there are none.</param>
/// <param name="State">How far it has come.</param>
/// <param name="FailureCode">Why it was refused; null while it was not.</param>
/// <param name="DebitEntryId">The sender's entry.</param>
/// <param name="CreditEntryId">The receiver's entry.</param>
/// <param name="RefundEntryId">The sender's refund entry.</param>
/// <param name="CreatedAt">Time of the first step.</param>
/// <param name="UpdatedAt">Time of the newest step.</param>
/// <param name="Metadata">What the payer attached, as text the journal knows no meaning of; null for nothing.</param>
/// <param name="BulkId">The bulk transfer it is a leg of; null when it is none.</param>
/// <param name="ReversesTransferId">The transfer that it gives back; null when it gives none back.</param>
public sealed record TransferRow(
    Guid TransferId,
    Guid FromWalletId,
    Guid ToWalletId,
    long AmountMinor,
    string Currency,
    string? Description,
    TransferState State,
    string? FailureCode,
    Guid? DebitEntryId,
    Guid? CreditEntryId,
    Guid? RefundEntryId,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    string? Metadata = null,
    Guid? BulkId = null,
    Guid? ReversesTransferId = null);

/// <summary>How far a hold has come.</summary>
public enum HoldState : short
{
    /// <summary>The money is reserved.</summary>
    Active = 1,

    /// <summary>Taken, in full or in part.</summary>
    Captured = 2,

    /// <summary>Given up.</summary>
    Released = 3,

    /// <summary>Its time was over.</summary>
    Expired = 4,
}

/// <summary>The row of a hold. Its end moves the stored row on; a hold that has ended never changes again.</summary>
/// <param name="HoldId">The hold.</param>
/// <param name="WalletId">The wallet.</param>
/// <param name="AmountMinor">Amount in minor units, above 0.</param>
/// <param name="CapturedMinor">How much of it was taken; above 0 exactly when it is captured.</param>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="State">How far it has come.</param>
/// <param name="ExpiresAt">When it ends by itself; null for never.</param>
/// <param name="CreatedAt">When it was placed.</param>
/// <param name="UpdatedAt">When it ended, or when it was placed.</param>
public sealed record HoldRow(
    Guid HoldId,
    Guid WalletId,
    long AmountMinor,
    long CapturedMinor,
    string Currency,
    HoldState State,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);

/// <summary>A head row, and what was decided under the request ids that were asked for with it, by request id.</summary>
public sealed record LoadedWallet(WalletHead Head, IReadOnlyDictionary<string, StoredDecision> Decisions);

/// <summary>What was decided under a request id: exactly one of the two is set.</summary>
public sealed record StoredDecision(WalletEntry? Entry, RefusedRequest? Refusal);

/// <summary>A page of one wallet's entries.</summary>
/// <param name="WalletId">The wallet.</param>
/// <param name="BeforeVersion">Only entries with a lower version; <see cref="long.MaxValue"/> for the newest page.</param>
/// <param name="Limit">At most so many; 1 to <see cref="JournalLimits.MaxHistoryPage"/>.</param>
/// <param name="Types">Only entries of these types; null for all.</param>
/// <param name="From">Only entries decided at or after this time.</param>
/// <param name="To">Only entries decided before this time.</param>
/// <param name="AfterVersion">Only entries with a higher version.</param>
/// <param name="OldestFirst">The page begins with the oldest entry, not with the newest.</param>
public sealed record EntryQuery(
    Guid WalletId,
    long BeforeVersion,
    int Limit,
    IReadOnlyCollection<string>? Types = null,
    DateTimeOffset? From = null,
    DateTimeOffset? To = null,
    long AfterVersion = 0,
    bool OldestFirst = false);
