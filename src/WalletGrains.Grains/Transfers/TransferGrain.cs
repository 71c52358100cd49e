using System.Diagnostics;
using Orleans.Concurrency;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;
using WalletGrains.Grains.Wallets;
using WalletGrains.Journal;

namespace WalletGrains.Grains.Transfers;

/// <summary>
/// The coordinator of transfers. It keeps nothing: the payer's debit names the transfer, the journal has its row, and each
/// step may be repeated by anybody, because its request id follows from the transfer. A stateless worker, since an
/// activation for each transfer would cost a directory entry and memory for nothing.
/// </summary>
[StatelessWorker]
[Reentrant]
public sealed class TransferGrain(IJournal journal, IdGenerator ids, WalletProfiles profiles) : Grain, ITransferGrain
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
        var receiver = await profiles.FindAsync(command.ToWalletId, GrainFactory);
        if (receiver is null)
        {
            return new TransferOutcome.Invalid(TransferInvalidReason.ReceiverNotFound);
        }

        if (receiver.Currency != command.Amount.Currency)
        {
            return new TransferOutcome.Invalid(TransferInvalidReason.ReceiverCurrencyMismatch);
        }

        var debit = await GrainFactory.ExecuteStepAsync(
            command.FromWalletId,
            new DebitTransfer(command.RequestId, command.Amount, ids.NewId(), command.ToWalletId, command.Description, command.Metadata));
        return await SettleAsync(debit, command.ToWalletId, isSettlement: false);
    }

    /// <inheritdoc />
    public async Task<TransferOutcome> ReverseAsync(ReverseTransfer command)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (await ResumeAsync(command.TransferId) is not { } original)
        {
            return new TransferOutcome.Invalid(TransferInvalidReason.TransferNotFound);
        }

        if (original.Status is TransferStatus.Debited)
        {
            return new TransferOutcome.NotDecided(NotDecidedReason.Unavailable);
        }

        if (original is not { Status: TransferStatus.Completed, ReversesTransferId: null })
        {
            return new TransferOutcome.Invalid(TransferInvalidReason.NotReversible);
        }

        if (command.Amount is { } amount && amount.Currency != original.Amount.Currency)
        {
            return new TransferOutcome.Invalid(TransferInvalidReason.TransferCurrencyMismatch);
        }

        var debit = await GrainFactory.ExecuteStepAsync(
            original.ToWalletId,
            new DebitReversal(
                command.RequestId,
                command.Amount ?? original.Amount,
                ids.NewId(),
                original.FromWalletId,
                original.TransferId,
                original.Amount.MinorUnits,
                UpToWhatIsLeft: command.Amount is null,
                command.Reason));
        return await SettleAsync(debit, original.FromWalletId, isSettlement: true);
    }

    /// <inheritdoc />
    public async Task<Transfer?> ResumeAsync(Guid transferId)
    {
        var row = await Outage.GuardAsync(() => journal.FindTransferAsync(transferId, CancellationToken.None));
        if (row is not { State: TransferState.Debited })
        {
            return row is null ? null : TransferRows.ToTransfer(row);
        }

        var credit = new CreditTransfer(
            TransferRows.AmountOf(row),
            row.TransferId,
            row.FromWalletId,
            row.Description,
            row.Metadata is { } metadata ? MetadataContent.Decode(metadata) : null,
            IsSettlement: row.BulkId is not null || row.ReversesTransferId is not null);
        await CreditOrRefundAsync(credit, row.ToWalletId, row.CreatedAt);
        return await FindAsync(transferId);
    }

    /// <inheritdoc />
    public async Task<Transfer?> FindAsync(Guid transferId)
    {
        var row = await Outage.GuardAsync(() => journal.FindTransferAsync(transferId, CancellationToken.None));
        return row is null ? null : TransferRows.ToTransfer(row);
    }

    /// <summary>What follows the debit.</summary>
    private async Task<TransferOutcome> SettleAsync(WalletOutcome debit, Guid toWalletId, bool isSettlement)
    {
        switch (debit)
        {
            case WalletOutcome.Accepted { Entry: var entry, Replayed: var replayed }:
                var transferId = entry.TransferId!.Value;
                var credit = new CreditTransfer(entry.Amount, transferId, entry.WalletId, entry.Description, entry.Metadata, isSettlement);
                return await CreditOrRefundAsync(credit, toWalletId, entry.CreatedAt) switch
                {
                    (true, null) => new TransferOutcome.Completed(transferId, entry, replayed),
                    (true, { } reason) => new TransferOutcome.Refused(reason, transferId, replayed),
                    (false, _) => new TransferOutcome.NotDecided(NotDecidedReason.OutcomeUnknown),
                };
            case WalletOutcome.Refused refused:
                return new TransferOutcome.Refused(refused.Refusal, null, refused.Replayed);
            case WalletOutcome.NotDecided notDecided:
                return new TransferOutcome.NotDecided(notDecided.Reason, notDecided.OriginalEntryId);
            default:
                throw new UnreachableException($"No rule follows a debit that is {debit.GetType().Name}.");
        }
    }

    /// <summary>
    /// The steps after the debit. The refund is made only after the credit was refused, and what a wallet has refused under a
    /// request id stays refused for ever: so no transfer is ever both credited and refunded, whoever repeats what.
    /// </summary>
    /// <returns>Whether the transfer is at its end, and why it was refunded if it was.</returns>
    private async Task<(bool Settled, WalletRefusal? Refusal)> CreditOrRefundAsync(
        CreditTransfer credit, Guid toWalletId, DateTimeOffset debitedAt)
    {
        var credited = await GrainFactory.ExecuteStepAsync(toWalletId, credit);
        if (credited is not WalletOutcome.Refused refused)
        {
            return (credited.IsDone(), null);
        }

        var refund = await GrainFactory.ExecuteStepAsync(credit.FromWalletId, new RefundTransfer(credit.Amount, credit.TransferId, toWalletId, refused.Refusal, debitedAt));
        return (refund.IsDone(), refused.Refusal);
    }
}
