namespace WalletGrains.Contracts.Bulks;

/// <summary>Finds bulk transfers whose coordinator died and brings them to their end. One for the cluster, key 0.</summary>
[Alias("walletgrains.IBulkRecoveryGrain")]
public interface IBulkRecoveryGrain : IGrainWithIntegerKey
{
    /// <summary>Makes sure that the recovery wakes up every minute from now on, also after restarts.</summary>
    [Alias("Start")]
    Task StartAsync();

    /// <summary>Resumes every unfinished bulk that was not touched for half a minute, or for <paramref name="olderThan"/>.</summary>
    /// <returns>How many it brought to their end.</returns>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("Run")]
    Task<int> RunAsync(TimeSpan? olderThan = null);
}
