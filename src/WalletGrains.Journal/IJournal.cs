namespace WalletGrains.Journal;

/// <summary>
/// The durable record of every wallet. Decisions are appended, never changed; a decision whose task
/// completed with <see cref="AppendStatus.Applied"/> survives any crash.
/// </summary>
/// <remarks>
/// <para>Every method throws <see cref="JournalUnavailableException"/> while the database is away. Reads
/// never return uncommitted rows. All methods may be called from many threads at once.</para>
/// </remarks>
public interface IJournal
{
    /// <summary>
    /// Appends one decision about one wallet and completes when it is durable or definitely not applied.
    /// Appends of one wallet are committed in the order of the calls; several of them may share a commit,
    /// all of them or none from the first that does not match.
    /// </summary>
    /// <exception cref="JournalOverloadedException">Thrown synchronously: the queue is full and nothing was queued.</exception>
    /// <exception cref="JournalUnavailableException">Nothing was written, now or later.</exception>
    /// <exception cref="JournalOutcomeUnknownException">The commit was sent and its answer lost: the append may or may not
    /// be applied, also later. Append again with the same request id; the unique keys decide.</exception>
    /// <exception cref="JournalRejectedException">The database's own constraints refused it: an invariant is broken.</exception>
    Task<AppendStatus> AppendAsync(WalletAppend append);

    /// <summary>Creates the head row of a wallet with balance 0 at version 0; false when the wallet exists already. An append
    /// of the same wallet may be called before this completes.</summary>
    /// <exception cref="JournalOverloadedException">Thrown synchronously: the queue is full and nothing was queued.</exception>
    /// <exception cref="JournalUnavailableException">Nothing was written, now or later.</exception>
    /// <exception cref="JournalOutcomeUnknownException">It may or may not exist; repeat the call.</exception>
    Task<bool> OpenAsync(WalletHead opening);

    /// <summary>
    /// The head row, and what was decided under these request ids up to then; null when there is no such wallet. Calls under
    /// way at the same time share one round trip.
    /// </summary>
    /// <param name="walletId">The wallet.</param>
    /// <param name="requestIds">At most <see cref="JournalLimits.MaxAsked"/>.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    Task<LoadedWallet?> LoadAsync(Guid walletId, IReadOnlyCollection<string> requestIds, CancellationToken cancellationToken);

    /// <summary>The head row alone, by itself; null when there is no such wallet.</summary>
    Task<WalletHead?> FindHeadAsync(Guid walletId, CancellationToken cancellationToken);

    /// <summary>What was decided under a request id of a wallet, ever; null when nothing was.</summary>
    Task<StoredDecision?> FindDecisionAsync(Guid walletId, string requestId, CancellationToken cancellationToken);

    /// <summary>
    /// Entries of one wallet, newest first unless the query says otherwise, by keyset: those with versions between
    /// <see cref="EntryQuery.AfterVersion"/> and <see cref="EntryQuery.BeforeVersion"/>. A time costs a few look-ups of the
    /// primary key, however long the history is.
    /// </summary>
    Task<IReadOnlyList<WalletEntry>> ReadEntriesAsync(EntryQuery query, CancellationToken cancellationToken);

    /// <summary>The entry with this id; null when there is none.</summary>
    Task<WalletEntry?> FindEntryAsync(Guid entryId, CancellationToken cancellationToken);

    /// <summary>Head rows of one owner in order of wallet id, by keyset: those after <paramref name="afterWalletId"/>.</summary>
    Task<IReadOnlyList<WalletHead>> ReadHeadsOfOwnerAsync(Guid ownerId, Guid afterWalletId, int limit, CancellationToken cancellationToken);

    /// <summary>The transfer with this id; null when there is none.</summary>
    Task<TransferRow?> FindTransferAsync(Guid transferId, CancellationToken cancellationToken);

    /// <summary>How much of a transfer its reversals have given back, in minor units: those that are debited or completed.</summary>
    Task<long> SumReversedAsync(Guid transferId, CancellationToken cancellationToken);

    /// <summary>The hold with this id; null when there is none.</summary>
    Task<HoldRow?> FindHoldAsync(Guid holdId, CancellationToken cancellationToken);

    /// <summary>Active holds whose time was over at <paramref name="at"/>, the longest overdue first.</summary>
    /// <param name="at">Only those that end at this time or before.</param>
    /// <param name="after">The last row of the page before; null for the first page.</param>
    /// <param name="limit">At most so many; 1 to <see cref="JournalLimits.MaxPage"/>.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    Task<IReadOnlyList<HoldRow>> ReadExpiredHoldsAsync(DateTimeOffset at, HoldRow? after, int limit, CancellationToken cancellationToken);

    /// <summary>Transfers that are debited but neither credited nor refunded, untouched since <paramref name="before"/>,
    /// oldest first.</summary>
    /// <param name="before">Only those whose newest step is older than this, or later than <see cref="JournalLimits.FutureAge"/> from now: its time is wrong.</param>
    /// <param name="after">The last row of the page before; null for the first page.</param>
    /// <param name="limit">At most so many; 1 to <see cref="JournalLimits.MaxPage"/>.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    Task<IReadOnlyList<TransferRow>> ReadUnfinishedTransfersAsync(DateTimeOffset before, TransferRow? after, int limit, CancellationToken cancellationToken);
}

/// <summary>What became of an append.</summary>
public enum AppendStatus
{
    /// <summary>Durable.</summary>
    Applied,

    /// <summary>Not applied: the head row is not at the expected revision, or an earlier append of the same wallet in the
    /// same commit was not applied.</summary>
    HeadMoved,

    /// <summary>Not applied: the wallet has a decision under this request id already; see <see cref="IJournal.FindDecisionAsync"/>.
    /// Where the head row has moved as well, either is answered: appended again on the head that is there, it is this one.</summary>
    RequestIdTaken,
}

/// <summary>The database is away or too slow: nothing was written, or the read was not answered.</summary>
public sealed class JournalUnavailableException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>An append whose commit was sent and whose answer was lost.</summary>
public sealed class JournalOutcomeUnknownException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>The append queue is full: nothing was queued.</summary>
public sealed class JournalOverloadedException(string message) : Exception(message);

/// <summary>The database's constraints refused an append: a rule of this product is broken and the wallet must not go on.</summary>
public sealed class JournalRejectedException(string message, Exception? innerException = null) : Exception(message, innerException);
