using System.Text;
using WalletGrains.Journal;
using WalletGrains.Journal.Bulks;

namespace WalletGrains.Simulation.Audit;

/// <content>Every commit of the database, at the moment it becomes durable.</content>
internal sealed partial class Auditor
{
    public void NoteCommit(WalletAppend append)
    {
        try
        {
            Commits++;
            world.Trace.Mix(append.Head.Revision);
            world.Trace.Mix(append.Head.BalanceMinor);
            if (!_wallets.TryGetValue(append.Head.WalletId, out var wallet))
            {
                Violation($"A commit of a wallet that nobody opened: {append.Head.WalletId}.");
                return;
            }

            if (world.Trace.IsListening)
            {
                world.Trace.Write("commit", $"{append.RequestId} {append.Entry?.Type ?? $"refused {Encoding.UTF8.GetString(append.Refusal!.Content.Span)}"} {append.Head}");
            }

            if (append.Entry is { } row)
            {
                CheckEntry(wallet, append, row);
            }
            else
            {
                CheckRefusal(wallet, append.Refusal!);
            }

            CheckHead(wallet, append.Head);
        }
        catch (Exception e)
        {
            // Thrown here, it would be an answer to the silo and no failure of the run.
            world.Fail(e as AuditException ?? new AuditException($"A commit that makes no sense: {e}"));
        }
    }

    private void CheckEntry(WalletBook wallet, WalletAppend append, WalletEntry row)
    {
        var entry = AuditedEntry.Read(row.Content);
        var request = wallet.Request(entry.RequestId);
        Require(!request.IsDecided, () => $"{request} is decided twice.");
        Require(entry.WalletId == wallet.WalletId, () => $"{request}: the entry is of another wallet.");
        Require(entry.Version == wallet.Entries.Count + 1, () => $"{request}: version {entry.Version} follows {wallet.Entries.Count}.");
        Require(wallet.Entries.Count == 0 || entry.CreatedAt >= wallet.Entries[^1].CreatedAt, () => $"{request}: older than the entry before it.");

        var transfer = TransferOf(wallet, request, entry);
        var fitting = Asked(wallet, request).Where(entry.Answers).ToList();
        Require(fitting.Count > 0, () => $"{request}: nobody asked for {entry}.");
        var refusal = fitting.Select(asked => wallet.RefusalOf(asked, entry.CreatedAt, CircumstancesOf(request, asked, transfer))).FirstOrDefault();
        Require(refusal is null, () => $"{request}: accepted with {wallet.Now}, where {refusal} was due.");

        var after = wallet.After(entry);
        Require(entry.BalanceBefore == wallet.Now.Balance, () => $"{request}: decided on a balance of {entry.BalanceBefore}, where there was {wallet.Now}.");
        Require(new Standing(entry.BalanceAfter, entry.HeldAfter, entry.StatusAfter) == after, () => $"{request}: {wallet.Now} becomes {after}, and {entry} is committed.");
        Require(entry.Hold == wallet.HoldAfter(entry), () => $"{request}: the hold becomes {wallet.HoldAfter(entry)}, and {entry.Hold} is committed.");
        Require(
            entry.Kind != Kinds.Reversal || entry.Amount == (fitting.Exists(asked => asked.Amount is not null) ? entry.Amount : LeftOf(entry.Reverses!.Value)),
            () => $"{request}: gives back {entry.Amount} of {LeftOf(entry.Reverses!.Value)} that are left.");
        Require(
            entry.Kind != Kinds.Capture || fitting.Exists(asked => asked.Amount is not null) || entry.Amount == wallet.Holds[entry.Hold!.HoldId].Amount,
            () => $"{request}: captures {entry.Amount} where all was asked for.");
        Require(entry.Kind != Kinds.Expire || entry.CreatedAt >= entry.Hold!.ExpiresAt - ClockTolerance, () => $"{request}: ended before its time.");

        var previous = wallet.Hash ?? wallet.FirstHash(append.Head.OwnerId, append.Head.CreatedAt);
        Require(row.Hash.Span.SequenceEqual(WalletBook.NextHash(previous, row.Content.Span)), () => $"{request}: the hash chain is broken.");

        Book(wallet, request, entry, transfer);
        CountMoney(entry, after.Balance - wallet.Now.Balance);
        Coverage.Note($"entry {entry.Kind}");
        request.Accept(entry, fitting);
        wallet.Add(entry, after, row.Content, row.Hash.Span);
    }

