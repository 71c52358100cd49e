using Npgsql;

namespace WalletGrains.Journal.Reconciling;

/// <summary>
/// Sums everything again that ordinary runs summed, and compares it with what those remember: what was changed or removed since comes to light. It
/// goes from wallet to wallet.
/// </summary>
/// <remarks>
/// Ordinary runs go on meanwhile. A wallet's row says up to which version it is summed and what that added to which account, and moves on as a
/// whole; entries below the version never change. So whatever moment a snapshot shows, the wallet's entries up to that version have to sum to that
/// row, and nothing has to be locked or remembered of wallets that are done.
/// </remarks>
internal sealed class Recount(Snapshot snapshot, PostingTerms terms, Findings findings)
{
    /// <summary>By how much the entries that were counted are off from what is remembered of them.</summary>
    public AccountTotals Deviations { get; } = new();

    /// <summary>Counts the next wallets, or the next part of a long one.</summary>
    /// <param name="last">Up to this one they are counted, or this one only in part.</param>
    /// <param name="entries">So many entries at most.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>How far it is now; null when there are no more wallets.</returns>
    public async Task<CountedWallet?> CountAsync(CountedWallet last, long entries, CancellationToken cancellationToken)
    {
        var page = await ReadSummedAsync(last, cancellationToken);
        if (page.Count == 0)
        {
            return null;
        }

        var step = EntrySteps.Of(page, entries, wallet => (wallet.Counted.Version, wallet.Version)).First();
        foreach (var (place, account, count, amount) in await EntrySteps.SumAsync(snapshot, terms, step, wallet => wallet.WalletId, cancellationToken))
        {
            step[place].Wallet.Add(account, count, -amount);
            findings.Entries += count;
        }

        foreach (var (wallet, _, upTo) in step)
        {
            wallet.Counted = wallet.Counted with { Version = upTo };
            if (upTo == wallet.Version)
            {
                Compare(wallet);
            }
        }

        var end = step[^1].Wallet;
        return end.Counted.Version == end.Version ? CountedWallet.AllOf(end.WalletId) : end.Counted;
    }

    /// <summary>Compares the totals of accounts with what is remembered of wallets, put right by what counting them has shown.</summary>
    public async Task CompareTotalsAsync(AccountTotals deviations, CancellationToken cancellationToken)
    {
        var counted = new AccountTotals();
        counted.Add(deviations);
        var rows = await snapshot.ReadAsync(
            """
            select w.currency, a.account, sum(a.amount_minor)
            from reconciled_wallets r
            join wallets w on w.wallet_id = r.wallet_id
            cross join lateral unnest(r.accounts, r.amounts_minor) as a(account, amount_minor)
            group by 1, 2
            """,
            row => (Currency: row.GetString(0), Account: row.GetString(1), AmountMinor: row.GetDecimal(2)),
            cancellationToken);
        rows.ForEach(row => counted.Add(row.Currency, row.Account, row.AmountMinor));
        var remembered = await AccountTotals.ReadAsync(snapshot, cancellationToken);
        foreach (var (currency, account) in counted.All.Union(remembered.All).Select(total => (total.Currency, total.Account)).Distinct().Order())
        {
            var (expected, found) = (counted.Of(currency, account), remembered.Of(currency, account));
            if (expected != found)
            {
                findings.Add(Differences.AccountTotal, $"account {account} in {currency}", expected, found);
            }
        }
    }

    private async Task<List<SummedWallet>> ReadSummedAsync(CountedWallet last, CancellationToken cancellationToken)
    {
        var page = await snapshot.ReadAsync(
            """
            select r.wallet_id, w.currency, r.version, r.balance_minor, r.accounts, r.amounts_minor
            from (select * from reconciled_wallets where wallet_id >= $1 order by wallet_id limit $2) r
            left join lateral (select n.currency from wallets n where n.wallet_id = r.wallet_id limit 1) w on true
            order by r.wallet_id
            """,
            row => new SummedWallet(row.GetGuid(0), row.IsDBNull(1) ? null : row.GetString(1), row.GetInt64(2), row.GetDecimal(3), WalletAccounts.Read(row, 4)),
            cancellationToken,
            new NpgsqlParameter<Guid> { TypedValue = last.WalletId },
            new NpgsqlParameter<int> { TypedValue = ReconciliationLimits.WalletPage });
        if (page.Count > 0 && page[0].WalletId == last.WalletId)
        {
            if (last.IsWhole)
            {
                page.RemoveAt(0);
            }
            else if (last.Version <= page[0].Version)
            {
                page[0].Counted = last;
            }
        }

        return page;
    }

    private void Compare(SummedWallet wallet)
    {
        var where = $"wallet {wallet.WalletId}";
        var (counted, accounts) = (wallet.Counted.Accounts, wallet.Accounts);
        var deviating = accounts.All.Union(counted.All).Select(amount => amount.Account).Distinct()
            .Where(account => counted.Of(account) != accounts.Of(account))
            .Order(StringComparer.Ordinal)
            .ToList();
        if (wallet.Counted.Entries != wallet.Version)
        {
            findings.Add(Differences.EntriesMissing, where, wallet.Version, wallet.Counted.Entries);
        }
        else if (-counted.Sum() != wallet.BalanceMinor)
        {
            findings.Add(Differences.EntriesChanged, where, wallet.BalanceMinor, -counted.Sum());
        }
        else
        {
            deviating.ForEach(account => findings.Add(Differences.EntriesChanged, $"{where} account {account}", accounts.Of(account), counted.Of(account)));
        }

        if (wallet.Currency is { } currency)
        {
            deviating.ForEach(account => Deviations.Add(currency, account, counted.Of(account) - accounts.Of(account)));
        }
    }

    /// <summary>A wallet as ordinary runs have summed it, and what the entries are found to be.</summary>
    private sealed class SummedWallet(Guid walletId, string? currency, long version, decimal balanceMinor, WalletAccounts accounts)
    {
        public Guid WalletId => walletId;

        public string? Currency => currency;

        public long Version => version;

        public decimal BalanceMinor => balanceMinor;

        public WalletAccounts Accounts => accounts;

        public CountedWallet Counted { get; set; } = new(walletId, 0, 0, new WalletAccounts());

        public void Add(string account, long entries, decimal amountMinor)
        {
            Counted.Accounts.Add(account, amountMinor);
            Counted = Counted with { Entries = Counted.Entries + entries };
        }
    }
}

/// <summary>How far entries are counted once more: all of a wallet and of those before it, or of this one those up to a version, and how many they are and what they add to accounts.</summary>
internal sealed record CountedWallet(Guid WalletId, long Version, long Entries, WalletAccounts Accounts)
{
    /// <summary>Nothing of it has to be remembered.</summary>
    public bool IsWhole => Version == 0;

    public static CountedWallet AllOf(Guid walletId) => new(walletId, 0, 0, new WalletAccounts());
}
