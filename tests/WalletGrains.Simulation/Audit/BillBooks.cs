using Orleans.InProcess.Simulation;
using WalletGrains.Contracts.Bills;
using WalletGrains.Grains.Bills;
using WalletGrains.Journal.Bills;

namespace WalletGrains.Simulation.Audit;

/// <summary>
/// Knows what the biller has really taken, and what must have become of payments: the money leaves only for what the biller has taken, is given back only when it
/// has not and never will, each once; and in the end the biller's book is ours.
/// </summary>
internal sealed class BillBooks(SimulatedWorld world, Coverage coverage, JobBooks jobs, Func<Guid, WalletBook?> walletOf)
{
    private readonly Dictionary<(Guid WalletId, string RequestId), PayBill> _asked = [];
    private readonly Dictionary<Guid, BillRow> _bills = [];
    private readonly Dictionary<string, (BillOrder Order, bool? IsPaid)> _taken = [];
    private readonly Dictionary<string, int> _onTheWay = [];

    /// <summary>How request ids of the steps of payments begin.</summary>
    public const string RequestPrefix = "p:";

    /// <summary>The counter account of what is paid.</summary>
    public const string CounterAccount = "biller:water";

    /// <summary>Whether all payments have come to their end.</summary>
    public bool AreFinal => _bills.Values.All(IsFinal);

    /// <summary>Whether a hold is that of a payment.</summary>
    public bool IsHold(Guid holdId) => _bills.ContainsKey(holdId);

    /// <summary>Somebody is going to ask for a payment.</summary>
    public void NoteAsked(PayBill command) => _asked[(command.WalletId, command.RequestId.Value)] = command;

    /// <summary>A call of the biller is on its way, and nobody waits for it any more.</summary>
    public void NoteOnTheWay(BillOrder order, int calls) => _onTheWay[order.Reference] = _onTheWay.GetValueOrDefault(order.Reference) + calls;

    /// <summary>The biller takes a payment, which is final or not yet.</summary>
    public void NoteTaken(BillOrder order, bool? isPaid)
    {
        var bill = _bills.GetValueOrDefault(Guid.Parse(order.Reference));
        Require(bill is not null && OrderOf(bill) == order, () => $"The biller is paid {order}, and there is {bill}.");
        Require(
            !_taken.TryGetValue(order.Reference, out var known) || known.IsPaid is null || known.IsPaid == isPaid,
            () => $"The biller changes its mind about {order}; the simulation is wrong.");
        _taken[order.Reference] = (order, isPaid);
    }

    /// <summary>A payment has been written or has moved.</summary>
    public void NoteWritten(BillRow row)
    {
        var before = _bills.GetValueOrDefault(row.PaymentId);
        var asked = _asked.GetValueOrDefault((row.WalletId, row.RequestId));
        Require(
            asked is not null && (asked.BillerCode, asked.CustomerReference, asked.Amount.MinorUnits, asked.Amount.Currency.Code)
                == (row.BillerCode, row.CustomerReference, row.AmountMinor, row.Currency),
            () => $"{row} is written, and {asked} was asked for.");
        Require(row.Revision == (before?.Revision + 1 ?? 0), () => $"{before} becomes {row}.");
        Require(before is not null || _bills.Values.All(other => (other.WalletId, other.RequestId) != (row.WalletId, row.RequestId)), () => $"{row} is made twice.");
        Require(before is null || !IsFinal(before), () => $"{before} has ended, and becomes {row}.");
        Require(
            before?.State switch
            {
                BillState.Completing => row.State is BillState.Completed,
                BillState.Reversing => row.State is BillState.Reversed,
                _ => true,
            },
            () => $"{before} is decided, and becomes {row}.");
        _bills[row.PaymentId] = row;
        CheckState(row);
        coverage.Note($"bill {row.State}");
    }

    /// <summary>Somebody was told what became of a request.</summary>
    public void NoteOutcome(PayBill command, BillOutcome outcome)
    {
        var paymentId = outcome switch { BillOutcome.Accepted accepted => accepted.PaymentId, BillOutcome.Refused refused => refused.PaymentId, _ => Guid.Empty };
        var bill = _bills.GetValueOrDefault(paymentId);
        Require(bill?.RequestId == command.RequestId.Value, () => $"{command} is answered with {outcome}, and {bill} is there.");
        var hold = Step(bill!, "hold");
        Require(hold is { IsDecided: true } && (hold.Entry is not null) == outcome is BillOutcome.Accepted, () => $"{command} is answered with {outcome}, and the wallet has {hold?.Entry}.");
        coverage.Note($"answer {outcome.GetType().Name} to a bill");
    }

