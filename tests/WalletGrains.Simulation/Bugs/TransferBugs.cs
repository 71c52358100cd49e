using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Simulation.Bugs;

/// <summary>A refused credit ends the transfer, and the payer never gets the money back.</summary>
internal sealed class CompensationSkipped : PlantedBug
{
    public override Task InvokeAsync(IIncomingGrainCallContext call)
    {
        if (call.Command() is not RefundTransfer refund)
        {
            return call.Invoke();
        }

        // What the coordinator would get if the refund had been made.
        call.Result = new WalletOutcome.Accepted(
            new Entry(refund.TransferId, call.TargetContext.GrainId.GetGuidKey(), 1, EntryType.TransferRefund, refund.Amount, 0, 0, "", refund.RequestId, refund.TransferId, null, default),
            Replayed: false);
        return Task.CompletedTask;
    }
}

/// <summary>A credit without a definite answer counts as refused: the payer is refunded, and the credit may happen all the same.</summary>
internal sealed class CompensatedAndCompleted : PlantedBug
{
    public override async Task InvokeAsync(IIncomingGrainCallContext call)
    {
        await call.Invoke();
        if (call.Command() is CreditTransfer && call.Result is WalletOutcome.NotDecided)
        {
            call.Result = new WalletOutcome.Refused(WalletRefusal.AmountTooLarge, Replayed: false);
        }
    }
}

/// <summary>Amounts are major units in a double somewhere on their way: 0.29 becomes 0.28.</summary>
internal sealed class RoundingThroughDouble : PlantedBug
{
    public override Task InvokeAsync(IIncomingGrainCallContext call)
    {
        if (call.Command() is MoneyCommand command)
        {
            var major = command.Amount.MinorUnits / 100.0;
            call.Request.SetArgument(0, command with { Amount = new Money((long)(major * 100), command.Amount.Currency) });
        }

        return call.Invoke();
    }
}
