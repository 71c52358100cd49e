using System.Diagnostics;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Domain.Wallets;

/// <summary>The result of a decision: an event or a refusal, never both.</summary>
public readonly record struct WalletDecision
{
    private WalletDecision(WalletEvent? happened, WalletRefusal? refusal) => (Event, Refusal) = (happened, refusal);

    /// <summary>What happens; null when the command is refused.</summary>
    public WalletEvent? Event { get; }

    /// <summary>Why the command is refused; null when it is accepted.</summary>
    public WalletRefusal? Refusal { get; }

    /// <summary>The command is accepted.</summary>
    public static implicit operator WalletDecision(WalletEvent happened) => new(happened, null);

    /// <summary>The command is refused.</summary>
    public static implicit operator WalletDecision(WalletRefusal refusal) => new(null, refusal);
}

/// <summary>The rules of a wallet: which commands it accepts.</summary>
public static partial class WalletDecider
{
    /// <summary>Decides a command.</summary>
    /// <param name="command">What is asked.</param>
    /// <param name="state">The wallet as it is now.</param>
    /// <param name="entryId">The id of the entry if the command is accepted.</param>
    /// <param name="now">The time of the decision; an entry is never older than the one before it.</param>
    public static WalletDecision Decide(WalletCommand command, WalletState state, Guid entryId, DateTimeOffset now)
    {
        var at = now > state.UpdatedAt ? now : state.UpdatedAt;
        if (RefusalOf(command, state, at) is { } refusal)
        {
            return refusal;
        }

        // Accepted: nothing below may fail.
        var (id, words, more) = (command.RequestId, command.Description, command.Metadata);
        return command switch
        {
            Deposit c => new WalletEvent.Funded(entryId, id, c.Amount.MinorUnits, words, more, at),
            ReceiveBankCredit c => new WalletEvent.BankCreditReceived(entryId, id, c.Amount.MinorUnits, words, more, at),
            Withdraw c => new WalletEvent.Withdrawn(entryId, id, c.Amount.MinorUnits, words, more, at),
            DebitTransfer c => new WalletEvent.TransferDebited(entryId, id, c.Amount.MinorUnits, words, more, at, c.TransferId, c.ToWalletId),
            DebitHeldTransfer c => new WalletEvent.HeldTransferDebited(
                entryId, id, c.Amount.MinorUnits, words, more, at, c.TransferId, c.ToWalletId, Captured(state, c.HoldId, c.Amount.MinorUnits)),
            DebitReversal c => new WalletEvent.ReversalDebited(
                entryId, id, ReversalAmount(c, state), words, more, at, c.TransferId, c.ToWalletId, c.ReversedTransferId),
            CreditTransfer c => new WalletEvent.TransferCredited(entryId, id, c.Amount.MinorUnits, words, more, at, c.TransferId, c.FromWalletId),
            RefundTransfer c => new WalletEvent.TransferRefunded(
                entryId, id, c.Amount.MinorUnits, words, more, at, c.TransferId, c.ToWalletId, c.DebitedAt),
            PlaceHold c => new WalletEvent.HoldPlaced(
                entryId, id, c.Amount.MinorUnits, words, more, at,
                new Hold(c.HoldId, state.WalletId, c.Amount, 0, HoldStatus.Active, at + c.ExpiresAfter, at)),
            CaptureHold c => CaptureOf(c, state, entryId, at),
            ReleaseHold c => EndOf(c, state, entryId, at, c.HoldId, HoldStatus.Released),
            ExpireHold c => EndOf(c, state, entryId, at, c.HoldId, HoldStatus.Expired),
            CaptureBill c => BillPaymentOf(c, state, entryId, at),
            ReverseBill c => BillReversalOf(c, state, entryId, at),
            FreezeWallet => new WalletEvent.Frozen(entryId, id, words, at),
            UnfreezeWallet => new WalletEvent.Unfrozen(entryId, id, words, at),
            CloseWallet => new WalletEvent.Closed(entryId, id, words, at),
            SetLimits c => new WalletEvent.LimitsSet(entryId, id, words, at, c.Limits),
            _ => throw new UnreachableException($"No rule decides {command.GetType().Name}."),
        };
    }

    private static WalletRefusal? RefusalOf(WalletCommand command, WalletState state, DateTimeOffset at)
    {
        var asked = AmountOf(command);
        if (asked?.MinorUnits <= 0)
        {
            return WalletRefusal.AmountNotPositive;
        }

        if (asked is { } money && money.Currency != state.Currency)
        {
            return WalletRefusal.CurrencyMismatch;
        }

        var amount = asked?.MinorUnits ?? 0;

        // Money that comes back, or that the bank or another wallet has given away for good, is always taken: it has nowhere else to go.
        var mayBeTooMuch = command is Deposit or CreditTransfer { IsSettlement: false };
        if (amount > Limits.MaxAmountMinor || (mayBeTooMuch && amount > Limits.MaxAmountMinor - state.BalanceMinor))
        {
            return WalletRefusal.AmountTooLarge;
        }

        if (PhaseRefusalOf(command, state) is { } phase)
        {
            return phase;
        }

        if (command is CloseWallet && state.BalanceMinor > 0)
        {
            return WalletRefusal.WalletNotEmpty;
        }

        if (HoldEndedBy(command) is { } holdId)
        {
            return state.Details.Holds.Find(holdId) is not { } hold || !MayEnd(command, hold) || (command is CaptureHold && hold.ExpiresAt <= at)
                ? WalletRefusal.HoldNotActive
                : amount > hold.AmountMinor ? WalletRefusal.CaptureExceedsHold
                : null;
        }

        if (command is DebitReversal reversal)
        {
            amount = ReversalAmount(reversal, state);
            if (amount <= 0 || amount > LeftOf(reversal, state))
            {
                return WalletRefusal.ReversalExceedsOriginal;
            }
        }

        var spends = command is Withdraw or DebitTransfer or PlaceHold;
        if (spends && !state.Details.Spending.Allows(state.Details.Limits, amount, at))
        {
            return WalletRefusal.LimitExceeded;
        }

        if ((spends || command is DebitReversal) && amount > state.AvailableMinor)
        {
            return WalletRefusal.InsufficientFunds;
        }

        return command is PlaceHold && state.Details.Holds.Count >= Limits.MaxOpenHolds ? WalletRefusal.TooManyHolds : null;
    }

