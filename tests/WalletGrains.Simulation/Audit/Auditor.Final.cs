using WalletGrains.Journal;

namespace WalletGrains.Simulation.Audit;

/// <content>The books and the database, when all is over.</content>
internal sealed partial class Auditor
{
    /// <summary>Compares everything that is stored with everything that was committed.</summary>
    public void CheckAll(IJournal journal)
    {
        foreach (var wallet in _wallets.Values)
        {
            CheckStored(journal, wallet);
        }

        foreach (var transfer in _transfers.Values)
        {
            CheckStored(journal, transfer);
        }

        foreach (var (currency, outside) in _outside)
        {
            var inside = _wallets.Values.Where(wallet => wallet.Currency == currency).Sum(wallet => wallet.Now.Balance);
            Require(inside == outside, () => $"{outside} minor units of {currency} came in, and {inside} are there.");
        }
    }

    private void CheckStored(IJournal journal, WalletBook wallet)
    {
        if (Now(journal.FindHeadAsync(wallet.WalletId, CancellationToken.None)) is not { } head)
        {
            Violation($"Wallet {wallet.WalletId:N} is not there.");
            return;
        }

        CheckHead(wallet, head);
        foreach (var request in wallet.Requests.Values.Where(request => request.IsDecided))
        {
            var stored = Now(journal.FindDecisionAsync(wallet.WalletId, request.Id, CancellationToken.None));
            Require(stored is not null, () => $"{request}: its decision is lost.");
            Require((stored?.Entry is null) == (request.Entry is null), () => $"{request}: its decision has changed.");
        }

        CheckHistory(journal, wallet);
    }

    private void CheckHistory(IJournal journal, WalletBook wallet)
    {
        var version = (long)wallet.Entries.Count;
        while (version > 0)
        {
            var page = Now(journal.ReadEntriesAsync(new EntryQuery(wallet.WalletId, version + 1, JournalLimits.MaxPage), CancellationToken.None));
            foreach (var row in page)
            {
                var expected = wallet.Stored[(int)version - 1];
                Require(row.Version == version && row.Content.Span.SequenceEqual(expected), () => $"Wallet {wallet.WalletId:N}: entry {row.Version} is not what was committed.");
                version--;
            }

            if (page.Count == 0)
            {
                Violation($"Wallet {wallet.WalletId:N}: entry {version} is lost.");
                return;
            }
        }
    }

    private void CheckStored(IJournal journal, TransferBook transfer)
    {
        var row = Now(journal.FindTransferAsync(transfer.TransferId, CancellationToken.None));
        var state = transfer.Credit is not null ? TransferState.Completed : transfer.Refund is not null ? TransferState.Compensated : TransferState.Debited;
        Require(row is not null, () => $"Transfer {transfer.TransferId} is lost.");
        Require(row?.State == state, () => $"Transfer {transfer.TransferId} is stored as {row?.State} and is {state}.");
        Require(
            row?.DebitEntryId == transfer.Debit.EntryId && row.CreditEntryId == transfer.Credit?.EntryId && row.RefundEntryId == transfer.Refund?.EntryId,
            () => $"Transfer {transfer.TransferId} is stored with other entries than its own.");
        Require(row?.FailureCode == (transfer.Refund is null ? null : transfer.CreditRefusal), () => $"Transfer {transfer.TransferId} is stored as failed for {row?.FailureCode}.");
    }

    // The journal's reads have no faults here and are complete at once.
    private static T Now<T>(Task<T> read) => read.IsCompletedSuccessfully ? read.Result : throw new AuditException("A read of the journal did not complete at once.");
}
