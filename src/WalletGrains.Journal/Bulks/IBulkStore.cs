namespace WalletGrains.Journal.Bulks;

/// <summary>How far a bulk has come.</summary>
public enum BulkState : short
{
    /// <summary>Its amounts are being held.</summary>
    Reserving = 1,

    /// <summary>Decided: every leg is being paid.</summary>
    Posting = 2,

    /// <summary>Every leg is paid.</summary>
    Completed = 3,

    /// <summary>Decided: what was held is being released.</summary>
    Releasing = 4,

    /// <summary>Nothing moved and nothing is held.</summary>
    Failed = 5,
}

/// <summary>The row of a bulk transfer.</summary>
/// <param name="BulkId">The bulk.</param>
/// <param name="CallerId">Who asked for it.</param>
/// <param name="RequestId">The request; unique for the caller.</param>
/// <param name="Fingerprint">Digest of the request's content; 16 bytes.</param>
/// <param name="Legs">Its transfers, in bytes the store knows no meaning of; never changed.</param>
/// <param name="State">How far it has come.</param>
/// <param name="FailedLeg">The leg that was refused, from 0; null when none was.</param>
/// <param name="FailureCode">Why nothing moves; set exactly when nothing does.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When its state changed last.</param>
public sealed record BulkRow(
    Guid BulkId,
    Guid CallerId,
    string RequestId,
    ReadOnlyMemory<byte> Fingerprint,
    ReadOnlyMemory<byte> Legs,
    BulkState State,
    int? FailedLeg,
    string? FailureCode,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);

/// <summary>A bulk that is not at its end.</summary>
/// <param name="BulkId">The bulk.</param>
/// <param name="UpdatedAt">When its state changed last.</param>
public sealed record UnfinishedBulk(Guid BulkId, DateTimeOffset UpdatedAt);

/// <summary>A step of a bulk from one state to the next.</summary>
/// <param name="BulkId">The bulk.</param>
/// <param name="From">The state it must have.</param>
/// <param name="To">The state it gets.</param>
/// <param name="At">When.</param>
/// <param name="FailedLeg">The leg that was refused; with <see cref="BulkState.Releasing"/> only.</param>
/// <param name="FailureCode">Why nothing moves; with <see cref="BulkState.Releasing"/> only.</param>
public sealed record BulkMove(Guid BulkId, BulkState From, BulkState To, DateTimeOffset At, int? FailedLeg = null, string? FailureCode = null);

/// <summary>
/// The durable record of bulk transfers. It decides between coordinators: of several that move a bulk from the same state,
/// one succeeds.
/// </summary>
/// <remarks>Every method throws <see cref="JournalUnavailableException"/> while the database is away; then nothing was
/// written. All methods may be called from many threads at once.</remarks>
public interface IBulkStore
{
    /// <summary>Writes a new bulk; the one that its caller has under this request id already, when there is one.</summary>
    /// <returns>The stored bulk, and whether it was written now.</returns>
    /// <exception cref="JournalOutcomeUnknownException">It may or may not be written, also later; repeat the call.</exception>
    /// <exception cref="JournalRejectedException">The database's own constraints refused it.</exception>
    Task<(BulkRow Stored, bool IsNew)> CreateAsync(BulkRow bulk, CancellationToken cancellationToken);

    /// <summary>Moves a bulk on; false when it is not in the state to move from.</summary>
    /// <exception cref="JournalOutcomeUnknownException">It may or may not be moved, also later; read it, and repeat the call.</exception>
    /// <exception cref="JournalRejectedException">There is no such step.</exception>
    Task<bool> MoveAsync(BulkMove move, CancellationToken cancellationToken);

    /// <summary>The bulk with this id; null when there is none.</summary>
    Task<BulkRow?> FindAsync(Guid bulkId, CancellationToken cancellationToken);

    /// <summary>Bulks that are not at their end, untouched since <paramref name="before"/>, oldest first.</summary>
    /// <param name="before">Only those whose state changed before this time, or later than <see cref="JournalLimits.FutureAge"/> from now: its time is wrong.</param>
    /// <param name="after">The last row of the page before; null for the first page.</param>
    /// <param name="limit">At most so many; 1 to <see cref="JournalLimits.MaxPage"/>.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    Task<IReadOnlyList<UnfinishedBulk>> ReadUnfinishedAsync(DateTimeOffset before, UnfinishedBulk? after, int limit, CancellationToken cancellationToken);
}
