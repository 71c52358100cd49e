using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;
using WalletGrains.Journal;

namespace WalletGrains.Grains.Wallets;

/// <summary>The row of a transfer as each step of it leaves it; written in the commit of the step's entry.</summary>
internal static class TransferSteps
{
    /// <summary>The row after a step that was accepted; null when the command is no step of a transfer.</summary>
    public static TransferRow? RowOf(WalletCommand command, Entry entry) => command switch
    {
        DebitTransfer debit => Debited(debit, debit.ToWalletId, entry),
        DebitHeldTransfer debit => Debited(debit, debit.ToWalletId, entry) with { BulkId = debit.BulkId },
        DebitReversal debit => Debited(debit, debit.ToWalletId, entry) with { ReversesTransferId = debit.ReversedTransferId },
        CreditTransfer credit => Row(
            credit, credit.FromWalletId, entry.WalletId, TransferState.Completed, entry.Amount, entry.CreatedAt, creditEntryId: entry.EntryId),
        RefundTransfer refund => Row(
            refund, entry.WalletId, refund.ToWalletId, TransferState.Compensated, entry.Amount, entry.CreatedAt, RefusalContent.NameOf(refund.Failure), refundEntryId: entry.EntryId),
        _ => null,
    };

    /// <summary>The row after a debit that was refused. A refused credit ends nothing: its refund follows. An amount that is none
    /// has no transfer.</summary>
    public static TransferRow? FailedRowOf(WalletCommand command, Guid walletId, WalletRefusal refusal, DateTimeOffset at) => command switch
    {
        _ when refusal is WalletRefusal.AmountNotPositive => null,
        DebitTransfer debit => Failed(debit, walletId, debit.ToWalletId, refusal, at),
        DebitReversal debit => Failed(debit, walletId, debit.ToWalletId, refusal, at) with { ReversesTransferId = debit.ReversedTransferId },
        _ => null,
    };

    private static TransferRow Debited(TransferCommand debit, Guid toWalletId, Entry entry) =>
        Row(debit, entry.WalletId, toWalletId, TransferState.Debited, entry.Amount, entry.CreatedAt, debitEntryId: entry.EntryId);

    private static TransferRow Failed(TransferCommand debit, Guid walletId, Guid toWalletId, WalletRefusal refusal, DateTimeOffset at) =>
        Row(debit, walletId, toWalletId, TransferState.Failed, debit.Amount, at, RefusalContent.NameOf(refusal));

    private static TransferRow Row(
        TransferCommand command,
        Guid from,
        Guid to,
        TransferState state,
        Money amount,
        DateTimeOffset at,
        string? failureCode = null,
        Guid? debitEntryId = null,
        Guid? creditEntryId = null,
        Guid? refundEntryId = null) => new(
        command.TransferId,
        from,
        to,
        amount.MinorUnits,
        amount.Currency.Code,
        command.Description,
        state,
        failureCode,
        debitEntryId,
        creditEntryId,
        refundEntryId,
        at,
        at,
        command.Metadata is { } metadata ? MetadataContent.Encode(metadata) : null);
}
