using Npgsql;

namespace WalletGrains.Journal.Reconciling;

/// <summary>A wallet whose head row is not what was reconciled last, and how far its entries are summed by now.</summary>
internal sealed class ChangedWallet(Guid walletId, string currency, long version, decimal balanceMinor, byte[] hash, long newestVersion, ReconciledWallet summed)
{
    public Guid WalletId => walletId;

    public string Currency => currency;

    public long Version => version;

    public decimal BalanceMinor => balanceMinor;

    public byte[] Hash => hash;

    /// <summary>The version of the newest entry that is there.</summary>
    public long NewestVersion => newestVersion;

    public ReconciledWallet Summed { get; set; } = summed;

    /// <summary>Its entries contradict each other. Its watermark stays, so that every run finds it until it is put right.</summary>
    public bool IsFaulty { get; set; }
}

/// <summary>How far the entries of a wallet are summed, what they sum to, in all and by account, and the hash there.</summary>
internal sealed record ReconciledWallet(Guid WalletId, long Version, decimal BalanceMinor, byte[]? Hash, WalletAccounts Accounts);

/// <summary>
/// Sums the entries that were not summed yet, wallet by wallet, and compares the sums with the head rows. What is believed are
/// the entries; a head row that contradicts them is reported in every run until it is put right.
/// </summary>
internal sealed class WalletPass(Snapshot snapshot, PostingTerms terms, Findings findings, Deadline deadline)
{
    /// <summary>Keeps what a step found: the wallets as they are now summed and what that adds to the accounts.</summary>
    public delegate Task Keep(IReadOnlyList<ReconciledWallet> wallets, AccountTotals added);

    /// <summary>Brings the sums to the entries of the snapshot.</summary>
    /// <returns>What they add to the accounts.</returns>
    public async Task<AccountTotals> AdvanceAsync(Keep keep, CancellationToken cancellationToken)
    {
        var added = new AccountTotals();
        var after = Guid.Empty;
        while (!deadline.IsOver())
        {
            var page = await ReadChangedAsync(after, cancellationToken);
            foreach (var step in EntrySteps.Of(page, ReconciliationLimits.EntriesPerStep, wallet => (wallet.Summed.Version, wallet.NewestVersion)))
            {
                if (deadline.IsOver())
                {
                    return added;
                }

                added.Add(await AdvanceAsync(step, keep, cancellationToken));
            }

            if (page.Count < ReconciliationLimits.WalletPage)
            {
                break;
            }

            after = page[^1].WalletId;
        }

        return added;
    }

    private Task<List<ChangedWallet>> ReadChangedAsync(Guid after, CancellationToken cancellationToken) => snapshot.ReadAsync(
        """
        select w.wallet_id, w.currency, w.version, w.balance_minor::numeric, w.head_hash,
            coalesce(r.version, 0), coalesce(r.balance_minor, 0), r.hash,
            coalesce((select max(e.version) from entries e where e.wallet_id = w.wallet_id), 0),
            coalesce(r.accounts, '{}'), coalesce(r.amounts_minor, '{}')
        from wallets w
        left join reconciled_wallets r on r.wallet_id = w.wallet_id
        where w.wallet_id > $1
          and (w.version <> coalesce(r.version, 0) or w.balance_minor <> coalesce(r.balance_minor, 0) or w.head_hash <> r.hash)
        order by w.wallet_id limit $2
        """,
        row => new ChangedWallet(
            row.GetGuid(0), row.GetString(1), row.GetInt64(2), row.GetDecimal(3), row.GetFieldValue<byte[]>(4), row.GetInt64(8),
            new ReconciledWallet(
                row.GetGuid(0), row.GetInt64(5), row.GetDecimal(6), row.IsDBNull(7) ? null : row.GetFieldValue<byte[]>(7), WalletAccounts.Read(row, 9))),
        cancellationToken,
        new NpgsqlParameter<Guid> { TypedValue = after },
        new NpgsqlParameter<int> { TypedValue = ReconciliationLimits.WalletPage });

