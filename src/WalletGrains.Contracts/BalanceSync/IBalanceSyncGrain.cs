namespace WalletGrains.Contracts.BalanceSync;

/// <summary>How balances are brought up to date, for operators. Key 0; every silo answers its own callers.</summary>
[Alias("walletgrains.IBalanceSyncGrain")]
public interface IBalanceSyncGrain : IGrainWithIntegerKey
{
    /// <summary>How it stands.</summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("GetStatus")]
    Task<BalanceSyncStatus> GetStatusAsync();

    /// <summary>Has all users gone through, from now on and once in every interval.</summary>
    /// <exception cref="UnavailableException">The store is away; nothing was changed.</exception>
    /// <exception cref="OutcomeUnknownException">Its answer was lost. Doing it again does no harm.</exception>
    [Alias("Start")]
    Task StartAsync();

    /// <summary>Has no more users gone through. What is queued is still done, and so is what is asked for.</summary>
    /// <exception cref="UnavailableException">The store is away; nothing was changed.</exception>
    /// <exception cref="OutcomeUnknownException">Its answer was lost. Doing it again does no harm.</exception>
    [Alias("Stop")]
    Task StopAsync();
}

/// <summary>How balances are brought up to date.</summary>
/// <param name="Priority">Accounts that wait in the lane of logins; counted up to a limit.</param>
/// <param name="Background">Accounts that wait in the other one; counted up to a limit.</param>
/// <param name="Processing">Accounts that are asked for at this moment.</param>
/// <param name="IsRunning">All users are gone through once in every interval. False while no core banking system is configured.</param>
/// <param name="LastRunAt">When they were begun to be gone through last; null when never.</param>
/// <param name="Succeeded">Active accounts that were brought up to date since.</param>
/// <param name="Failed">Active accounts whose attempts have failed since.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.BalanceSyncStatus")]
public sealed record BalanceSyncStatus(
    [property: Id(0)] int Priority,
    [property: Id(1)] int Background,
    [property: Id(2)] int Processing,
    [property: Id(3)] bool IsRunning,
    [property: Id(4)] DateTimeOffset? LastRunAt,
    [property: Id(5)] int Succeeded,
    [property: Id(6)] int Failed);
