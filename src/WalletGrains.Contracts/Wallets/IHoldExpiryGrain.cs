namespace WalletGrains.Contracts.Wallets;

/// <summary>Ends holds whose time is over. One for the cluster, key 0.</summary>
[Alias("walletgrains.IHoldExpiryGrain")]
public interface IHoldExpiryGrain : IGrainWithIntegerKey
{
    /// <summary>Makes sure that it wakes up every minute from now on, also after restarts.</summary>
    [Alias("Start")]
    Task StartAsync();

    /// <summary>Ends every hold whose time is over.</summary>
    /// <returns>How many it ended.</returns>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("Run")]
    Task<int> RunAsync();
}
