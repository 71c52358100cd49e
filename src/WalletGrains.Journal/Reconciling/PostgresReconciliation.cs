using Npgsql;
using NpgsqlTypes;

namespace WalletGrains.Journal.Reconciling;

/// <summary>
/// Compares everything that is stored twice: heads with entries, sums with sums, transfers with entries, holds with heads, bills with both.
/// It reads snapshots and locks nothing but itself. An ordinary run goes on where the last one ended: each entry is summed once. A full run
/// compares once more what ordinary ones have compared, while those go on. Every method throws <see cref="JournalUnavailableException"/> while the
/// database is away.
/// </summary>
public sealed class PostgresReconciliation(NpgsqlDataSource dataSource, PostingTerms terms, TimeProvider time)
{
    // "walrecon" and "walrfull" in ASCII: our keys among all users of advisory locks in the database.
    private const long OrdinaryLockKey = 0x77616C7265636F6E;
    private const long FullLockKey = 0x77616C7266756C6C;

    private const string EntriesLeft = "Too many entries are not summed yet; run the reconciliation and ask again.";

    /// <summary>Compares what is new since the last run.</summary>
    /// <param name="budget">After so much time the rest is left for the next run.</param>
    /// <param name="stuckAfter">A transfer that is debited for longer is reported.</param>
    /// <param name="cancellationToken">Gives it up; what was summed stays.</param>
    /// <exception cref="ReconciliationBusyException">Another process does it.</exception>
    public Task<ReconciliationReport> RunAsync(TimeSpan budget, TimeSpan stuckAfter, CancellationToken cancellationToken) => ExclusivelyAsync(OrdinaryLockKey, async writing =>
    {
        var (findings, deadline) = (new Findings(), new Deadline(time, budget));
        Marks marks;
        await using (var snapshot = await Snapshot.TakeAsync(dataSource, cancellationToken))
        {
            marks = await Marks.ReadAsync(snapshot, cancellationToken);
            await CompareAsync(snapshot, writing, findings, deadline, marks.Now, stuckAfter, cancellationToken);
        }

        if (await CompareBillsAsync(marks.Bills, findings, deadline, cancellationToken))
        {
            await marks.MoveAsync(writing, "reconciled_bills", cancellationToken);
        }

        if (await CompareTransfersAsync(marks.Transfers, findings, deadline, cancellationToken))
        {
            await marks.MoveAsync(writing, "reconciled_transfers", cancellationToken);
        }

        return findings.ToReport(isComplete: !deadline.WasMissed);
    }, cancellationToken);

    /// <summary>
    /// Compares everything once more that ordinary runs have compared, beside them: an hour for 100 million entries, half of it at rest. Goes on where
    /// the last one stopped that did not get through, and reports what that one found as well.
    /// </summary>
    /// <param name="budget">After so much time the rest is left for the next run.</param>
    /// <param name="keep">Keeps the report, and makes of it what is returned. Only then what it tells of is forgotten: where it fails, the next run reports it again.</param>
    /// <param name="cancellationToken">Gives it up; what was compared stays so.</param>
    /// <exception cref="ReconciliationBusyException">Another process does it.</exception>
    public Task<T> RunFullAsync<T>(TimeSpan budget, Func<ReconciliationReport, Task<T>> keep, CancellationToken cancellationToken) => ExclusivelyAsync(FullLockKey, async writing =>
    {
        var deadline = new Deadline(time, budget);
        Marks marks;
        await using (var snapshot = await Snapshot.TakeAsync(dataSource, cancellationToken))
        {
            marks = await Marks.ReadAsync(snapshot, cancellationToken);
        }

        var progress = new FullProgress(writing);
        var report = await new FullRun(dataSource, terms, time, deadline, progress).RunAsync(marks, cancellationToken);
        var kept = await keep(report);
        if (report.IsComplete)
        {
            await progress.EndAsync(cancellationToken);
        }

        return kept;
    }, cancellationToken);