    /// <summary>What the request id of a step stands for: nothing before what it follows from is written.</summary>
    public IEnumerable<Content> AskedOf(WalletBook wallet, string requestId)
    {
        if (requestId[RequestPrefix.Length..].Split('/') is not [var id, var step] || !_bills.TryGetValue(Guid.Parse(id), out var bill) || bill.WalletId != wallet.WalletId)
        {
            return [];
        }

        var words = $"{bill.BillerCode} {bill.CustomerReference}";
        return (step, bill.State) switch
        {
            ("hold", _) => [new Content(Kinds.Hold, bill.AmountMinor, bill.Currency, null, words)],
            ("capture", BillState.Completing) => [new Content(Kinds.BillPayment, bill.AmountMinor, bill.Currency, bill.PaymentId, words)],
            ("reversal", BillState.Reversing) => [new Content(Kinds.BillReversal, bill.AmountMinor, bill.Currency, bill.PaymentId, words)],
            _ => [],
        };
    }

    /// <summary>The biller's book is ours, and nothing is open.</summary>
    public void CheckAll()
    {
        foreach (var bill in _bills.Values)
        {
            Require(IsFinal(bill), () => $"{bill} has not ended.");
            var isPaid = _taken.GetValueOrDefault(bill.PaymentId.ToString()).IsPaid == true;
            Require(isPaid == bill.State is BillState.Completed, () => $"{bill} has ended, and the biller has {(isPaid ? "" : "not ")}got the money.");
            Require((Step(bill, "capture")?.Entry is not null) == isPaid, () => $"{bill} has ended, and the money is not where the biller says.");
        }

        Require(_taken.Keys.All(reference => _bills.ContainsKey(Guid.Parse(reference))), () => "The biller has payments that are none of ours.");
    }

    private void CheckState(BillRow row)
    {
        var taken = _taken.GetValueOrDefault(row.PaymentId.ToString());
        switch (row.State)
        {
            case BillState.Pending:
                Require(jobs.Knows("bill-payment", row.PaymentId.ToString()), () => $"{row} is written without a job.");
                break;
            case BillState.Unknown:
                Require(jobs.Knows("bill-status", row.PaymentId.ToString()), () => $"{row} is left without a job.");
                break;
            case BillState.Processing:
                Require(Step(row, "hold")?.Entry is not null, () => $"{row} goes to the biller, and nothing is held.");
                break;
            case BillState.Completing:
                Require(taken.IsPaid == true, () => $"{row} is confirmed, and the biller has {taken}.");
                break;
            case BillState.Reversing:
                var mayStillBe = taken.Order is null && _onTheWay.GetValueOrDefault(row.PaymentId.ToString()) > 0;
                Require(taken.Order is null ? !mayStillBe : taken.IsPaid == false, () => $"{row} is given back, and the biller has {taken}, or is going to.");
                Require(jobs.Knows("bill-reversal", row.PaymentId.ToString()), () => $"{row} is left without a job.");
                coverage.Note(taken.Order is null ? "bill given up that was never sent" : "bill declined");
                break;
            case BillState.Completed:
                Require(Step(row, "capture")?.Entry is not null, () => $"{row} has ended, and the money has not left.");
                break;
            case BillState.Reversed:
                Require(Step(row, "reversal")?.Entry is not null, () => $"{row} has ended, and the money is still held.");
                break;
            case BillState.Failed:
                Require(Step(row, "hold") is { IsDecided: true, Entry: null }, () => $"{row} has failed, and the wallet has not refused.");
                break;
        }
    }

    private Request? Step(BillRow bill, string step) => walletOf(bill.WalletId)?.Requests.GetValueOrDefault($"{RequestPrefix}{bill.PaymentId:N}/{step}");

    private static BillOrder OrderOf(BillRow bill) =>
        new(bill.PaymentId.ToString(), bill.CustomerReference, new Contracts.Money(bill.AmountMinor, Contracts.Currency.Parse(bill.Currency)));

    private static bool IsFinal(BillRow bill) => bill.State is BillState.Completed or BillState.Reversed or BillState.Failed;

    private void Require(bool holds, Func<string> violation)
    {
        if (!holds)
        {
            world.Fail(new AuditException(violation()));
        }
    }
}
