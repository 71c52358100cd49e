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
