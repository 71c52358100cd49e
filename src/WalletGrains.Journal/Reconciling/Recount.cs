using Npgsql;

namespace WalletGrains.Journal.Reconciling;

/// <summary>
/// Sums everything again that earlier runs summed, and compares: what was changed or removed since comes to light. It goes from wallet to
/// wallet and rests between its steps.
/// </summary>
/// <remarks>
/// Each step has a snapshot of its own, so that the database keeps no row version for longer than a step takes. Together they see one
/// state nevertheless: the entries below a watermark never change, and watermarks and totals are moved by runs only, one at a time.
/// </remarks>
internal sealed class Recount(NpgsqlDataSource dataSource, PostingTerms terms, Findings findings, Pace pace)
{
    private readonly AccountTotals _totals = new();

    /// <summary>Recounts all wallets and compares the totals, unless the time of the run is over before.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var after = Guid.Empty;
        while (!findings.IsTimeOver())
        {
            var page = await ReadSummedAsync(after, cancellationToken);
            foreach (var step in EntrySteps.Of(page, wallet => (0, wallet.Version)))
            {
                if (findings.IsTimeOver())
                {
                    return;
                }

                await CountAsync(step, cancellationToken);
            }

            if (page.Count < ReconciliationLimits.WalletPage)
            {
                await CompareTotalsAsync(cancellationToken);
                return;
            }

            after = page[^1].WalletId;
        }
    }

    private async Task<List<SummedWallet>> ReadSummedAsync(Guid after, CancellationToken cancellationToken)
    {
        await using var snapshot = await Snapshot.TakeAsync(dataSource, cancellationToken);
        return await snapshot.ReadAsync(
            """
            select r.wallet_id, w.currency, r.version, r.balance_minor
            from (select * from reconciled_wallets where wallet_id > $1 order by wallet_id limit $2) r
            left join lateral (select n.currency from wallets n where n.wallet_id = r.wallet_id limit 1) w on true
            order by r.wallet_id
            """,
            row => new SummedWallet(row.GetGuid(0), row.IsDBNull(1) ? null : row.GetString(1), row.GetInt64(2), row.GetDecimal(3)),
            cancellationToken,
            new NpgsqlParameter<Guid> { TypedValue = after },
            new NpgsqlParameter<int> { TypedValue = ReconciliationLimits.WalletPage });
    }

    private async Task CountAsync(List<Stretch<SummedWallet>> step, CancellationToken cancellationToken)
    {
        var began = pace.Begin();
        await using (var snapshot = await Snapshot.TakeAsync(dataSource, cancellationToken))
        {
            foreach (var (place, account, count, amount) in await EntrySteps.SumAsync(snapshot, terms, step, wallet => wallet.WalletId, cancellationToken))
            {
                var wallet = step[place].Wallet;
                wallet.CountedEntries += count;
                wallet.CountedMinor += amount;
                findings.Entries += count;
                if (wallet.Currency is { } currency)
                {
                    _totals.Add(currency, account, -amount);
                }
            }
        }

        foreach (var stretch in step.Where(stretch => stretch.UpTo == stretch.Wallet.Version))
        {
            Compare(stretch.Wallet);
        }

        await pace.RestAsync(began, cancellationToken);
    }

    private void Compare(SummedWallet wallet)
    {
        if (wallet.CountedEntries != wallet.Version)
        {
            findings.Add(Differences.EntriesMissing, $"wallet {wallet.WalletId}", wallet.Version, wallet.CountedEntries);
        }
        else if (wallet.CountedMinor != wallet.BalanceMinor)
        {
            findings.Add(Differences.EntriesChanged, $"wallet {wallet.WalletId}", wallet.BalanceMinor, wallet.CountedMinor);
        }
    }

    private async Task CompareTotalsAsync(CancellationToken cancellationToken)
    {
        await using var snapshot = await Snapshot.TakeAsync(dataSource, cancellationToken);
        var remembered = (await snapshot.ReadAsync(
            "select currency, account, balance_minor from account_totals",
            row => (Key: (Currency: row.GetString(0), Account: row.GetString(1)), BalanceMinor: row.GetDecimal(2)),
            cancellationToken)).ToDictionary(row => row.Key, row => row.BalanceMinor);
        foreach (var (currency, account) in _totals.All.Select(total => (total.Currency, total.Account)).Union(remembered.Keys).Order())
        {
            var (expected, found) = (_totals.Of(currency, account), remembered.GetValueOrDefault((currency, account)));
            if (expected != found)
            {
                findings.Add(Differences.AccountTotal, $"account {account} in {currency}", expected, found);
            }
        }
    }

    /// <summary>A wallet as earlier runs have summed it, and what the entries are found to be.</summary>
    private sealed class SummedWallet(Guid walletId, string? currency, long version, decimal balanceMinor)
    {
        public Guid WalletId => walletId;

        public string? Currency => currency;

        public long Version => version;

        public decimal BalanceMinor => balanceMinor;

        public long CountedEntries { get; set; }

        public decimal CountedMinor { get; set; }
    }
}