    private void CheckRefusal(WalletBook wallet, RefusedRequest row)
    {
        var request = wallet.Request(row.RequestId);
        var reason = Encoding.UTF8.GetString(row.Content.Span);
        Require(!request.IsDecided, () => $"{request} is decided twice.");
        Require(!row.RequestId.EndsWith("/refund", StringComparison.Ordinal) && !row.RequestId.EndsWith("/debit", StringComparison.Ordinal), () => $"{request}: a step that must be taken is refused.");

        var transfer = _byStep.GetValueOrDefault(row.RequestId);
        var fitting = Asked(wallet, request)
            .Where(asked => wallet.RefusalOf(asked, row.CreatedAt, CircumstancesOf(request, asked, transfer)) == reason)
            .ToList();
        Require(fitting.Count > 0, () => $"{request}: refused as {reason} with {wallet.Now}, which nothing that was asked for deserves.");
        if (transfer is not null)
        {
            Require(!transfer.Settles, () => $"{request}: a settlement is refused.");
            transfer.CreditRefusal = reason;
        }

        Coverage.Note($"refusal {reason}");
        request.Refuse(reason, fitting);
        wallet.AddRefusal();
    }

    private void CheckHead(WalletBook wallet, WalletHead head)
    {
        var (balance, held, status) = wallet.Now;
        Require(head.Version == wallet.Entries.Count, () => $"Wallet {wallet.WalletId:N}: head at version {head.Version} of {wallet.Entries.Count}.");
        Require(head.Revision == wallet.Revision, () => $"Wallet {wallet.WalletId:N}: head at revision {head.Revision} of {wallet.Revision}.");
        Require((head.BalanceMinor, head.HeldMinor, head.Status) == (balance, held, status), () => $"Wallet {wallet.WalletId:N}: the head is {head}, the entries say {wallet.Now}.");
        Require(held >= 0 && held <= balance, () => $"Wallet {wallet.WalletId:N}: {held} of {balance} held.");
        Require(held == wallet.Holds.Values.Where(hold => hold.Status == "ACTIVE").Sum(hold => hold.Amount), () => $"Wallet {wallet.WalletId:N}: {held} held, and the open holds say otherwise.");
        Require(HeadDetails.Of(head) == wallet.Details, () => $"Wallet {wallet.WalletId:N}: the head has {HeadDetails.Of(head)}, the entries say {wallet.Details}.");
        Require(wallet.Hash is null || head.HeadHash.Span.SequenceEqual(wallet.Hash), () => $"Wallet {wallet.WalletId:N}: the head's hash is not its newest entry's.");
    }

    /// <summary>What this request may be: what clients ask for, or what follows from a transfer or a hold.</summary>
    private IEnumerable<Content> Asked(WalletBook wallet, Request request)
    {
        if (_byStep.TryGetValue(request.Id, out var transfer))
        {
            return request.Id == transfer.CreditId ? [transfer.CreditContent] : [transfer.RefundContent];
        }

        if (_byBulkStep.TryGetValue(request.Id, out var step))
        {
            return wallet.WalletId == step.Bulk.Legs[step.Leg].From ? step.Bulk.ContentsOf(request.Id, step.Leg) : [];
        }

        return request.Id.StartsWith("h:", StringComparison.Ordinal)
            ? wallet.Holds.Keys.Where(hold => request.Id == $"h:{hold:N}/expire").Select(hold => new Content(Kinds.Expire, null, null, hold, null))
            : request.Open;
    }

