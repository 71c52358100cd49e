using System.Diagnostics;
using Orleans.Concurrency;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Journal;

namespace WalletGrains.Grains.Transfers;

/// <summary>
/// The coordinator of transfers. It keeps nothing: the payer's debit names the transfer, the journal has its row, and each
/// step may be repeated by anybody, because its request id follows from the transfer. A stateless worker, since an
/// activation for each transfer would cost a directory entry and memory for nothing.
/// </summary>
[StatelessWorker]
[Reentrant]
public sealed class TransferGrain(IJournal journal, IdGenerator ids) : Grain, ITransferGrain
{
    /// <inheritdoc />
    public async Task<TransferOutcome> TransferAsync(StartTransfer command)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (command.FromWalletId == command.ToWalletId)
        {
            return new TransferOutcome.Invalid(TransferInvalidReason.SameWallet);
        }

        // Only what never changes about the receiver is checked here, so that a repeat is never turned away for another reason.
        var receiver = await Wallet(command.ToWalletId).GetAsync();
        if (receiver is null)
        {
            return new TransferOutcome.Invalid(TransferInvalidReason.ReceiverNotFound);
        }

        if (receiver.Currency != command.Amount.Currency)
        {
            return new TransferOutcome.Invalid(TransferInvalidReason.ReceiverCurrencyMismatch);
        }

        var debit = await StepAsync(
            command.FromWalletId,
            new DebitTransfer(command.RequestId, command.Amount, ids.NewId(), command.ToWalletId, command.Description));
        return debit switch
        {
            WalletOutcome.Accepted accepted => await SettleAsync(accepted.Entry, command.ToWalletId, accepted.Replayed),
            WalletOutcome.Refused refused => new TransferOutcome.Refused(refused.Refusal, null, refused.Replayed),
            WalletOutcome.NotDecided notDecided => new TransferOutcome.NotDecided(notDecided.Reason, notDecided.OriginalEntryId),
            _ => throw new UnreachableException($"No rule follows a debit that is {debit.GetType().Name}."),
        };
    }

    /// <inheritdoc />
    public async Task<Transfer?> ResumeAsync(Guid transferId)
    {
        var row = await Outage.GuardAsync(() => journal.FindTransferAsync(transferId, CancellationToken.None));
        if (row is not { State: TransferState.Debited })
        {
            return row is null ? null : TransferRows.ToTransfer(row);
        }

        await CreditOrRefundAsync(row.TransferId, row.FromWalletId, row.ToWalletId, TransferRows.AmountOf(row), row.Description);
        return await FindAsync(transferId);
    }

    /// <inheritdoc />
    public async Task<Transfer?> FindAsync(Guid transferId)
    {
        var row = await Outage.GuardAsync(() => journal.FindTransferAsync(transferId, CancellationToken.None));
        return row is null ? null : TransferRows.ToTransfer(row);
    }

    private async Task<TransferOutcome> SettleAsync(Entry debit, Guid toWalletId, bool replayed)
    {
        var transferId = debit.TransferId!.Value;
        var (settled, refusal) = await CreditOrRefundAsync(transferId, debit.WalletId, toWalletId, debit.Amount, debit.Description);
        return (settled, refusal) switch
        {
            (true, null) => new TransferOutcome.Completed(transferId, debit, replayed),
            (true, { } reason) => new TransferOutcome.Refused(reason, transferId, replayed),
            (false, _) => new TransferOutcome.NotDecided(NotDecidedReason.OutcomeUnknown),
        };
    }

    /// <summary>
    /// The steps after the debit. The refund is made only after the credit was refused, and what a wallet has refused under a
    /// request id stays refused for ever: so no transfer is ever both credited and refunded, whoever repeats what.
    /// </summary>
    /// <returns>Whether the transfer is at its end, and why it was refunded if it was.</returns>
    private async Task<(bool Settled, WalletRefusal? Refusal)> CreditOrRefundAsync(
        Guid transferId, Guid fromWalletId, Guid toWalletId, Money amount, string? description)
    {
        var credit = await StepAsync(toWalletId, new CreditTransfer(amount, transferId, fromWalletId, description));
        if (credit is not WalletOutcome.Refused refused)
        {
            return (IsDone(credit), null);
        }

        var refund = await StepAsync(fromWalletId, new RefundTransfer(amount, transferId, toWalletId, refused.Refusal));
        return (IsDone(refund), refused.Refusal);
    }

    private static bool IsDone(WalletOutcome step) => step switch
    {
        WalletOutcome.Accepted => true,
        WalletOutcome.NotDecided { Reason: NotDecidedReason.Overloaded or NotDecidedReason.Unavailable or NotDecidedReason.OutcomeUnknown } => false,
        _ => throw new InvalidOperationException($"A step of a debited transfer came back as {step}; an invariant is broken."),
    };

    /// <summary>One step; a call that gets no answer is a step whose outcome is unknown.</summary>
    private async Task<WalletOutcome> StepAsync(Guid walletId, WalletCommand command)
    {
        try
        {
            return await Wallet(walletId).ExecuteAsync(command);
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            return new WalletOutcome.NotDecided(NotDecidedReason.OutcomeUnknown);
        }
    }

    private IWalletGrain Wallet(Guid walletId) => GrainFactory.GetGrain<IWalletGrain>(walletId);
}
