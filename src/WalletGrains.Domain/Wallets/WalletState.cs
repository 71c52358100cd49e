using System.Collections.Immutable;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Domain.Wallets;

/// <summary>Everything a wallet needs to decide the next command. Its history is not part of it.</summary>
/// <param name="WalletId">The wallet.</param>
/// <param name="OwnerId">The user it belongs to; null for none.</param>
/// <param name="Currency">Its only currency.</param>
/// <param name="Status">Its phase.</param>
/// <param name="Version">Number of entries.</param>
/// <param name="BalanceMinor">Balance in minor units.</param>
/// <param name="HeldMinor">The part of the balance that is held.</param>
/// <param name="CreatedAt">When it was opened.</param>
/// <param name="UpdatedAt">Time of the newest entry, or of the opening.</param>
public sealed record WalletState(
    Guid WalletId,
    Guid? OwnerId,
    Currency Currency,
    WalletStatus Status,
    long Version,
    long BalanceMinor,
    long HeldMinor,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    /// <summary>What most wallets have none of.</summary>
    public WalletDetails Details { get; init; } = WalletDetails.None;

    /// <summary>
    /// How much of a transfer that this wallet received was given back already, by transfer: those that the commands waiting
    /// for a decision ask about. Read from the journal together with the wallet and not kept with it.
    /// </summary>
    public ImmutableDictionary<Guid, long> ReversedMinor { get; init; } = ImmutableDictionary<Guid, long>.Empty;

    /// <summary>What can be spent, in minor units.</summary>
    public long AvailableMinor => BalanceMinor - HeldMinor;

    /// <summary>A wallet as it is when it has just been opened.</summary>
    public static WalletState Opened(Guid walletId, OpenWallet command, DateTimeOffset at) =>
        new(walletId, command.OwnerId, command.Currency, WalletStatus.Open, 0, 0, 0, at, at);
}

/// <summary>The part of a wallet's state beside its balance. The same object stays until one of its parts changes.</summary>
/// <param name="Holds">The open holds.</param>
/// <param name="Limits">What may leave.</param>
/// <param name="Spending">What has left lately, as far as a limit asks for it.</param>
public sealed record WalletDetails(OpenHolds Holds, WalletLimits Limits, Spending Spending)
{
    /// <summary>No holds and no limits.</summary>
    public static WalletDetails None { get; } = new(OpenHolds.None, WalletLimits.None, Spending.None);
}
