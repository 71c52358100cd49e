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
/// <param name="Limits">What may leave it.</param>
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
    [property: Id(8)] DateTimeOffset UpdatedAt,
    [property: Id(9)] WalletLimits Limits)
{
    /// <summary>What can be spent: balance minus held, in minor units.</summary>
    public long AvailableMinor => BalanceMinor - HeldMinor;
}

/// <summary>What never changes about a wallet.</summary>
/// <param name="WalletId">Its id.</param>
/// <param name="OwnerId">The user it belongs to; null when it belongs to none.</param>
/// <param name="Currency">Its currency.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.WalletProfile")]
public sealed record WalletProfile([property: Id(0)] Guid WalletId, [property: Id(1)] Guid? OwnerId, [property: Id(2)] Currency Currency);

/// <summary>Phase of a wallet.</summary>
public enum WalletStatus
{
    /// <summary>Money may come in and go out.</summary>
    Open = 1,

    /// <summary>An operator stopped it. What was begun comes to its end: holds are captured and released, refunds and
    /// reversals are taken. Nothing else moves.</summary>
    Frozen = 2,

    /// <summary>Ended, with a balance of zero. Money that comes back to it, as a refund, opens it again.</summary>
    Closed = 3,
}

/// <summary>What may leave a wallet. Null means no limit.</summary>
/// <param name="PerTransactionMinor">The most in one withdrawal, transfer or hold, in minor units.</param>
/// <param name="PerDayMinor">The most in any 24 hours, in minor units. Counted in quarters of an hour: what left up to a
/// quarter of an hour more than a day ago may still count.</param>
/// <param name="CountPerMinute">How many withdrawals, transfers and holds in any minute, counted in seconds.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.WalletLimits")]
public sealed record WalletLimits(
    [property: Id(0)] long? PerTransactionMinor,
    [property: Id(1)] long? PerDayMinor,
    [property: Id(2)] int? CountPerMinute)
{
    /// <summary>No limit at all.</summary>
    public static WalletLimits None { get; } = new(null, null, null);
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

    /// <summary>Reserved; the balance stays and less of it is available.</summary>
    Hold = 6,

    /// <summary>Held money went outside, and the rest of the hold is available again.</summary>
    Capture = 7,

    /// <summary>A hold ended without a capture, on request or because its time was over.</summary>
    Release = 8,

    /// <summary>The wallet was frozen; no money is concerned.</summary>
    Freeze = 9,

    /// <summary>The wallet was opened again after a freeze; no money is concerned.</summary>
    Unfreeze = 10,

    /// <summary>The wallet was closed; no money is concerned.</summary>
    Close = 11,

    /// <summary>The limits were set; no money is concerned.</summary>
    SetLimits = 12,

    /// <summary>Money that was held for a bill went to the biller, and its hold has ended.</summary>
    BillPayment = 13,

    /// <summary>The payment of a bill failed: the hold of its money has ended, and all of it is available again.</summary>
    BillReversal = 14,
}

/// <summary>One entry of a wallet's history.</summary>
/// <param name="EntryId">Its public id, the transaction id of the front door.</param>
/// <param name="WalletId">The wallet.</param>
/// <param name="Version">1 for the first entry of a wallet, then without gaps.</param>
/// <param name="Type">What it did.</param>
/// <param name="Amount">How much; never negative, the type gives the direction.</param>
/// <param name="BalanceBeforeMinor">Balance before it.</param>
/// <param name="BalanceAfterMinor">Balance after it.</param>
/// <param name="CounterAccount">The account on the other side: external:cash, biller:&lt;code&gt; or wallet:&lt;id&gt;. Of an entry that moves no
/// money: the wallet's own.</param>
/// <param name="RequestId">The request that caused it.</param>
/// <param name="TransferId">The transfer it is a step of; null when it is none.</param>
/// <param name="Description">The caller's words.</param>
/// <param name="CreatedAt">When it was decided.</param>
/// <param name="HeldAfterMinor">What is held of the balance after it.</param>
/// <param name="StatusAfter">The wallet's phase after it.</param>
/// <param name="Hold">The hold that it placed or ended, as it is after it; null for other entries.</param>
/// <param name="Limits">The limits that it set; null for other entries.</param>
/// <param name="ReversesTransferId">The transfer that its own gives back; null when it gives none back.</param>
/// <param name="Metadata">What the caller attached.</param>
/// <param name="DebitedAt">When the transfer that it refunds was debited; null for other entries.</param>
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
    [property: Id(11)] DateTimeOffset CreatedAt,
    [property: Id(12)] long HeldAfterMinor = 0,
    [property: Id(13)] WalletStatus StatusAfter = WalletStatus.Open,
    [property: Id(14)] Hold? Hold = null,
    [property: Id(15)] WalletLimits? Limits = null,
    [property: Id(16)] Guid? ReversesTransferId = null,
    [property: Id(17)] Metadata? Metadata = null,
    [property: Id(18)] DateTimeOffset? DebitedAt = null);
