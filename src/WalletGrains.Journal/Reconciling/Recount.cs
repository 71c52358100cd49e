using Npgsql;

namespace WalletGrains.Journal.Reconciling;

/// <summary>Sums everything again that earlier runs summed, and compares: what was changed or removed since comes to light.</summary>
internal sealed class Recount(Snapshot snapshot, PostingTerms terms, Findings findings)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var pass = new WalletPass(snapshot, terms, findings);
        var totals = new AccountTotals();
        var after = Guid.Empty;
        while (true)
        {
            var page = await snapshot.ReadAsync(
                """
                select r.wallet_id, r.version, r.balance_minor, w.currency
                from reconciled_wallets r join wallets w on w.wallet_id = r.wallet_id
                where r.wallet_id > $1 order by r.wallet_id limit $2
                """,
                row => new Remembered(row.GetGuid(0), row.GetInt64(1), row.GetDecimal(2), row.GetString(3)),
                cancellationToken,
                new NpgsqlParameter<Guid> { TypedValue = after },
                new NpgsqlParameter<int> { TypedValue = ReconciliationLimits.WalletPage });
            foreach (var step in Steps(page))
            {
                if (findings.IsTimeOver())
                {
                    return;
                }

                var sums = await pass.SumAsync([.. step.Select(stretch => (stretch.Wallet.WalletId, stretch.After, stretch.UpTo))], cancellationToken);
                foreach (var (place, account, count, amount) in sums)
                {
                    var wallet = step[place].Wallet;
                    wallet.Count += count;
                    wallet.AmountMinor += amount;
                    findings.Entries += count;
                    totals.Add(wallet.Currency, account, -amount);
                }

                foreach (var wallet in step.Where(stretch => stretch.UpTo == stretch.Wallet.Version).Select(stretch => stretch.Wallet))
                {
                    Compare(wallet);
                }
            }

            if (page.Count < ReconciliationLimits.WalletPage)
            {
                break;
            }

            after = page[^1].WalletId;
        }

        await CompareTotalsAsync(totals, cancellationToken);
    }

    private void Compare(Remembered wallet)
    {
        if (wallet.Count != wallet.Version)
        {
            findings.Add(Differences.EntriesMissing, $"wallet {wallet.WalletId}", wallet.Version, wallet.Count);
        }
        else if (wallet.AmountMinor != wallet.BalanceMinor)
        {
            findings.Add(Differences.EntriesChanged, $"wallet {wallet.WalletId}", wallet.BalanceMinor, wallet.AmountMinor);
        }
    }

    private async Task CompareTotalsAsync(AccountTotals counted, CancellationToken cancellationToken)
    {
        var remembered = (await snapshot.ReadAsync(
            "select currency, account, balance_minor from account_totals",
            row => (Key: (Currency: row.GetString(0), Account: row.GetString(1)), BalanceMinor: row.GetDecimal(2)),
            cancellationToken)).ToDictionary(row => row.Key, row => row.BalanceMinor);
        foreach (var (currency, account) in counted.All.Select(total => (total.Currency, total.Account)).Union(remembered.Keys).Order())
        {
            var (expected, found) = (counted.Of(currency, account), remembered.GetValueOrDefault((currency, account)));
            if (expected != found)
            {
                findings.Add(Differences.AccountTotal, $"account {account} in {currency}", expected, found);
            }
        }
    }

    private static IEnumerable<List<Stretch>> Steps(List<Remembered> page)
    {
        var (step, entries) = (new List<Stretch>(), 0L);
        foreach (var wallet in page)
        {
            var after = 0L;
            do
            {
                var upTo = Math.Min(wallet.Version, after + ReconciliationLimits.EntriesPerStep - entries);
                step.Add(new Stretch(wallet, after, upTo));
                entries += upTo - after;
                after = upTo;
                if (entries >= ReconciliationLimits.EntriesPerStep)
                {
                    yield return step;
                    (step, entries) = ([], 0);
                }
            }
            while (after < wallet.Version);
        }

        if (step.Count > 0)
        {
            yield return step;
        }
    }

    private sealed class Remembered(Guid walletId, long version, decimal balanceMinor, string currency)
    {
        public Guid WalletId => walletId;

        public long Version => version;

        public decimal BalanceMinor => balanceMinor;

        public string Currency => currency;

        public long Count { get; set; }

        public decimal AmountMinor { get; set; }
    }

    private sealed record Stretch(Remembered Wallet, long After, long UpTo);
}
