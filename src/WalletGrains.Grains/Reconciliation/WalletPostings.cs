using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;
using WalletGrains.Grains.Bills;
using WalletGrains.Journal.Reconciling;

namespace WalletGrains.Grains.Reconciliation;

/// <summary>What the journal has to be told about the postings of wallets.</summary>
public static class WalletPostings
{
    /// <summary>The rules' own names.</summary>
    public static PostingTerms Terms { get; } = new()
    {
        WalletAccountPrefix = Postings.WalletPrefix,
        TransferTypes = [.. new[] { EntryType.TransferOut, EntryType.TransferIn, EntryType.TransferRefund }.Select(EntryTypes.NameOf)],
        TransferOf = TransferOf,
        BillerAccountPrefix = Postings.BillerPrefix,
        BillPaymentType = EntryTypes.NameOf(EntryType.BillPayment),
        BillReversalType = EntryTypes.NameOf(EntryType.BillReversal),
        BillCaptureOf = static paymentId => RequestId.ForBillCapture(paymentId).Value,
        BillReversalOf = static paymentId => RequestId.ForBillReversal(paymentId).Value,
        BillJobKinds = [BillJobs.Payment, BillJobs.Status, BillJobs.Reversal],
    };

    private static Guid? TransferOf(ReadOnlyMemory<byte> content)
    {
        try
        {
            return EntryContent.Decode(content).TransferId;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
