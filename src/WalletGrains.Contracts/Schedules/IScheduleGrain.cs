using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Contracts.Schedules;

/// <summary>Keeps transfers that are to be made at a time, or again and again. Key 0; any silo may take any call.</summary>
[Alias("walletgrains.IScheduleGrain")]
public interface IScheduleGrain : IGrainWithIntegerKey
{
    /// <summary>Makes a schedule. Repeating the request has no further effect.</summary>
    /// <exception cref="UnavailableException">The store is away, and nothing happened.</exception>
    [Alias("Create")]
    Task<ScheduleOutcome> CreateAsync(CreateSchedule command);

    /// <summary>The schedule with this id; null when there is none.</summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("Find")]
    Task<Schedule?> FindAsync(Guid scheduleId);

    /// <summary>A page of the schedules of one payer, in the order they were made in, those that have ended among them.</summary>
    /// <param name="walletId">The payer.</param>
    /// <param name="afterScheduleId">The last schedule of the page before; null for the first page.</param>
    /// <param name="limit">At most so many, up to <see cref="Limits.MaxPageSize"/>.</param>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("List")]
    Task<Page<Schedule>> ListAsync(Guid walletId, Guid? afterScheduleId, int limit);

    /// <summary>Ends a schedule; one that has ended, or that there is not, is left as it is. A transfer that is being made at
    /// this moment may still come to be.</summary>
    /// <exception cref="UnavailableException">The store is away; repeat the call.</exception>
    [Alias("Cancel")]
    Task CancelAsync(Guid scheduleId);
}

/// <summary>Asks for a schedule.</summary>
/// <param name="RequestId">Names the request on the payer's wallet, among the requests for schedules.</param>
/// <param name="WalletId">The payer.</param>
/// <param name="ToWalletId">The receiver.</param>
/// <param name="Amount">How much, above zero, in the currency of both wallets.</param>
/// <param name="StartAt">The first time; cut to whole milliseconds.</param>
/// <param name="Every">How often after that; null for once.</param>
/// <param name="EndAt">No time is later than this; null for no end.</param>
/// <param name="Description">Words for both histories; null for none.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.CreateSchedule")]
public sealed record CreateSchedule(
    [property: Id(0)] RequestId RequestId,
    [property: Id(1)] Guid WalletId,
    [property: Id(2)] Guid ToWalletId,
    [property: Id(3)] Money Amount,
    [property: Id(4)] DateTimeOffset StartAt,
    [property: Id(5)] Period? Every = null,
    [property: Id(6)] DateTimeOffset? EndAt = null,
    [property: Id(7)] string? Description = null);

/// <summary>What becomes of a schedule.</summary>
public enum ScheduleStatus
{
    /// <summary>It has a next time.</summary>
    Active = 1,

    /// <summary>All its times have passed.</summary>
    Completed = 2,

    /// <summary>Its only transfer was refused, or one of its wallets is closed.</summary>
    Failed = 3,

    /// <summary>It was ended on request.</summary>
    Cancelled = 4,
}

/// <summary>A schedule.</summary>
/// <param name="ScheduleId">Its id.</param>
/// <param name="WalletId">The payer.</param>
/// <param name="ToWalletId">The receiver.</param>
/// <param name="Amount">How much each time.</param>
/// <param name="Description">The payer's words.</param>
/// <param name="StartAt">The first time.</param>
/// <param name="Every">How often after that; null for once.</param>
/// <param name="EndAt">No time is later than this; null for no end.</param>
/// <param name="Status">What has become of it.</param>
/// <param name="NextAt">The next time; null when it has ended.</param>
/// <param name="LastRunAt">When its newest transfer was tried; null before the first.</param>
/// <param name="LastTransferId">That transfer; null when it was refused before it had an id.</param>
/// <param name="LastFailure">Why that transfer was refused; null when it was not.</param>
/// <param name="CreatedAt">When it was made.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.Schedule")]
public sealed record Schedule(
    [property: Id(0)] Guid ScheduleId,
    [property: Id(1)] Guid WalletId,
    [property: Id(2)] Guid ToWalletId,
    [property: Id(3)] Money Amount,
    [property: Id(4)] string? Description,
    [property: Id(5)] DateTimeOffset StartAt,
    [property: Id(6)] Period? Every,
    [property: Id(7)] DateTimeOffset? EndAt,
    [property: Id(8)] ScheduleStatus Status,
    [property: Id(9)] DateTimeOffset? NextAt,
    [property: Id(10)] DateTimeOffset? LastRunAt,
    [property: Id(11)] Guid? LastTransferId,
    [property: Id(12)] WalletRefusal? LastFailure,
    [property: Id(13)] DateTimeOffset CreatedAt);

/// <summary>What became of a request for a schedule.</summary>
[GenerateSerializer, Immutable]
[Alias("walletgrains.ScheduleOutcome")]
public abstract record ScheduleOutcome
{
    private protected ScheduleOutcome()
    {
    }

    /// <summary>It is durable.</summary>
    /// <param name="Schedule">The schedule as it was made, whatever has become of it since.</param>
    /// <param name="Replayed">The request had been made before.</param>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.ScheduleOutcome.Created")]
    public sealed record Created([property: Id(0)] Schedule Schedule, [property: Id(1)] bool Replayed) : ScheduleOutcome;

    /// <summary>There can be no such schedule now; the request id is still free.</summary>
    /// <param name="Refusal">Why.</param>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.ScheduleOutcome.Refused")]
    public sealed record Refused([property: Id(0)] ScheduleRefusal Refusal) : ScheduleOutcome;

    /// <summary>There can be no such transfer; the request id is still free.</summary>
    /// <param name="Reason">Why.</param>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.ScheduleOutcome.Invalid")]
    public sealed record Invalid([property: Id(0)] TransferInvalidReason Reason) : ScheduleOutcome;

    /// <summary>It was not made under this request id, or that is not known.</summary>
    /// <param name="Reason">Why.</param>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.ScheduleOutcome.NotDecided")]
    public sealed record NotDecided([property: Id(0)] NotDecidedReason Reason) : ScheduleOutcome;
}

/// <summary>Why a schedule is refused. Checked in this order.</summary>
public enum ScheduleRefusal
{
    /// <summary>Its first time is over, by more than <see cref="Limits.ScheduleTolerance"/>.</summary>
    StartsInThePast = 1,

    /// <summary>The payer or the receiver is closed.</summary>
    WalletClosed = 2,

    /// <summary>The payer has <see cref="Limits.MaxActiveSchedules"/> active schedules already.</summary>
    TooManySchedules = 3,
}
