using WalletGrains.Testing.Processes;

namespace WalletGrains.Monkey.Checks;

/// <summary>Wallets are flagged by the rules that their histories break, and by no others. The rules as they are by default.</summary>
internal static class FraudCheck
{
    public const string Area = "fraud flags";

    /// <summary>The amount that is large, in minor units.</summary>
    public const long LargeMinor = 1_000_000;

    private const int Frequent = 3;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    public static async Task CheckAsync(BankClient bank, WalletHistory wallet, Findings findings, CancellationToken cancellationToken)
    {
        var expected = string.Join(", ", RulesBroken(wallet));
        var wrong = await Patience.UntilRightAsync(
            async () =>
            {
                var reply = await Patience.GetAsync(bank, $"/ops/fraud-alerts?walletId={wallet.WalletId}&limit=200", cancellationToken);
                if (reply is not Reply.Ok { Json: var json })
                {
                    return reply.ToString();
                }

                var shown = string.Join(", ", json.GetProperty("items").EnumerateArray().Select(alert => alert.GetProperty("rule").GetString()).Distinct().Order(StringComparer.Ordinal));
                return shown == expected ? null : $"flagged by [{shown}]; its history breaks [{expected}]";
            },
            cancellationToken);
        if (wrong is not null)
        {
            findings.Add(Area, $"wallet {wallet.WalletId}: {wrong}");
        }
    }

    private static IEnumerable<string> RulesBroken(WalletHistory wallet)
    {
        var left = wallet.Transactions.Where(transaction => transaction.Type is "WITHDRAW" or "TRANSFER_OUT" or "BILL_PAYMENT").ToList();
        if (left.Skip(Frequent - 1).Zip(left).Any(pair => pair.First.At - pair.Second.At < Window))
        {
            yield return "FREQUENCY";
        }

        if (left.Any(transaction => transaction.AmountMinor >= LargeMinor))
        {
            yield return "LARGE_AMOUNT";
        }
    }
}