    /// <summary>The transfer that an entry is a step of, and whether it may be; null when it is none.</summary>
    private TransferBook? TransferOf(WalletBook wallet, Request request, AuditedEntry entry)
    {
        if (entry.Kind is not (Kinds.TransferIn or Kinds.TransferRefund))
        {
            return null;
        }

        if (_byStep.GetValueOrDefault(request.Id) is not { } transfer || transfer.TransferId != entry.TransferId)
        {
            throw new AuditException($"{request}: a step of a transfer without its debit.");
        }

        var isCredit = entry.Kind == Kinds.TransferIn;
        Require(wallet.WalletId == (isCredit ? transfer.To : transfer.From), () => $"{request}: a step in the wrong wallet.");
        Require(!transfer.IsFinal, () => $"{request}: the transfer is at its end already.");
        Require(isCredit || transfer.CreditRefusal is not null, () => $"{request}: refunded before the credit was refused.");
        return transfer;
    }

    private void Book(WalletBook wallet, Request request, AuditedEntry entry, TransferBook? transfer)
    {
        switch (entry.Kind)
        {
            case Kinds.TransferOut or Kinds.Reversal or Kinds.HeldTransferOut:
                var opened = new TransferBook(entry);
                Require(
                    !_byBulkStep.TryGetValue(request.Id, out var paid)
                        || (paid.Bulk.Row.State is BulkState.Posting && paid.Bulk.Legs[paid.Leg] is var leg && (leg.TransferId, leg.HoldId) == (opened.TransferId, entry.Hold!.HoldId)),
                    () => $"{request}: a leg is paid that must not be, {paid.Bulk?.Row}.");
                Require(_transfers.TryAdd(opened.TransferId, opened), () => $"{request}: transfer {opened.TransferId} is debited twice.");
                (_byStep[opened.CreditId], _byStep[opened.RefundId]) = (opened, opened);
                break;
            case Kinds.TransferIn:
                transfer!.Credit = entry;
                break;
            case Kinds.TransferRefund:
                transfer!.Refund = entry;
                break;
            case Kinds.Hold:
                Require(!wallet.Holds.ContainsKey(entry.Hold!.HoldId), () => $"{request}: the hold exists already.");
                Require(
                    !_byBulkStep.TryGetValue(request.Id, out var step) || step.Bulk.Legs[step.Leg].HoldId == entry.Hold!.HoldId,
                    () => $"{request}: not the hold of its leg.");
                Holds.Add((wallet.WalletId, entry.Hold!.HoldId));
                break;
        }
    }

    private Circumstances CircumstancesOf(Request request, Content asked, TransferBook? transfer) =>
        new(asked.Kind == Kinds.Reversal ? LeftOf(asked.Subject!.Value) : 0, transfer is { Settles: true }, asked.Subject is { } hold && _bulkHolds.Contains(hold) && !_byBulkStep.ContainsKey(request.Id));

    /// <summary>What was not given back yet of a transfer.</summary>
    private long LeftOf(Guid transferId) => _transfers.TryGetValue(transferId, out var transfer)
        ? transfer.Debit.Amount - _transfers.Values.Where(other => other.Reverses == transferId && other.Refund is null).Sum(other => other.Debit.Amount)
        : 0;

    /// <summary>Double entry: what is in wallets and on the way between them came from outside.</summary>
    private void CountMoney(AuditedEntry entry, long change)
    {
        var isOutside = entry.Kind is Kinds.Fund or Kinds.Withdraw or Kinds.Capture;
        var hasOther = entry.Kind is Kinds.TransferOut or Kinds.HeldTransferOut or Kinds.Reversal or Kinds.TransferIn or Kinds.TransferRefund;
        Require(
            isOutside ? entry.CounterAccount == "external:cash" : hasOther ? entry.Other != entry.WalletId : entry.Other == entry.WalletId,
            () => $"Entry {entry.EntryId}: {entry.Kind} is posted against {entry.CounterAccount}.");
        if (isOutside)
        {
            _outside[entry.Currency] = _outside.GetValueOrDefault(entry.Currency) + change;
        }
    }
}
