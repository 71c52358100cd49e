using WalletGrains.Testing.Processes;

namespace WalletGrains.Monkey.Checks;

/// <summary>Every bill that was acknowledged comes to its one end: paid, and its money has left, or given back. What that makes of its wallet is for the check of balances.</summary>
internal static class BillCheck
{
    public const string Area = "bills";

    public static async Task CheckAsync(BankClient bank, Troop troop, int concurrency, Findings findings, CancellationToken cancellationToken)
    {
        var limits = new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(troop.AcknowledgedBills, limits, async (bill, token) =>
        {
            var status = "";
            var wrong = await Patience.UntilRightAsync(
                async () =>
                {
                    var reply = await Patience.GetAsync(bank, $"/bills/{bill.PaymentId}", token);
                    status = reply is Reply.Ok { Json: var payment } ? payment.GetProperty("status").GetString() : null;
                    return status is "COMPLETED" or "REVERSED" ? null : $"it has come to no end: {reply}";
                },
                token);
            if (wrong is not null)
            {
                findings.Add(Area, $"bill {bill.PaymentId} of wallet {bill.WalletId}: {wrong}");
                return;
            }

            troop.Moved.Enqueue((bill.WalletId, status is "COMPLETED" ? -bill.AmountMinor : 0));
        });
    }
}
