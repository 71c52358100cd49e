using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Simulation.Audit;

/// <content>Lists and rows that are read straight from the journal: committed, and never older than the question.</content>
internal sealed partial class Auditor
{
    /// <summary>The newest transactions of a wallet have been read.</summary>
    public void NoteHistory(Guid walletId, TimeSpan sentAt, Page<Entry> page, int limit)
    {
        var wallet = _wallets[walletId];
        var known = wallet.AcknowledgedBy(sentAt);
        var newest = page.Items.Count == 0 ? known : Math.Max(known, page.Items[0].Version);
        Require(newest <= wallet.Entries.Count, () => $"The history of wallet {walletId:N} shows version {newest} of {wallet.Entries.Count} committed ones.");

        var transactions = wallet.Entries.Take((int)newest).Where(IsTransaction).Reverse().ToList();
        var shown = transactions.Take(limit).Zip(page.Items, (entry, item) => entry.IsShownBy(item)).All(isShown => isShown);
        Require(
            shown && page.Items.Count == Math.Min(limit, transactions.Count) && page.HasMore == transactions.Count > limit,
            () => $"The history of wallet {walletId:N} at version {newest} is not {string.Join(", ", page.Items)}.");
        Coverage.Note("history read");
    }

    /// <summary>A hold has been read.</summary>
    public void NoteHold(Guid walletId, Guid holdId, Hold? shown)
    {
        var now = _wallets[walletId].Holds[holdId];
        var isNow = shown is not null && Shown(shown) == now;

        // Its end may have been committed while the answer was on its way.
        var isBefore = shown is { Status: HoldStatus.Active } && Shown(shown) == now with { Status = "ACTIVE", Captured = 0 };
        Require(isNow || isBefore, () => $"Hold {holdId} is {now}; shown is {shown}.");
        Coverage.Note($"hold read, {shown?.Status}");
    }

    /// <summary>A transfer has been read.</summary>
    public void NoteTransfer(Guid transferId, bool wasFinal, Transfer? shown)
    {
        var transfer = _transfers[transferId];
        var steps = new[] { transfer.Debit.EntryId, transfer.Credit?.EntryId, transfer.Refund?.EntryId }.OfType<Guid>().ToList();
        var status = transfer.Credit is not null ? TransferStatus.Completed : transfer.Refund is not null ? TransferStatus.Compensated : TransferStatus.Debited;
        var isNow = shown?.Status == status && shown.Steps.Select(step => step.EntryId).SequenceEqual(steps);
        var isBefore = !wasFinal && shown is { Status: TransferStatus.Debited } && shown.Steps.Select(step => step.EntryId).SequenceEqual([transfer.Debit.EntryId]);
        Require(
            (isNow || isBefore)
            && (shown!.FromWalletId, shown.ToWalletId, shown.Amount.MinorUnits) == (transfer.From, transfer.To, transfer.Debit.Amount)
            && shown.ReversesTransferId == transfer.Reverses,
            () => $"Transfer {transferId} is {status} with steps {string.Join(", ", steps)}; shown is {shown}.");
        Coverage.Note($"transfer read, {shown?.Status}");
    }

    private static bool IsTransaction(AuditedEntry entry) => entry.Kind is not (Kinds.Freeze or Kinds.Unfreeze or Kinds.Close or Kinds.SetLimits);

    private static AuditedHold Shown(Hold hold) => AuditedEntry.ShownHold(hold)!;
}
