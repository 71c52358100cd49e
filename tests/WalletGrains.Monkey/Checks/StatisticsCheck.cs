using System.Globalization;
using WalletGrains.Testing.Processes;

namespace WalletGrains.Monkey.Checks;

/// <summary>The statistics of a wallet are those of its history, about a second later.</summary>
internal static class StatisticsCheck
{
    public const string Area = "statistics";

    private static readonly TimeSpan AskPeriod = TimeSpan.FromMilliseconds(100);

    public static async Task CheckAsync(BankClient bank, WalletHistory wallet, Findings findings, CancellationToken cancellationToken)
    {
        var expected = new Shown(
            Sum(wallet, "FUND"),
            Sum(wallet, "WITHDRAW", "CAPTURE", "BILL_PAYMENT"),
            Sum(wallet, "TRANSFER_IN"),
            Sum(wallet, "TRANSFER_OUT") - Sum(wallet, "TRANSFER_REFUND"),
            wallet.Transactions.Count);
        var wrong = await Patience.UntilRightAsync(
            async () => await Patience.GetAsync(bank, $"/wallet/{wallet.WalletId}/stats", cancellationToken) is var reply && reply is Reply.Ok { Json: var json }
                ? new Shown(
                    json.GetProperty("totalDeposited").GetDecimal(),
                    json.GetProperty("totalWithdrawn").GetDecimal(),
                    json.GetProperty("totalTransferredIn").GetDecimal(),
                    json.GetProperty("totalTransferredOut").GetDecimal(),
                    json.GetProperty("transactionCount").GetInt64()) is var shown && shown == expected
                    ? null
                    : string.Create(CultureInfo.InvariantCulture, $"{shown} is shown, the history makes {expected}")
                : reply.ToString(),
            cancellationToken);
        if (wrong is not null)
        {
            findings.Add(Area, $"wallet {wallet.WalletId}: {wrong}");
        }
    }

    /// <summary>
    /// Asks for the statistics now and then while there is traffic. What nobody has asked for yet may be counted at once; what has been shown must be moved on by who
    /// follows the entries, so a follower that stands still is noticed in the end.
    /// </summary>
    public static async Task AskDuringAsync(Task traffic, BankClient bank, IReadOnlyList<Guid> wallets, CancellationToken cancellationToken)
    {
        while (!traffic.IsCompleted)
        {
            foreach (var walletId in wallets)
            {
                await bank.GetAsync($"/wallet/{walletId}/stats", cancellationToken);
            }

            await Task.WhenAny(traffic, Task.Delay(AskPeriod, cancellationToken));
        }
    }

    private static decimal Sum(WalletHistory wallet, params string[] types) =>
        wallet.Transactions.Where(transaction => types.Contains(transaction.Type)).Sum(transaction => transaction.AmountMinor) / 100m;

    private sealed record Shown(decimal Deposited, decimal Withdrawn, decimal In, decimal Out, long Count);
}