    private async Task<AccountTotals> AdvanceAsync(List<Stretch<ChangedWallet>> step, Keep keep, CancellationToken cancellationToken)
    {
        var sums = await EntrySteps.SumAsync(snapshot, terms, step, wallet => wallet.WalletId, cancellationToken);

        // Where entries that were summed are gone, the newest one that is there.
        var ends = await snapshot.ReadAsync(
            """
            select e.balance_after_minor::numeric, e.hash
            from unnest($1, $2) with ordinality as c(wallet_id, version, place)
            left join lateral (select * from entries n where n.wallet_id = c.wallet_id and n.version = c.version limit 1) e on true
            order by c.place
            """,
            row => row.IsDBNull(0) ? ((decimal BalanceMinor, byte[] Hash)?)null : (row.GetDecimal(0), row.GetFieldValue<byte[]>(1)),
            cancellationToken,
            EntrySteps.Ids(step.Select(stretch => stretch.Wallet.WalletId)),
            EntrySteps.Longs(step.Select(stretch => Math.Min(stretch.UpTo, stretch.Wallet.NewestVersion))));

        var (counts, amounts) = (new long[step.Count], new decimal[step.Count]);
        foreach (var (place, _, count, amount) in sums)
        {
            counts[place] += count;
            amounts[place] += amount;
            findings.Entries += count;
        }

        for (var i = 0; i < step.Count; i++)
        {
            Take(step[i], counts[i], amounts[i], ends[i]);
        }

        var (added, kept) = (new AccountTotals(), new AccountTotals());
        foreach (var (place, account, _, amount) in sums.Where(sum => sum.AmountMinor != 0))
        {
            var wallet = step[place].Wallet;
            added.Add(wallet.Currency, account, -amount);
            if (!wallet.IsFaulty)
            {
                wallet.Summed.Accounts.Add(account, -amount);
                kept.Add(wallet.Currency, account, -amount);
            }
        }

        await keep([.. step.Where(stretch => stretch.UpTo > stretch.After && !stretch.Wallet.IsFaulty).Select(stretch => stretch.Wallet.Summed)], kept);
        return added;
    }

    private void Take(Stretch<ChangedWallet> stretch, long count, decimal amountMinor, (decimal BalanceMinor, byte[] Hash)? end)
    {
        var wallet = stretch.Wallet;
        var where = $"wallet {wallet.WalletId}";
        if (stretch.UpTo > stretch.After)
        {
            wallet.Summed = wallet.Summed with { Version = stretch.UpTo, BalanceMinor = wallet.Summed.BalanceMinor + amountMinor, Hash = end?.Hash };
        }

        if (count != stretch.UpTo - stretch.After || wallet.NewestVersion < wallet.Summed.Version)
        {
            wallet.IsFaulty = true;
            findings.Add(Differences.EntriesMissing, where, stretch.UpTo, Math.Min(stretch.After + count, wallet.NewestVersion));
        }
        else if (end is { } newest && newest.BalanceMinor != wallet.Summed.BalanceMinor)
        {
            wallet.IsFaulty = true;
            findings.Add(Differences.EntrySum, $"{where} version {stretch.UpTo}", wallet.Summed.BalanceMinor, newest.BalanceMinor);
        }

        if (stretch.UpTo < wallet.NewestVersion)
        {
            return;
        }

        findings.Wallets++;
        if (wallet.Version != wallet.NewestVersion)
        {
            findings.Add(Differences.HeadVersion, where, wallet.NewestVersion, wallet.Version);
        }
        else if (wallet.BalanceMinor != (end?.BalanceMinor ?? 0))
        {
            findings.Add(Differences.HeadBalance, where, end?.BalanceMinor ?? 0, wallet.BalanceMinor);
        }
        else if ((wallet.NewestVersion < wallet.Summed.Version ? end?.Hash : wallet.Summed.Hash) is { } hash && !wallet.Hash.AsSpan().SequenceEqual(hash))
        {
            findings.Add(Differences.HeadHash, where, Convert.ToHexStringLower(hash), Convert.ToHexStringLower(wallet.Hash));
        }
    }
}
