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

/// <summary>The rules of a wallet.</summary>
public static class WalletDecider
{
    /// <summary>Decides a command.</summary>
    /// <param name="command">What is asked.</param>
    /// <param name="state">The wallet as it is now.</param>
    /// <param name="entryId">The id of the entry if the command is accepted.</param>
    /// <param name="now">The time of the decision; an entry is never older than the one before it.</param>
    public static WalletDecision Decide(WalletCommand command, WalletState state, Guid entryId, DateTimeOffset now)
    {
        var amount = command.Amount.MinorUnits;
        var takes = command is Withdraw or DebitTransfer;

        // Money that comes back is always taken: it has nowhere else to go.
        var mayBeTooMuch = command is Deposit or CreditTransfer;

        if (amount <= 0)
        {
            return WalletRefusal.AmountNotPositive;
        }

        if (command.Amount.Currency != state.Currency)
        {
            return WalletRefusal.CurrencyMismatch;
        }

        if (amount > Limits.MaxAmountMinor || (mayBeTooMuch && amount > Limits.MaxAmountMinor - state.BalanceMinor))
        {
            return WalletRefusal.AmountTooLarge;
        }

        if (takes && amount > state.AvailableMinor)
        {
            return WalletRefusal.InsufficientFunds;
        }

        // Accepted: nothing below may fail.
        var at = now > state.UpdatedAt ? now : state.UpdatedAt;
        var (id, words) = (command.RequestId, command.Description);
        return command switch
        {
            Deposit => new WalletEvent.Funded(entryId, id, amount, words, at),
            Withdraw => new WalletEvent.Withdrawn(entryId, id, amount, words, at),
            DebitTransfer debit => new WalletEvent.TransferDebited(entryId, id, amount, words, at, debit.TransferId, debit.ToWalletId),
            CreditTransfer credit => new WalletEvent.TransferCredited(entryId, id, amount, words, at, credit.TransferId, credit.FromWalletId),
            RefundTransfer refund => new WalletEvent.TransferRefunded(entryId, id, amount, words, at, refund.TransferId, refund.ToWalletId),
            _ => throw new UnreachableException($"No rule decides {command.GetType().Name}."),
        };
    }

    /// <summary>The wallet after an event.</summary>
    public static WalletState Evolve(WalletState state, WalletEvent happened) => state with
    {
        Version = state.Version + 1,
        BalanceMinor = state.BalanceMinor + SignedAmount(happened),
        UpdatedAt = happened.At,
    };

    /// <summary>What an event adds to the balance, in minor units; negative when money leaves.</summary>
    public static long SignedAmount(WalletEvent happened) => happened switch
    {
        WalletEvent.Funded or WalletEvent.TransferCredited or WalletEvent.TransferRefunded => happened.AmountMinor,
        WalletEvent.Withdrawn or WalletEvent.TransferDebited => -happened.AmountMinor,
        _ => throw new UnreachableException($"No rule says what {happened.GetType().Name} does to the balance."),
    };
}