    /// <summary>The balance of every account of every currency at this moment; those of a currency sum to zero.</summary>
    /// <exception cref="ReconciliationTooSlowException">More entries are unsummed than can be summed within the time.</exception>
    public Task<IReadOnlyList<AccountBalance>> GetTrialBalanceAsync(TimeSpan budget, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        var deadline = new Deadline(time, budget);
        await using var snapshot = await Snapshot.TakeAsync(dataSource, cancellationToken);
        var totals = await AccountTotals.ReadAsync(snapshot, cancellationToken);
        totals.Add(await new WalletPass(snapshot, terms, new Findings(), deadline).AdvanceAsync(static (_, _) => Task.CompletedTask, cancellationToken));
        totals.Add(await ReadWalletSumsAsync(snapshot, cancellationToken));
        return deadline.WasMissed ? throw new ReconciliationTooSlowException(EntriesLeft) : (IReadOnlyList<AccountBalance>)[.. totals.All];
    });

    /// <summary>What one snapshot has to show: sums, holds, and what does not go on.</summary>
    private async Task CompareAsync(
        Snapshot snapshot, NpgsqlConnection writing, Findings findings, Deadline deadline, DateTimeOffset now, TimeSpan stuckAfter, CancellationToken cancellationToken)
    {
        var (bills, transfers) = (new BillPass(snapshot, terms, findings), new TransferPass(snapshot, terms, findings));
        var totals = await AccountTotals.ReadAsync(snapshot, cancellationToken);
        totals.Add(await new WalletPass(snapshot, terms, findings, deadline).AdvanceAsync(
            (wallets, added) => KeepAsync(writing, wallets, added, cancellationToken), cancellationToken));
        await CompareMissingAsync(snapshot, findings, cancellationToken);
        if (!deadline.WasMissed)
        {
            totals.Add(await ReadWalletSumsAsync(snapshot, cancellationToken));
            await CompareSumsAsync(snapshot, totals, findings, cancellationToken);
            await bills.CompareTotalsAsync(totals, cancellationToken);
        }

        await CompareHoldsAsync(snapshot, findings, cancellationToken);
        await bills.FindStuckAsync(now - stuckAfter, now, cancellationToken);
        await transfers.FindStuckAsync(now - stuckAfter, cancellationToken);
        await transfers.FindStuckBulksAsync(now - stuckAfter, cancellationToken);
    }

    /// <returns>Whether it got through in time.</returns>
    private async Task<bool> CompareBillsAsync(DateTimeOffset from, Findings findings, Deadline deadline, CancellationToken cancellationToken)
    {
        (DateTimeOffset At, Guid Id)? last = (from, Guid.Empty);
        while (last is { } place && !deadline.IsOver())
        {
            await using var snapshot = await Snapshot.TakeAsync(dataSource, cancellationToken);
            last = await new BillPass(snapshot, terms, findings).CompareAsync(place, DateTimeOffset.MaxValue, ReconciliationLimits.BillPage, cancellationToken);
        }

        return last is null;
    }

    /// <returns>Whether it got through in time.</returns>
    private async Task<bool> CompareTransfersAsync(DateTimeOffset from, Findings findings, Deadline deadline, CancellationToken cancellationToken)
    {
        Guid? next = TimeOrderedId.First(from);
        while (next is { } begin && !deadline.IsOver())
        {
            await using var snapshot = await Snapshot.TakeAsync(dataSource, cancellationToken);
            next = await new TransferPass(snapshot, terms, findings).CompareAsync(begin, TimeOrderedId.Last, ReconciliationLimits.TransferPage, cancellationToken);
        }

        return next is null;
    }

    /// <summary>Moves the sums and the watermarks they belong to on together.</summary>
    private static async Task KeepAsync(
        NpgsqlConnection writing, IReadOnlyList<ReconciledWallet> wallets, AccountTotals added, CancellationToken cancellationToken)
    {
        if (wallets.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(
            """
            with summed as (
                insert into reconciled_wallets (wallet_id, version, balance_minor, hash, accounts, amounts_minor)
                select w.wallet_id, w.version, w.balance_minor, w.hash, coalesce(a.accounts, '{}'), coalesce(a.amounts_minor, '{}')
                from unnest($1, $2, $3, $4) as w(wallet_id, version, balance_minor, hash)
                left join (
                    select wallet_id, array_agg(account) as accounts, array_agg(amount_minor) as amounts_minor
                    from unnest($5, $6, $7) as n(wallet_id, account, amount_minor)
                    group by wallet_id) a on a.wallet_id = w.wallet_id
                on conflict (wallet_id) do update
                set version = excluded.version, balance_minor = excluded.balance_minor, hash = excluded.hash,
                    accounts = excluded.accounts, amounts_minor = excluded.amounts_minor
            )
            insert into account_totals (currency, account, balance_minor)
            select * from unnest($8, $9, $10)
            on conflict (currency, account) do update set balance_minor = account_totals.balance_minor + excluded.balance_minor
            """,
            writing);
        var accounts = wallets.SelectMany(wallet => wallet.Accounts.All, (wallet, account) => (wallet.WalletId, account.Account, account.AmountMinor)).ToList();
        var totals = added.All.ToList();
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. wallets.Select(wallet => wallet.WalletId)] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. wallets.Select(wallet => wallet.Version)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
        command.Parameters.Add(new NpgsqlParameter<decimal[]> { TypedValue = [.. wallets.Select(wallet => wallet.BalanceMinor)] });
        command.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = [.. wallets.Select(wallet => wallet.Hash ?? [])] });
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. accounts.Select(account => account.WalletId)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. accounts.Select(account => account.Account)] });
        command.Parameters.Add(new NpgsqlParameter<decimal[]> { TypedValue = [.. accounts.Select(account => account.AmountMinor)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. totals.Select(total => total.Currency)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. totals.Select(total => total.Account)] });
        command.Parameters.Add(new NpgsqlParameter<decimal[]> { TypedValue = [.. totals.Select(total => total.BalanceMinor)] });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<AccountTotals> ReadWalletSumsAsync(Snapshot snapshot, CancellationToken cancellationToken)
    {
        var totals = new AccountTotals();
        var rows = await snapshot.ReadAsync(
            "select currency, sum(balance_minor) from wallets group by currency",
            row => (Currency: row.GetString(0), BalanceMinor: row.GetDecimal(1)),
            cancellationToken);
        rows.ForEach(row => totals.Add(row.Currency, AccountTotals.Wallets, row.BalanceMinor));
        return totals;
    }

    private static async Task CompareMissingAsync(Snapshot snapshot, Findings findings, CancellationToken cancellationToken)
    {
        var missing = await snapshot.ReadAsync(
            """
            select r.wallet_id, r.version from reconciled_wallets r
            where not exists (select from wallets w where w.wallet_id = r.wallet_id)
            order by r.wallet_id limit $1
            """,
            row => (Id: row.GetGuid(0), Version: row.GetInt64(1)),
            cancellationToken,
            new NpgsqlParameter<int> { TypedValue = ReconciliationLimits.ListedDifferences });
        missing.ForEach(wallet => findings.Add(Differences.HeadMissing, $"wallet {wallet.Id}", $"a head row at version {wallet.Version} or above", "none"));
    }

    private static async Task CompareSumsAsync(Snapshot snapshot, AccountTotals totals, Findings findings, CancellationToken cancellationToken)
    {
        var currencies = totals.All.Select(total => total.Currency).ToHashSet(StringComparer.Ordinal);
        foreach (var currency in currencies.Order(StringComparer.Ordinal).Where(currency => totals.SumOf(currency) != 0))
        {
            findings.Add(Differences.CurrencySum, $"currency {currency}", 0, totals.SumOf(currency));
        }

        var unfinished = (await snapshot.ReadAsync(
            "select t.currency, sum(t.amount_minor) from transfers t where t.state = 1 group by t.currency",
            row => (Currency: row.GetString(0), AmountMinor: row.GetDecimal(1)),
            cancellationToken)).ToDictionary(row => row.Currency, row => row.AmountMinor, StringComparer.Ordinal);
        foreach (var currency in currencies.Union(unfinished.Keys).Order(StringComparer.Ordinal))
        {
            var (expected, found) = (unfinished.GetValueOrDefault(currency), totals.Of(currency, AccountTotals.InTransit));
            if (expected != found)
            {
                findings.Add(Differences.InTransit, $"currency {currency}", expected, found);
            }
        }
    }

    private static async Task CompareHoldsAsync(Snapshot snapshot, Findings findings, CancellationToken cancellationToken)
    {
        var wrong = await snapshot.ReadAsync(
            """
            select coalesce(w.wallet_id, h.wallet_id), coalesce(h.amount_minor, 0), coalesce(w.held_minor, 0)::numeric
            from (select w.wallet_id, w.held_minor from wallets w where w.held_minor <> 0) w
            full join (select wallet_id, sum(amount_minor) as amount_minor from holds where state = 1 group by wallet_id) h
                on h.wallet_id = w.wallet_id
            where coalesce(w.held_minor, 0) <> coalesce(h.amount_minor, 0)
            order by 1 limit $1
            """,
            row => (Id: row.GetGuid(0), Holds: row.GetDecimal(1), Held: row.GetDecimal(2)),
            cancellationToken,
            new NpgsqlParameter<int> { TypedValue = ReconciliationLimits.ListedDifferences });
        wrong.ForEach(wallet => findings.Add(Differences.Holds, $"wallet {wallet.Id}", wallet.Holds, wallet.Held));
    }

    /// <summary>Does the work while nobody else does it, and gives it the connection that has the lock.</summary>
    private Task<T> ExclusivelyAsync<T>(long lockKey, Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        await using var writing = await dataSource.OpenConnectionAsync(cancellationToken);
        if (!await ScalarAsync<bool>(writing, $"select pg_try_advisory_lock({lockKey})", cancellationToken))
        {
            throw new ReconciliationBusyException();
        }

        try
        {
            return await work(writing);
        }
        finally
        {
            // A broken connection has lost the lock with its session.
            if (writing.State == System.Data.ConnectionState.Open)
            {
                await ScalarAsync<bool>(writing, $"select pg_advisory_unlock({lockKey})", CancellationToken.None);
            }
        }
    });

    private static async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException)
        {
            throw new JournalUnavailableException("The database did not answer the reconciliation.", e);
        }
    }
}
