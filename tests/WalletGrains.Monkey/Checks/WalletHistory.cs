using System.Text.Json;
using WalletGrains.Testing.Processes;

namespace WalletGrains.Monkey.Checks;

/// <summary>A transaction as the HTTP interface shows it, in minor units of a currency with two decimals.</summary>
internal sealed record ShownTransaction(Guid Id, string Type, long AmountMinor, long BeforeMinor, long AfterMinor, DateTimeOffset At);

/// <summary>A wallet with its whole history, oldest first.</summary>
internal sealed record WalletHistory(Guid WalletId, long BalanceMinor, long HeldMinor, long Version, IReadOnlyList<ShownTransaction> Transactions)
{
    /// <summary>Reads them page by page; null when they cannot be read.</summary>
    public static async Task<WalletHistory?> ReadAsync(BankClient bank, Guid walletId, CancellationToken cancellationToken)
    {
        if (await bank.GetAsync($"/wallet/{walletId}", cancellationToken) is not Reply.Ok { Json: var wallet })
        {
            return null;
        }

        var transactions = new List<ShownTransaction>();
        string? cursor = null;
        do
        {
            var page = await bank.GetAsync($"/wallet/{walletId}/history?limit=200{(cursor is null ? "" : $"&cursor={cursor}")}", cancellationToken);
            if (page is not Reply.Ok { Json: var json })
            {
                return null;
            }

            transactions.AddRange(json.GetProperty("items").EnumerateArray().Select(Read));
            cursor = json.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);

        transactions.Reverse();
        return new WalletHistory(walletId, Minor(wallet, "balance"), Minor(wallet, "held"), wallet.GetProperty("version").GetInt64(), transactions);
    }

    private static ShownTransaction Read(JsonElement item) => new(
        item.GetProperty("id").GetGuid(),
        item.GetProperty("type").GetString()!,
        Minor(item, "amount"),
        Minor(item, "balanceBefore"),
        Minor(item, "balanceAfter"),
        item.GetProperty("createdAt").GetDateTimeOffset());

    private static long Minor(JsonElement json, string name) => (long)(json.GetProperty(name).GetDecimal() * 100);
}
