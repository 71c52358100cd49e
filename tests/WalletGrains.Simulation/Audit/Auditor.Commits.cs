using System.Text;
using Orleans.InProcess.Simulation;
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

        Require(entry.CreatedAt <= SimulatedWorld.Epoch + world.Now + ClockTolerance, () => $"{request}: comes from the future, {entry.CreatedAt:O}.");

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
}
