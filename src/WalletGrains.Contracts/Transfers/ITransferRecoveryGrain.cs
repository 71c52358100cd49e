namespace WalletGrains.Contracts.Transfers;

/// <summary>Finds transfers whose coordinator died half way and drives them to their end. One for the cluster, key 0.</summary>
[Alias("walletgrains.ITransferRecoveryGrain")]
public interface ITransferRecoveryGrain : IGrainWithIntegerKey
{
    /// <summary>Makes sure that the recovery wakes up every minute from now on, also after restarts.</summary>
    [Alias("Start")]
    Task StartAsync();

    /// <summary>Drives on every unfinished transfer that is older than a minute, or than <paramref name="olderThan"/>.</summary>
    /// <returns>How many it brought to their end.</returns>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("Run")]
    Task<int> RunAsync(TimeSpan? olderThan = null);
}
