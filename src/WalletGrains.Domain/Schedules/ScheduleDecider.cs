using WalletGrains.Contracts.Schedules;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Domain.Schedules;

/// <summary>What becomes of a schedule.</summary>
/// <param name="Status">Its status.</param>
/// <param name="NextAt">Its next time; set exactly when it is active.</param>
public readonly record struct ScheduleStep(ScheduleStatus Status, DateTimeOffset? NextAt);

/// <summary>The rules of schedules.</summary>
public static class ScheduleDecider
{
    /// <summary>What becomes of an active schedule when the transfer of its next time was made or refused.</summary>
    /// <param name="schedule">The schedule before.</param>
    /// <param name="now">When the transfer was tried: times up to now were missed, and that one stood for all of them.</param>
    /// <param name="refusal">Why the transfer was refused; null when it was made.</param>
    public static ScheduleStep AfterRun(Schedule schedule, DateTimeOffset now, WalletRefusal? refusal)
    {
        if (refusal is WalletRefusal.WalletClosed)
        {
            return new ScheduleStep(ScheduleStatus.Failed, null);
        }

        if (schedule.Every is null)
        {
            return new ScheduleStep(refusal is null ? ScheduleStatus.Completed : ScheduleStatus.Failed, null);
        }

        // A clock that runs behind may call a time due before it is.
        var dueAt = schedule.NextAt!.Value;
        var next = ScheduleTimes.NextAfter(schedule.StartAt, schedule.Every, schedule.EndAt, now > dueAt ? now : dueAt);
        return new ScheduleStep(next is null ? ScheduleStatus.Completed : ScheduleStatus.Active, next);
    }
}
