namespace WalletGrains.Contracts.Wallets;

/// <summary>Stops a wallet; see <see cref="WalletStatus.Frozen"/>.</summary>
/// <param name="RequestId">Names the request.</param>
/// <param name="Description">Why.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.FreezeWallet")]
public sealed record FreezeWallet(RequestId RequestId, string? Description = null) : WalletCommand(RequestId, Description, null);

/// <summary>Lets a frozen wallet move again.</summary>
/// <param name="RequestId">Names the request.</param>
/// <param name="Description">Why.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.UnfreezeWallet")]
public sealed record UnfreezeWallet(RequestId RequestId, string? Description = null) : WalletCommand(RequestId, Description, null);

/// <summary>Ends a wallet without money.</summary>
/// <param name="RequestId">Names the request.</param>
/// <param name="Description">Why.</param>
/// <param name="EvenFrozen">Also while it is frozen, which is an operator's to decide: money that comes back opens a closed
/// wallet, so an owner who closed it would have undone the freeze. It is not part of the request's content.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.CloseWallet")]
public sealed record CloseWallet(RequestId RequestId, string? Description = null, [property: Id(0)] bool EvenFrozen = true)
    : WalletCommand(RequestId, Description, null);

/// <summary>Sets what may leave a wallet from now on, in place of the limits before. What left earlier does not count, unless
/// a limit of the same kind was there already.</summary>
/// <param name="RequestId">Names the request.</param>
/// <param name="Limits">The limits; each above zero where it is set.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.SetLimits")]
public sealed record SetLimits(RequestId RequestId, [property: Id(0)] WalletLimits Limits) : WalletCommand(RequestId, null, null);
