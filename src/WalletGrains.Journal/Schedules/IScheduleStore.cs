using WalletGrains.Journal.Jobs;

namespace WalletGrains.Journal.Schedules;

/// <summary>What becomes of a schedule.</summary>
public enum ScheduleState : short
{
    /// <summary>It has a next time.</summary>
    Active = 1,

    /// <summary>All its times have passed.</summary>
    Completed = 2,

    /// <summary>It ended because of a refusal.</summary>
    Failed = 3,

    /// <summary>It was ended on request.</summary>
    Cancelled = 4,
}

/// <summary>The row of a schedule.</summary>
/// <param name="ScheduleId">The schedule.</param>
/// <param name="WalletId">The payer.</param>
/// <param name="ToWalletId">The receiver.</param>
/// <param name="AmountMinor">Amount in minor units, above 0.</param>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="Description">The payer's words; null when there are none.</param>
/// <param name="StartAt">The first time.</param>
/// <param name="Every">How often after that, in a text the store knows no meaning of; null for once.</param>
/// <param name="EndAt">No time is later than this; null for no end.</param>
/// <param name="RequestId">The request that made it; unique for the payer.</param>
/// <param name="Fingerprint">Digest of the request's content; 16 bytes.</param>
/// <param name="State">What has become of it.</param>
/// <param name="NextAt">The next time; set exactly while it is active.</param>
/// <param name="LastRunAt">When its newest transfer was tried; null before the first.</param>
/// <param name="LastTransferId">That transfer; null when there is none.</param>
/// <param name="LastFailureCode">Why that transfer was refused; null when it was not.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When it changed last.</param>
public sealed record ScheduleRow(
    Guid ScheduleId,
    Guid WalletId,
    Guid ToWalletId,
    long AmountMinor,
    string Currency,
    string? Description,
    DateTimeOffset StartAt,
    string? Every,
    DateTimeOffset? EndAt,
    string RequestId,
    ReadOnlyMemory<byte> Fingerprint,
    ScheduleState State,
    DateTimeOffset? NextAt,
    DateTimeOffset? LastRunAt,
    Guid? LastTransferId,
    string? LastFailureCode,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);

/// <summary>The transfer of a schedule's next time, made or refused.</summary>
/// <param name="ScheduleId">The schedule.</param>
/// <param name="DueAt">The time it was for.</param>
/// <param name="State">What becomes of the schedule.</param>
/// <param name="NextAt">Its next time; set exactly when it stays active.</param>
/// <param name="RanAt">When the transfer was tried.</param>
/// <param name="TransferId">The transfer; null when there is none.</param>
/// <param name="FailureCode">Why it was refused; null when it was not.</param>
public sealed record ScheduleRun(
    Guid ScheduleId,
    DateTimeOffset DueAt,
    ScheduleState State,
    DateTimeOffset? NextAt,
    DateTimeOffset RanAt,
    Guid? TransferId,
    string? FailureCode);

/// <summary>What became of a new schedule.</summary>
/// <param name="Stored">The schedule under this request id; null when there is none because its payer has too many.</param>
/// <param name="IsNew">It was written now.</param>
public readonly record struct ScheduleCreation(ScheduleRow? Stored, bool IsNew);

/// <summary>The durable record of schedules. Of several that run the same time of a schedule, one moves it on.</summary>
/// <remarks>Every method throws <see cref="JournalUnavailableException"/> while the database is away; then nothing was
/// written. All methods may be called from many threads at once.</remarks>
public interface IScheduleStore
{
    /// <summary>Writes a new schedule and its job in one commit, when its payer has less than <paramref name="maxActive"/> active ones; the one that its payer
    /// has under this request id already, when there is one.</summary>
    /// <exception cref="JournalOutcomeUnknownException">It may or may not be written, also later; repeat the call.</exception>
    /// <exception cref="JournalRejectedException">The database's own constraints refused it.</exception>
    Task<ScheduleCreation> CreateAsync(ScheduleRow schedule, NewJob job, int maxActive, CancellationToken cancellationToken);

    /// <summary>Moves an active schedule on whose next time is <see cref="ScheduleRun.DueAt"/>; false when it has another or none.</summary>
    /// <exception cref="JournalOutcomeUnknownException">It may or may not be moved on, also later.</exception>
    /// <exception cref="JournalRejectedException">The database's own constraints refused it.</exception>
    Task<bool> AdvanceAsync(ScheduleRun run, CancellationToken cancellationToken);

    /// <summary>Cancels a schedule; false when it is not active.</summary>
    /// <exception cref="JournalOutcomeUnknownException">It may or may not be cancelled, also later; repeat the call.</exception>
    Task<bool> CancelAsync(Guid scheduleId, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>The schedule with this id; null when there is none.</summary>
    Task<ScheduleRow?> FindAsync(Guid scheduleId, CancellationToken cancellationToken);

    /// <summary>The schedule that a payer's request made; null when there is none.</summary>
    Task<ScheduleRow?> FindByRequestAsync(Guid walletId, string requestId, CancellationToken cancellationToken);

    /// <summary>Active schedules that have no job of a kind, those whose next time comes first.</summary>
    /// <param name="kind">The kind; a job's key in it is the id of its schedule.</param>
    /// <param name="dueWithin">Only those whose next time comes within so long, by the clock of the store, or is over.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Gives up before anything is sent.</param>
    Task<IReadOnlyList<ScheduleRow>> ReadWithoutJobAsync(string kind, TimeSpan dueWithin, int limit, CancellationToken cancellationToken);

    /// <summary>Schedules of one payer in order of their ids, by keyset: those after <paramref name="afterScheduleId"/>.</summary>
    Task<IReadOnlyList<ScheduleRow>> ReadOfWalletAsync(Guid walletId, Guid afterScheduleId, int limit, CancellationToken cancellationToken);
}
