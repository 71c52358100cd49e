using System.Diagnostics;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;
using WalletGrains.Journal;

namespace WalletGrains.Grains.Transfers;

/// <summary>The journal's transfer rows in the words of the contracts.</summary>
internal static class TransferRows
{
    public static Transfer ToTransfer(TransferRow row) => new(
        row.TransferId,
        row.FromWalletId,
        row.ToWalletId,
        AmountOf(row),
        row.Description,
        StatusOf(row.State),
        row.FailureCode is { } code ? RefusalContent.Parse(code) : null,
        StepsOf(row),
        row.CreatedAt,
        row.ReversesTransferId,
        row.BulkId);

    public static Money AmountOf(TransferRow row) => new(row.AmountMinor, Currency.Parse(row.Currency));

    private static TransferStatus StatusOf(TransferState state) => state switch
    {
        TransferState.Debited => TransferStatus.Debited,
        TransferState.Completed => TransferStatus.Completed,
        TransferState.Compensated => TransferStatus.Compensated,
        TransferState.Failed => TransferStatus.Failed,
        _ => throw new UnreachableException($"Transfer state {state} has no status."),
    };

    private static List<TransferStep> StepsOf(TransferRow row)
    {
        var steps = new List<TransferStep>(2);
        if (row.DebitEntryId is { } debit)
        {
            steps.Add(new TransferStep(EntryType.TransferOut, row.FromWalletId, debit, row.CreatedAt));
        }

        if (row.CreditEntryId is { } credit)
        {
            steps.Add(new TransferStep(EntryType.TransferIn, row.ToWalletId, credit, row.UpdatedAt));
        }

        if (row.RefundEntryId is { } refund)
        {
            steps.Add(new TransferStep(EntryType.TransferRefund, row.FromWalletId, refund, row.UpdatedAt));
        }

        return steps;
    }
}
