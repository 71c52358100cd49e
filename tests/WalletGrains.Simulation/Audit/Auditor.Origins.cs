using WalletGrains.Journal.Bulks;

namespace WalletGrains.Simulation.Audit;

/// <content>Why an entry may exist: who asked for it, and what it belongs to.</content>
internal sealed partial class Auditor
{
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

        if (request.Id.StartsWith(BankBooks.RequestPrefix, StringComparison.Ordinal))
        {
            return Bank.AskedOf(wallet, request.Id);
        }

        if (request.Id.StartsWith(ScheduleBooks.RequestPrefix, StringComparison.Ordinal))
        {
            return Schedules.AskedOf(wallet, request.Id);
        }

        if (request.Id.StartsWith(BillBooks.RequestPrefix, StringComparison.Ordinal))
        {
            return Bills.AskedOf(wallet, request.Id);
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
                Require(
                    !request.Id.StartsWith(BillBooks.RequestPrefix, StringComparison.Ordinal) || Bills.IsHold(entry.Hold!.HoldId),
                    () => $"{request}: not the hold of its payment.");
                Holds.Add((wallet.WalletId, entry.Hold!.HoldId));
                break;
        }
    }

    private Circumstances CircumstancesOf(Request request, Content asked, TransferBook? transfer) =>
        new(
            Left: asked.Kind == Kinds.Reversal ? LeftOf(asked.Subject!.Value) : 0,
            Settles: transfer is { Settles: true },
            IsNotIts: asked.Subject is { } hold
                && ((_bulkHolds.Contains(hold) && !_byBulkStep.ContainsKey(request.Id))
                    || (Bills.IsHold(hold) && !request.Id.StartsWith(BillBooks.RequestPrefix, StringComparison.Ordinal))));

    /// <summary>What was not given back yet of a transfer.</summary>
    private long LeftOf(Guid transferId) => _transfers.TryGetValue(transferId, out var transfer)
        ? transfer.Debit.Amount - _transfers.Values.Where(other => other.Reverses == transferId && other.Refund is null).Sum(other => other.Debit.Amount)
        : 0;

    private static string OutsideOf(string kind) => kind switch
    {
        Kinds.BankCredit => BankBooks.CounterAccount,
        Kinds.BillPayment => BillBooks.CounterAccount,
        _ => "external:cash",
    };

    /// <summary>Double entry: what is in wallets and on the way between them came from outside.</summary>
    private void CountMoney(AuditedEntry entry, long change)
    {
        var isOutside = entry.Kind is Kinds.Fund or Kinds.BankCredit or Kinds.Withdraw or Kinds.Capture or Kinds.BillPayment;
        var hasOther = entry.Kind is Kinds.TransferOut or Kinds.HeldTransferOut or Kinds.Reversal or Kinds.TransferIn or Kinds.TransferRefund;
        Require(
            isOutside ? entry.CounterAccount == OutsideOf(entry.Kind) : hasOther ? entry.Other != entry.WalletId : entry.Other == entry.WalletId,
            () => $"Entry {entry.EntryId}: {entry.Kind} is posted against {entry.CounterAccount}.");
        if (isOutside)
        {
            _outside[entry.Currency] = _outside.GetValueOrDefault(entry.Currency) + change;
        }
    }
}
