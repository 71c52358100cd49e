namespace WalletGrains.Journal.Reconciling;

/// <summary>Balances of accounts by currency, in minor units.</summary>
internal sealed class AccountTotals
{
    /// <summary>Σ of all wallets.</summary>
    public const string Wallets = "wallets";

    /// <summary>What left one wallet for another and has not arrived.</summary>
    public const string InTransit = "transfers:in-transit";

    private readonly Dictionary<(string Currency, string Account), decimal> _balances = [];

    public IEnumerable<AccountBalance> All => _balances
        .Select(total => new AccountBalance(total.Key.Currency, total.Key.Account, total.Value))
        .OrderBy(total => total.Currency, StringComparer.Ordinal)
        .ThenBy(total => total.Account, StringComparer.Ordinal);

    /// <summary>What ordinary runs have summed.</summary>
    public static async Task<AccountTotals> ReadAsync(Snapshot snapshot, CancellationToken cancellationToken)
    {
        var totals = new AccountTotals();
        var rows = await snapshot.ReadAsync(
            "select currency, account, balance_minor from account_totals",
            row => (Currency: row.GetString(0), Account: row.GetString(1), BalanceMinor: row.GetDecimal(2)),
            cancellationToken);
        rows.ForEach(row => totals.Add(row.Currency, row.Account, row.BalanceMinor));
        return totals;
    }

    public void Add(string currency, string account, decimal amountMinor) =>
        _balances[(currency, account)] = _balances.GetValueOrDefault((currency, account)) + amountMinor;

    public void Add(AccountTotals others)
    {
        foreach (var ((currency, account), balance) in others._balances)
        {
            Add(currency, account, balance);
        }
    }

    public decimal Of(string currency, string account) => _balances.GetValueOrDefault((currency, account));

    public decimal SumOf(string currency) => _balances.Where(total => total.Key.Currency == currency).Sum(total => total.Value);
}
