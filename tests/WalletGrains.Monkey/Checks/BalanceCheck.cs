using WalletGrains.Chaos.Traffic;
using WalletGrains.Testing.Processes;

namespace WalletGrains.Monkey.Checks;

/// <summary>
/// Each wallet has what was acknowledged and nothing else: its balance, what is held, and as many transactions that move money as there were
/// operations, so that no repeat was made twice. Its history leads from nothing to its balance without a gap.
/// </summary>
internal static class BalanceCheck
{
    public const string Area = "balances";

    public static void Check(WalletHistory wallet, Troop troop, Findings findings)
    {
        CheckHistory(wallet, findings);
        var (balance, held, count) = Expected(wallet.WalletId, troop);

        // Bulk transfers and bills hold money for a while and let it go again, whether they are made or not. The end of a bill is one movement, also of nothing.
        var moves = wallet.Transactions.Count(transaction => transaction.Type is not ("HOLD" or "RELEASE"));
        if (wallet.BalanceMinor != balance || wallet.HeldMinor != held || moves != count)
        {
            findings.Add(
                Area,
                $"wallet {wallet.WalletId} has {wallet.BalanceMinor} of which {wallet.HeldMinor} held, by {moves} movements; "
                + $"acknowledged were {balance}, {held} held, {count} movements");
        }
    }

    private static void CheckHistory(WalletHistory wallet, Findings findings)
    {
        var balance = 0L;
        foreach (var transaction in wallet.Transactions)
        {
            var change = transaction.Type switch
            {
                "FUND" or "TRANSFER_IN" or "TRANSFER_REFUND" => transaction.AmountMinor,
                "WITHDRAW" or "TRANSFER_OUT" or "CAPTURE" or "BILL_PAYMENT" => -transaction.AmountMinor,
                _ => 0,
            };
            if (transaction.BeforeMinor != balance || transaction.AfterMinor != balance + change || transaction.AfterMinor < 0)
            {
                findings.Add(Area, $"wallet {wallet.WalletId}: {transaction} comes after a balance of {balance}");
                return;
            }

            balance = transaction.AfterMinor;
        }

        if (balance != wallet.BalanceMinor || wallet.Version != wallet.Transactions.Count)
        {
            findings.Add(Area, $"wallet {wallet.WalletId} has {wallet.BalanceMinor} at version {wallet.Version}; its {wallet.Transactions.Count} transactions make {balance}");
        }
    }

    private static (long Balance, long Held, int Count) Expected(Guid walletId, Troop troop)
    {
        var (balance, held, count) = (0L, 0L, 0);
        var placed = new Dictionary<Guid, long>();
        var done = troop.History.Operations.Where(record => record.Definite?.Reply is Reply.Ok).ToList();
        foreach (var record in done.Where(record => record.Operation.WalletId == walletId))
        {
            balance += record.Operation.SignedAmountMinor;
            count += record.Operation.Kind is OperationKind.Hold or OperationKind.Release ? 0 : 1;
            if (record.Operation.Kind is OperationKind.Hold)
            {
                placed[((Reply.Ok)record.Definite!.Reply).Json.GetProperty("holdId").GetGuid()] = record.Operation.AmountMinor;
            }
        }

        var received = done.Where(record => record.Operation.ToWalletId == walletId).ToList();
        balance += received.Sum(record => record.Operation.AmountMinor);
        var ended = done.Where(record => record.Operation.HoldId is { } id && placed.ContainsKey(id)).Select(record => record.Operation.HoldId!.Value);
        held = placed.Values.Sum() - ended.Sum(id => placed[id]);
        var moved = troop.Moved.Where(moved => moved.WalletId == walletId).ToList();
        return (balance + moved.Sum(moved => moved.AmountMinor), held, count + received.Count + moved.Count);
    }
}
