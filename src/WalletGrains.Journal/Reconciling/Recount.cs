using Npgsql;

namespace WalletGrains.Journal.Reconciling;

/// <summary>
/// Sums everything again that earlier runs summed, and compares: what was changed or removed since comes to light. The entries
/// of one wallet lie all over the table, so all of them are read in the order they lie in, twice.
/// </summary>
internal sealed class Recount(Snapshot snapshot, PostingTerms terms, Findings findings)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (findings.IsTimeOver())
        {
            return;
        }

        await CompareWalletsAsync(cancellationToken);
        if (!findings.IsTimeOver())
        {
            await CompareTotalsAsync(cancellationToken);
        }
    }

    private async Task CompareWalletsAsync(CancellationToken cancellationToken)
    {
        var changed = await snapshot.ReadAsync(
            """
            select r.wallet_id, r.version, r.balance_minor, coalesce(s.entries, 0), coalesce(s.amount_minor, 0)
            from reconciled_wallets r
            left join (
                select e.wallet_id, count(*) as entries, sum(e.amount_minor) as amount_minor
                from entries e join reconciled_wallets u on u.wallet_id = e.wallet_id
                where e.version <= u.version
                group by e.wallet_id) s on s.wallet_id = r.wallet_id
            where r.version <> coalesce(s.entries, 0) or r.balance_minor <> coalesce(s.amount_minor, 0)
            order by r.wallet_id limit $1
            """,
            row => (Id: row.GetGuid(0), Version: row.GetInt64(1), BalanceMinor: row.GetDecimal(2), Entries: row.GetInt64(3), AmountMinor: row.GetDecimal(4)),
            findings.TimeLeft,
            cancellationToken,
            new NpgsqlParameter<int> { TypedValue = ReconciliationLimits.ListedDifferences });
        foreach (var wallet in changed)
        {
            if (wallet.Entries != wallet.Version)
            {
                findings.Add(Differences.EntriesMissing, $"wallet {wallet.Id}", wallet.Version, wallet.Entries);
            }
            else
            {
                findings.Add(Differences.EntriesChanged, $"wallet {wallet.Id}", wallet.BalanceMinor, wallet.AmountMinor);
            }
        }
    }

    private async Task CompareTotalsAsync(CancellationToken cancellationToken)
    {
        var counted = await snapshot.ReadAsync(
            $"""
            select w.currency, case when starts_with(e.counter_account, $1) then '{AccountTotals.InTransit}' else e.counter_account end,
                count(*), sum(e.amount_minor)
            from entries e
            join reconciled_wallets r on r.wallet_id = e.wallet_id
            join wallets w on w.wallet_id = e.wallet_id
            where e.version <= r.version
            group by 1, 2
            """,
            row => (Currency: row.GetString(0), Account: row.GetString(1), Entries: row.GetInt64(2), AmountMinor: row.GetDecimal(3)),
            findings.TimeLeft,
            cancellationToken,
            new NpgsqlParameter<string> { TypedValue = terms.WalletAccountPrefix });
        var totals = new AccountTotals();
        foreach (var (currency, account, entries, amount) in counted)
        {
            findings.Entries += entries;
            totals.Add(currency, account, -amount);
        }

        var remembered = (await snapshot.ReadAsync(
            "select currency, account, balance_minor from account_totals",
            row => (Key: (Currency: row.GetString(0), Account: row.GetString(1)), BalanceMinor: row.GetDecimal(2)),
            cancellationToken)).ToDictionary(row => row.Key, row => row.BalanceMinor);
        foreach (var (currency, account) in totals.All.Select(total => (total.Currency, total.Account)).Union(remembered.Keys).Order())
        {
            var (expected, found) = (totals.Of(currency, account), remembered.GetValueOrDefault((currency, account)));
            if (expected != found)
            {
                findings.Add(Differences.AccountTotal, $"account {account} in {currency}", expected, found);
            }
        }
    }
}
