using System.Diagnostics;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Domain.Wallets;

/// <content>What an event makes of a wallet.</content>
public static partial class WalletDecider
{
    /// <summary>The wallet after an event.</summary>
    public static WalletState Evolve(WalletState state, WalletEvent happened) => state with
    {
        Status = StatusAfter(state.Status, happened),
        Version = state.Version + 1,
        BalanceMinor = state.BalanceMinor + SignedAmount(happened),
        HeldMinor = state.HeldMinor + SignedHeld(happened),
        UpdatedAt = happened.At,
        Details = DetailsAfter(state.Details, happened),
        ReversedMinor = happened is WalletEvent.ReversalDebited reversal
            ? state.ReversedMinor.SetItem(
                reversal.ReversedTransferId, state.ReversedMinor.GetValueOrDefault(reversal.ReversedTransferId) + reversal.AmountMinor)
            : state.ReversedMinor,
    };

    /// <summary>What an event adds to the balance, in minor units; negative when money leaves.</summary>
    public static long SignedAmount(WalletEvent happened) => happened switch
    {
        WalletEvent.Funded or WalletEvent.BankCreditReceived or WalletEvent.TransferCredited or WalletEvent.TransferRefunded => happened.AmountMinor,
        WalletEvent.Withdrawn or WalletEvent.TransferDebited or WalletEvent.ReversalDebited or WalletEvent.HoldCaptured
            or WalletEvent.HeldTransferDebited or WalletEvent.BillPaid => -happened.AmountMinor,
        WalletEvent.HoldPlaced or WalletEvent.HoldReleased or WalletEvent.BillReversed => 0,
        WalletEvent.Frozen or WalletEvent.Unfrozen or WalletEvent.Closed or WalletEvent.LimitsSet => 0,
        _ => throw new UnreachableException($"No rule says what {happened.GetType().Name} does to the balance."),
    };

    /// <summary>What an event adds to what is held, in minor units; negative when a hold ends.</summary>
    public static long SignedHeld(WalletEvent happened) => HoldOf(happened) switch
    {
        null => 0,
        { Status: HoldStatus.Active } placed => placed.Amount.MinorUnits,
        var ended => -ended.Amount.MinorUnits,
    };

    /// <summary>The hold that an event placed or ended; null when it did neither.</summary>
    public static Hold? HoldOf(WalletEvent happened) => happened switch
    {
        WalletEvent.HoldPlaced placed => placed.Hold,
        WalletEvent.HoldCaptured captured => captured.Hold,
        WalletEvent.HoldReleased released => released.Hold,
        WalletEvent.HeldTransferDebited debited => debited.Hold,
        WalletEvent.BillPaid paid => paid.Hold,
        WalletEvent.BillReversed reversed => reversed.Hold,
        WalletEvent.Funded or WalletEvent.BankCreditReceived or WalletEvent.Withdrawn or WalletEvent.TransferDebited or WalletEvent.ReversalDebited
            or WalletEvent.TransferCredited or WalletEvent.TransferRefunded => null,
        WalletEvent.Frozen or WalletEvent.Unfrozen or WalletEvent.Closed or WalletEvent.LimitsSet => null,
        _ => throw new UnreachableException($"No rule says whether {happened.GetType().Name} concerns a hold."),
    };

    /// <summary>The phase after an event.</summary>
    public static WalletStatus StatusAfter(WalletStatus status, WalletEvent happened) => happened switch
    {
        WalletEvent.Frozen => WalletStatus.Frozen,
        WalletEvent.Unfrozen => WalletStatus.Open,
        WalletEvent.Closed => WalletStatus.Closed,

        // No wallet with money is closed: its owner could not get at it.
        WalletEvent.TransferRefunded or WalletEvent.TransferCredited or WalletEvent.BankCreditReceived when status is WalletStatus.Closed => WalletStatus.Open,
        _ => status,
    };

    private static WalletDetails DetailsAfter(WalletDetails details, WalletEvent happened) => happened switch
    {
        WalletEvent.HoldPlaced placed => Spend(
            details with
            {
                Holds = details.Holds.With(placed.Hold, isCounted: details.Limits.PerDayMinor is not null, PurposeOf(placed.RequestId)),
            },
            happened),
        WalletEvent.HoldCaptured or WalletEvent.HoldReleased or WalletEvent.HeldTransferDebited or WalletEvent.BillPaid or WalletEvent.BillReversed =>
            End(details, HoldOf(happened)!),
        WalletEvent.Withdrawn or WalletEvent.TransferDebited => Spend(details, happened),
        WalletEvent.TransferRefunded { DebitedAt: { } debitedAt } when details.Spending.Counted(debitedAt) =>
            details with { Spending = details.Spending.Without(happened.AmountMinor, debitedAt) },
        WalletEvent.LimitsSet set => new WalletDetails(
            set.Limits.PerDayMinor is null ? details.Holds.Uncounted() : details.Holds, set.Limits, details.Spending.Under(set.Limits, set.At)),
        _ => details,
    };

    private static HoldPurpose PurposeOf(RequestId placed) =>
        placed.IsOfBulk ? HoldPurpose.Bulk : placed.IsOfBill ? HoldPurpose.Bill : HoldPurpose.Any;

    private static WalletDetails Spend(WalletDetails details, WalletEvent happened) =>
        details.Limits is { PerDayMinor: null, CountPerMinute: null }
            ? details
            : details with { Spending = details.Spending.With(details.Limits, happened.AmountMinor, happened.At) };

    /// <summary>
    /// What a hold did not take is given back where it was counted, and only there: taken from anything else that was counted,
    /// it would let more leave in a day than the limit, such as by holds from before the limit, or from yesterday.
    /// </summary>
    private static WalletDetails End(WalletDetails details, Hold ended)
    {
        var left = details with { Holds = details.Holds.Without(ended.HoldId) };
        return details.Holds.Find(ended.HoldId) is { IsCounted: true }
            ? left with { Spending = left.Spending.Without(ended.Amount.MinorUnits - ended.CapturedMinor, ended.CreatedAt) }
            : left;
    }
}
