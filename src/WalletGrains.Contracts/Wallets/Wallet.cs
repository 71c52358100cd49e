namespace WalletGrains.Contracts.Wallets;

/// <summary>A wallet as last committed.</summary>
/// <param name="WalletId">Its id.</param>
/// <param name="OwnerId">The user it belongs to; null when it belongs to none.</param>
/// <param name="Currency">Its currency.</param>
/// <param name="BalanceMinor">Balance in minor units.</param>
/// <param name="HeldMinor">The part of the balance that is held.</param>
/// <param name="Status">Its phase.</param>
/// <param name="Version">Number of its entries.</param>
/// <param name="CreatedAt">When it was opened.</param>
/// <param name="UpdatedAt">Time of its newest entry, or of the opening.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.Wallet")]
public sealed record Wallet(
    [property: Id(0)] Guid WalletId,
    [property: Id(1)] Guid? OwnerId,
    [property: Id(2)] Currency Currency,
    [property: Id(3)] long BalanceMinor,
    [property: Id(4)] long HeldMinor,
    [property: Id(5)] WalletStatus Status,
    [property: Id(6)] long Version,
    [property: Id(7)] DateTimeOffset CreatedAt,
    [property: Id(8)] DateTimeOffset UpdatedAt)
{
    /// <summary>What can be spent: balance minus held, in minor units.</summary>
    public long AvailableMinor => BalanceMinor - HeldMinor;
}

/// <summary>Phase of a wallet.</summary>
public enum WalletStatus
{
    /// <summary>Money may come in and go out.</summary>
    Open = 1,
}

/// <summary>What an entry did to the balance.</summary>
public enum EntryType
{
    /// <summary>Money came in from outside.</summary>
    Fund = 1,

    /// <summary>Money went outside.</summary>
    Withdraw = 2,

    /// <summary>Sent to another wallet.</summary>
    TransferOut = 3,

    /// <summary>Received from another wallet.</summary>
    TransferIn = 4,

    /// <summary>Came back because the receiver refused it.</summary>
    TransferRefund = 5,
}

/// <summary>One entry of a wallet's history.</summary>
/// <param name="EntryId">Its public id, the transaction id of the front door.</param>
/// <param name="WalletId">The wallet.</param>
/// <param name="Version">1 for the first entry of a wallet, then without gaps.</param>
/// <param name="Type">What it did.</param>
/// <param name="Amount">How much; never negative, the type gives the direction.</param>
/// <param name="BalanceBeforeMinor">Balance before it.</param>
/// <param name="BalanceAfterMinor">Balance after it.</param>
/// <param name="CounterAccount">The account on the other side: external:cash, or wallet:&lt;id&gt;.</param>
/// <param name="RequestId">The request that caused it.</param>
/// <param name="TransferId">The transfer it is a step of; null when it is none.</param>
/// <param name="Description">The caller's words.</param>
/// <param name="CreatedAt">When it was decided.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.Entry")]
public sealed record Entry(
    [property: Id(0)] Guid EntryId,
    [property: Id(1)] Guid WalletId,
    [property: Id(2)] long Version,
    [property: Id(3)] EntryType Type,
    [property: Id(4)] Money Amount,
    [property: Id(5)] long BalanceBeforeMinor,
    [property: Id(6)] long BalanceAfterMinor,
    [property: Id(7)] string CounterAccount,
    [property: Id(8)] RequestId RequestId,
    [property: Id(9)] Guid? TransferId,
    [property: Id(10)] string? Description,
    [property: Id(11)] DateTimeOffset CreatedAt);
