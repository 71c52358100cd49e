namespace WalletGrains.Contracts.Schedules;

/// <summary>Makes the transfers of schedules whose time has come. Key 0; every silo has its own.</summary>
[Alias("walletgrains.IScheduleRunnerGrain")]
public interface IScheduleRunnerGrain : IGrainWithIntegerKey
{
    /// <summary>Makes the transfer of a schedule whose next time has come, and moves the schedule on. Times that were missed are caught up
    /// once: one transfer stands for all of them.</summary>
    /// <param name="scheduleId">The schedule.</param>
    /// <param name="at">The present: times up to now have come.</param>
    /// <returns>The next time of the schedule; null when it has none, or when there is no such schedule.</returns>
    /// <exception cref="UnavailableException">The store is away, or it is not known whether the transfer was made; the same call tells it later.</exception>
    [Alias("Run")]
    Task<DateTimeOffset?> RunAsync(Guid scheduleId, DateTimeOffset at);
}
