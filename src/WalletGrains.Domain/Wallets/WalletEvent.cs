using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Domain.Wallets;

/// <summary>What happened to a wallet. The kinds below are all there are.</summary>
/// <param name="EntryId">Public id of the entry.</param>
/// <param name="RequestId">The request that caused it.</param>
/// <param name="AmountMinor">How much, in minor units of the wallet's currency; zero only where no money is concerned.</param>
/// <param name="Description">The caller's words.</param>
/// <param name="Metadata">What the caller attached.</param>
/// <param name="At">When it was decided.</param>
public abstract record WalletEvent(
    Guid EntryId, RequestId RequestId, long AmountMinor, string? Description, Metadata? Metadata, DateTimeOffset At)
{
    /// <summary>Money came in from outside.</summary>
    public sealed record Funded(
        Guid EntryId, RequestId RequestId, long AmountMinor, string? Description, Metadata? Metadata, DateTimeOffset At)
        : WalletEvent(EntryId, RequestId, AmountMinor, Description, Metadata, At);

    /// <summary>Money came in that the bank had received for the wallet.</summary>
    public sealed record BankCreditReceived(
        Guid EntryId, RequestId RequestId, long AmountMinor, string? Description, Metadata? Metadata, DateTimeOffset At)
        : WalletEvent(EntryId, RequestId, AmountMinor, Description, Metadata, At);

    /// <summary>Money went outside.</summary>
    public sealed record Withdrawn(
        Guid EntryId, RequestId RequestId, long AmountMinor, string? Description, Metadata? Metadata, DateTimeOffset At)
        : WalletEvent(EntryId, RequestId, AmountMinor, Description, Metadata, At);

    /// <summary>Money left for another wallet.</summary>
    public sealed record TransferDebited(
        Guid EntryId, RequestId RequestId, long AmountMinor, string? Description, Metadata? Metadata, DateTimeOffset At, Guid TransferId, Guid ToWalletId)
        : WalletEvent(EntryId, RequestId, AmountMinor, Description, Metadata, At);

    /// <summary>Money that was held left for another wallet, and the hold has ended.</summary>
    public sealed record HeldTransferDebited(
        Guid EntryId, RequestId RequestId, long AmountMinor, string? Description, Metadata? Metadata, DateTimeOffset At, Guid TransferId, Guid ToWalletId, Hold Hold)
        : WalletEvent(EntryId, RequestId, AmountMinor, Description, Metadata, At);

    /// <summary>Money left for the wallet that had sent it.</summary>
    public sealed record ReversalDebited(
        Guid EntryId, RequestId RequestId, long AmountMinor, string? Description, Metadata? Metadata, DateTimeOffset At, Guid TransferId, Guid ToWalletId, Guid ReversedTransferId)
        : WalletEvent(EntryId, RequestId, AmountMinor, Description, Metadata, At);

    /// <summary>Money arrived from another wallet.</summary>
    public sealed record TransferCredited(
        Guid EntryId, RequestId RequestId, long AmountMinor, string? Description, Metadata? Metadata, DateTimeOffset At, Guid TransferId, Guid FromWalletId)
        : WalletEvent(EntryId, RequestId, AmountMinor, Description, Metadata, At);

    /// <summary>Money came back from a wallet that refused it.</summary>
    public sealed record TransferRefunded(
        Guid EntryId, RequestId RequestId, long AmountMinor, string? Description, Metadata? Metadata, DateTimeOffset At, Guid TransferId, Guid ToWalletId,
        DateTimeOffset? DebitedAt)
        : WalletEvent(EntryId, RequestId, AmountMinor, Description, Metadata, At);

    /// <summary>Money was reserved.</summary>
    public sealed record HoldPlaced(
        Guid EntryId, RequestId RequestId, long AmountMinor, string? Description, Metadata? Metadata, DateTimeOffset At, Hold Hold)
        : WalletEvent(EntryId, RequestId, AmountMinor, Description, Metadata, At);

    /// <summary>Held money went outside, and the hold has ended.</summary>
    public sealed record HoldCaptured(
        Guid EntryId, RequestId RequestId, long AmountMinor, string? Description, Metadata? Metadata, DateTimeOffset At, Hold Hold)
        : WalletEvent(EntryId, RequestId, AmountMinor, Description, Metadata, At);

    /// <summary>A hold ended without a capture: released or expired.</summary>
    public sealed record HoldReleased(
        Guid EntryId, RequestId RequestId, long AmountMinor, string? Description, Metadata? Metadata, DateTimeOffset At, Hold Hold)
        : WalletEvent(EntryId, RequestId, AmountMinor, Description, Metadata, At);

    /// <summary>Money that was held for a bill went to the biller, and the hold has ended.</summary>
    public sealed record BillPaid(
        Guid EntryId, RequestId RequestId, long AmountMinor, string? Description, Metadata? Metadata, DateTimeOffset At, string BillerCode, Hold Hold)
        : WalletEvent(EntryId, RequestId, AmountMinor, Description, Metadata, At);

    /// <summary>The payment of a bill failed, and the hold of its money has ended.</summary>
    public sealed record BillReversed(
        Guid EntryId, RequestId RequestId, long AmountMinor, string? Description, Metadata? Metadata, DateTimeOffset At, Hold Hold)
        : WalletEvent(EntryId, RequestId, AmountMinor, Description, Metadata, At);

    /// <summary>The wallet was stopped.</summary>
    public sealed record Frozen(Guid EntryId, RequestId RequestId, string? Description, DateTimeOffset At)
        : WalletEvent(EntryId, RequestId, 0, Description, null, At);

    /// <summary>The wallet may move again.</summary>
    public sealed record Unfrozen(Guid EntryId, RequestId RequestId, string? Description, DateTimeOffset At)
        : WalletEvent(EntryId, RequestId, 0, Description, null, At);

    /// <summary>The wallet has ended.</summary>
    public sealed record Closed(Guid EntryId, RequestId RequestId, string? Description, DateTimeOffset At)
        : WalletEvent(EntryId, RequestId, 0, Description, null, At);

    /// <summary>The limits were replaced.</summary>
    public sealed record LimitsSet(Guid EntryId, RequestId RequestId, string? Description, DateTimeOffset At, WalletLimits Limits)
        : WalletEvent(EntryId, RequestId, 0, Description, null, At);
}
