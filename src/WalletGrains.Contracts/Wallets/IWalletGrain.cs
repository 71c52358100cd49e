namespace WalletGrains.Contracts.Wallets;

/// <summary>
/// One wallet, keyed by its id. It decides commands one after another in memory and answers each when its decision is
/// durable, so no caller ever sees, or acts on, a decision that could be lost.
/// </summary>
[Alias("walletgrains.IWalletGrain")]
public interface IWalletGrain : IGrainWithGuidKey
{
    /// <summary>Opens the wallet. Repeating the call with the same content answers the same wallet.</summary>
    /// <exception cref="InvalidOperationException">The wallet was opened with another currency or owner.</exception>
    /// <exception cref="UnavailableException">The store is away; repeat the call.</exception>
    /// <exception cref="OutcomeUnknownException">Its answer was lost; repeat the call.</exception>
    [Alias("Open")]
    Task<Wallet> OpenAsync(OpenWallet command);

    /// <summary>
    /// Decides a command. A request id that was decided before gets the outcome it had then, refusals included.
    /// </summary>
    [Alias("Execute")]
    Task<WalletOutcome> ExecuteAsync(WalletCommand command);

    /// <summary>
    /// The wallet as last committed; null when there is none with this id. It is what the journal had no longer than
    /// <see cref="Limits.ReadFreshness"/> ago.
    /// </summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("Get")]
    Task<Wallet?> GetAsync();

    /// <summary>What never changes about the wallet; null when there is none with this id.</summary>
    /// <exception cref="UnavailableException">The store is away and the wallet is not in memory.</exception>
    [Alias("GetProfile")]
    Task<WalletProfile?> GetProfileAsync();

    /// <summary>Ends the holds whose time is over by the wallet's own clock.</summary>
    /// <returns>How many it ended.</returns>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("ExpireHolds")]
    Task<int> ExpireHoldsAsync();
}
