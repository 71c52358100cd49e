using System.Text;
using WalletGrains.Journal;

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
        catch (Exception e) when (e is not AuditException)
        {
            world.Fail(new AuditException($"A commit that cannot be read: {e}"));
        }
    }

    private void CheckEntry(WalletBook wallet, WalletAppend append, WalletEntry row)
    {
        var entry = AuditedEntry.Read(row.Content);
        var request = wallet.Request(entry.RequestId);
        Require(!request.IsDecided, () => $"{request} is decided twice.");
        Require(entry.WalletId == wallet.WalletId, () => $"{request}: the entry is of another wallet.");
        Require(entry.Version == wallet.Entries.Count + 1, () => $"{request}: version {entry.Version} follows {wallet.Entries.Count}.");
        Require(entry.BalanceBefore == wallet.Balance, () => $"{request}: decided on a balance of {entry.BalanceBefore}, where it was {wallet.Balance}.");
        Require(entry.BalanceAfter == wallet.Balance + entry.Content.Signed, () => $"{request}: {wallet.Balance} and {entry.Content} make {entry.BalanceAfter}.");
        Require(entry.BalanceAfter >= 0, () => $"{request}: the balance is negative.");
        Require(wallet.RefusalOf(entry.Content) is null, () => $"{request}: accepted, where {wallet.RefusalOf(entry.Content)} was due.");
        Require(wallet.Entries.Count == 0 || entry.CreatedAt >= wallet.Entries[^1].CreatedAt, () => $"{request}: older than the entry before it.");

        var previous = wallet.Hash ?? wallet.FirstHash(append.Head.OwnerId, append.Head.CreatedAt);
        Require(row.Hash.Span.SequenceEqual(WalletBook.NextHash(previous, row.Content.Span)), () => $"{request}: the hash chain is broken.");

        CheckOrigin(wallet, request, entry);
        CountMoney(entry);
        request.Accept(entry);
        wallet.Add(entry, row.Content, row.Hash.Span);
    }

    private void CheckRefusal(WalletBook wallet, RefusedRequest row)
    {
        var request = wallet.Request(row.RequestId);
        var reason = Encoding.UTF8.GetString(row.Content.Span);
        Require(!request.IsDecided, () => $"{request} is decided twice.");

        var possible = Candidates(wallet, request).Where(content => wallet.RefusalOf(content) == reason).ToList();
        Require(possible.Count > 0, () => $"{request}: refused as {reason}, which nothing that was asked for deserves.");
        Require(!row.RequestId.EndsWith("/refund", StringComparison.Ordinal), () => $"{request}: a refund is refused.");
        if (FindByCredit(wallet, row.RequestId) is { } transfer)
        {
            transfer.CreditRefusal = reason;
        }

        request.Refuse(reason, possible);
        wallet.AddRefusal();
    }

    private void CheckHead(WalletBook wallet, WalletHead head)
    {
        Require(head.Version == wallet.Entries.Count, () => $"Wallet {wallet.WalletId:N}: head at version {head.Version} of {wallet.Entries.Count}.");
        Require(head.Revision == wallet.Revision, () => $"Wallet {wallet.WalletId:N}: head at revision {head.Revision} of {wallet.Revision}.");
        Require(head.BalanceMinor == wallet.Balance, () => $"Wallet {wallet.WalletId:N}: head says {head.BalanceMinor}, entries say {wallet.Balance}.");
        Require(head.HeldMinor == wallet.Held, () => $"Wallet {wallet.WalletId:N}: head holds {head.HeldMinor}, entries hold {wallet.Held}.");
        Require(wallet.Held >= 0 && wallet.Held <= wallet.Balance, () => $"Wallet {wallet.WalletId:N}: {wallet.Held} of {wallet.Balance} held.");
        Require(wallet.Hash is null || head.HeadHash.Span.SequenceEqual(wallet.Hash), () => $"Wallet {wallet.WalletId:N}: the head's hash is not its newest entry's.");
    }

    /// <summary>An entry exists only because somebody asked for exactly this.</summary>
    private void CheckOrigin(WalletBook wallet, Request request, AuditedEntry entry)
    {
        switch (entry.Content.Type)
        {
            case "TRANSFER_OUT":
                Require(request.MayCome(entry.Content), () => $"{request}: nobody asked for {entry.Content}.");
                var opened = new TransferBook(entry.TransferId!.Value, entry, entry.Content.Other!.Value);
                Require(_transfers.TryAdd(opened.TransferId, opened), () => $"{request}: transfer {opened.TransferId} is debited twice.");
                break;

            case "TRANSFER_IN":
                var credited = Find(request, entry);
                Require(credited?.To == wallet.WalletId && entry.Content.Other == credited.From, () => $"{request}: credited to the wrong wallet.");
                Require(credited is { Refund: null, Credit: null }, () => $"{request}: credited though it is at its end.");
                Require(entry.Content == CreditOf(credited!), () => $"{request}: {entry.Content} does not match its debit.");
                credited!.Credit = entry;
                break;

            case "TRANSFER_REFUND":
                var refunded = Find(request, entry);
                Require(refunded?.From == wallet.WalletId && entry.Content.Other == refunded.To, () => $"{request}: refunded to the wrong wallet.");
                Require(refunded is { Refund: null, Credit: null }, () => $"{request}: refunded though it is at its end.");
                Require(refunded!.CreditRefusal is not null, () => $"{request}: refunded before the credit was refused.");
                Require(entry.Content == RefundOf(refunded), () => $"{request}: {entry.Content} does not match its debit.");
                refunded.Refund = entry;
                break;

            default:
                Require(request.MayCome(entry.Content), () => $"{request}: nobody asked for {entry.Content}.");
                break;
        }
    }

    private TransferBook? Find(Request request, AuditedEntry entry)
    {
        var transfer = entry.TransferId is { } id ? _transfers.GetValueOrDefault(id) : null;
        Require(transfer is not null, () => $"{request}: a step of a transfer without its debit.");
        Require(entry.RequestId == transfer?.CreditId || entry.RequestId == transfer?.RefundId, () => $"{request}: not the id of its step.");
        return transfer;
    }

    private TransferBook? FindByCredit(WalletBook wallet, string requestId) =>
        _transfers.Values.FirstOrDefault(transfer => transfer.To == wallet.WalletId && transfer.CreditId == requestId);

    private IEnumerable<Content> Candidates(WalletBook wallet, Request request) =>
        FindByCredit(wallet, request.Id) is { } transfer ? [CreditOf(transfer)] : request.Asked.Where(request.MayCome);

    private static Content CreditOf(TransferBook transfer) => transfer.Debit.Content with { Type = "TRANSFER_IN", Other = transfer.From };

    private static Content RefundOf(TransferBook transfer) => transfer.Debit.Content with { Type = "TRANSFER_REFUND", Other = transfer.To, Words = null };

    /// <summary>Double entry: what is in wallets and on the way between them came from outside.</summary>
    private void CountMoney(AuditedEntry entry)
    {
        var isTransfer = entry.Content.Type.StartsWith("TRANSFER", StringComparison.Ordinal);
        var counter = entry.CounterAccount;
        Require(isTransfer ? counter == $"wallet:{entry.Content.Other}" : counter.StartsWith("external:", StringComparison.Ordinal), () => $"Entry {entry.EntryId}: posted against {counter}.");
        if (!isTransfer)
        {
            _outside[entry.Content.Currency] = _outside.GetValueOrDefault(entry.Content.Currency) + entry.Content.Signed;
        }
    }
}
