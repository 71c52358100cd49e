namespace WalletGrains.Contracts.Schedules;

/// <summary>Makes the transfers of schedules whose time has come. One for the cluster, key 0.</summary>
[Alias("walletgrains.IScheduleRunnerGrain")]
public interface IScheduleRunnerGrain : IGrainWithIntegerKey
{
    /// <summary>Makes sure that it wakes up every minute from now on, also after restarts.</summary>
    [Alias("Start")]
    Task StartAsync();

    /// <summary>Makes every transfer that is due now, or at <paramref name="at"/>. Times that were missed are caught up once: one
    /// transfer stands for all of them.</summary>
    /// <returns>How many schedules it has moved on.</returns>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("Run")]
    Task<int> RunAsync(DateTimeOffset? at = null);
}
