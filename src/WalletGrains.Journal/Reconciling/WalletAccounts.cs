using Npgsql;

namespace WalletGrains.Journal.Reconciling;

/// <summary>What entries of one wallet add to each account, in minor units: together what they take from the wallet.</summary>
internal sealed class WalletAccounts
{
    private readonly SortedDictionary<string, decimal> _amounts = new(StringComparer.Ordinal);

    public IEnumerable<(string Account, decimal AmountMinor)> All => _amounts.Select(amount => (amount.Key, amount.Value));

    /// <summary>Reads a column of names, and behind it one of amounts.</summary>
    public static WalletAccounts Read(NpgsqlDataReader row, int column)
    {
        var accounts = new WalletAccounts();
        foreach (var (account, amount) in row.GetFieldValue<string[]>(column).Zip(row.GetFieldValue<decimal[]>(column + 1)))
        {
            accounts.Add(account, amount);
        }

        return accounts;
    }

    public void Add(string account, decimal amountMinor) => _amounts[account] = Of(account) + amountMinor;

    public decimal Of(string account) => _amounts.GetValueOrDefault(account);

    public decimal Sum() => _amounts.Values.Sum();
}