    /// <summary>Which commands each phase refuses. What was begun comes to its end in every phase.</summary>
    private static WalletRefusal? PhaseRefusalOf(WalletCommand command, WalletState state) => (state.Status, command) switch
    {
        (_, ReceiveBankCredit or RefundTransfer or CreditTransfer { IsSettlement: true } or CaptureHold or ReleaseHold or ExpireHold or DebitHeldTransfer) => null,
        (_, CaptureBill or ReverseBill) => null,
        (WalletStatus.Open, UnfreezeWallet) => WalletRefusal.WalletNotFrozen,
        (WalletStatus.Open, _) => null,
        (WalletStatus.Frozen, DebitReversal or UnfreezeWallet or CloseWallet { EvenFrozen: true } or SetLimits) => null,
        (WalletStatus.Frozen, _) => WalletRefusal.WalletFrozen,
        (WalletStatus.Closed, _) => WalletRefusal.WalletClosed,
        _ => throw new UnreachableException($"No rule for a wallet that is {state.Status}."),
    };

    private static Money? AmountOf(WalletCommand command) => command switch
    {
        MoneyCommand money => money.Amount,
        CaptureHold capture => capture.Amount,
        _ => null,
    };

    private static Guid? HoldEndedBy(WalletCommand command) => command switch
    {
        CaptureHold capture => capture.HoldId,
        ReleaseHold release => release.HoldId,
        ExpireHold expire => expire.HoldId,
        DebitHeldTransfer debit => debit.HoldId,
        CaptureBill capture => capture.PaymentId,
        ReverseBill reversal => reversal.PaymentId,
        _ => null,
    };

    /// <summary>
    /// Whether a command may end a hold. What a bulk transfer or a bill's payment has reserved is its own: were its owner to release it, the
    /// bulk could be decided and one of its legs not be paid, or the biller have the money and the wallet as well.
    /// </summary>
    private static bool MayEnd(WalletCommand command, OpenHold hold) => hold.Purpose switch
    {
        HoldPurpose.Any => command is not (CaptureBill or ReverseBill),
        HoldPurpose.Bulk => command is DebitHeldTransfer || (command is ReleaseHold && command.RequestId.IsOfBulk),
        HoldPurpose.Bill => command is CaptureBill or ReverseBill,
        _ => throw new UnreachableException($"No rule says who ends a hold for {hold.Purpose}."),
    };

    private static long LeftOf(DebitReversal command, WalletState state) =>
        command.OriginalAmountMinor - state.ReversedMinor.GetValueOrDefault(command.ReversedTransferId);

    private static long ReversalAmount(DebitReversal command, WalletState state) =>
        command.UpToWhatIsLeft ? LeftOf(command, state) : command.Amount.MinorUnits;

    private static Hold Captured(WalletState state, Guid holdId, long capturedMinor) =>
        Ended(state, holdId, HoldStatus.Captured) with { CapturedMinor = capturedMinor };

    private static Hold Ended(WalletState state, Guid holdId, HoldStatus status)
    {
        var hold = state.Details.Holds.Find(holdId)!;
        return new Hold(holdId, state.WalletId, new Money(hold.AmountMinor, state.Currency), 0, status, hold.ExpiresAt, hold.CreatedAt);
    }

    private static WalletEvent.HoldCaptured CaptureOf(CaptureHold command, WalletState state, Guid entryId, DateTimeOffset at)
    {
        var amount = command.Amount?.MinorUnits ?? state.Details.Holds.Find(command.HoldId)!.AmountMinor;
        return new(entryId, command.RequestId, amount, null, null, at, Captured(state, command.HoldId, amount));
    }

    private static WalletEvent.BillPaid BillPaymentOf(CaptureBill command, WalletState state, Guid entryId, DateTimeOffset at)
    {
        var amount = state.Details.Holds.Find(command.PaymentId)!.AmountMinor;
        return new(
            entryId, command.RequestId, amount, command.Description, null, at, command.BillerCode, Captured(state, command.PaymentId, amount));
    }

    private static WalletEvent.BillReversed BillReversalOf(ReverseBill command, WalletState state, Guid entryId, DateTimeOffset at)
    {
        var hold = Ended(state, command.PaymentId, HoldStatus.Released);
        return new(entryId, command.RequestId, hold.Amount.MinorUnits, command.Description, null, at, hold);
    }

    private static WalletEvent.HoldReleased EndOf(
        WalletCommand command, WalletState state, Guid entryId, DateTimeOffset at, Guid holdId, HoldStatus status)
    {
        var hold = Ended(state, holdId, status);
        return new(entryId, command.RequestId, hold.Amount.MinorUnits, null, null, at, hold);
    }
}
