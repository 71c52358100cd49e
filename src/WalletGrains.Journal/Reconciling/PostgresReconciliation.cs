using Npgsql;
using NpgsqlTypes;

namespace WalletGrains.Journal.Reconciling;

/// <summary>
/// Compares everything that is stored twice: heads with entries, sums with sums, transfers with entries, holds with heads, bills with both.
/// It reads snapshots and locks nothing but itself, and goes on where the last run ended: each entry is summed once. Every
/// method throws <see cref="JournalUnavailableException"/> while the database is away.
/// </summary>
public sealed class PostgresReconciliation(NpgsqlDataSource dataSource, PostingTerms terms, TimeProvider time)
{
    // "walrecon" in ASCII: our key among all users of advisory locks in the database.
    private const long AdvisoryLockKey = 0x77616C7265636F6E;

    private const string EntriesLeft = "Too many entries are not summed yet; run the reconciliation and ask again.";

    /// <summary>Runs once.</summary>
    /// <param name="isFull">Also sums every entry again that earlier runs summed, and compares all transfers: an hour for 100
    /// million entries, half of it at rest.</param>
    /// <param name="budget">After so much time the rest is left for the next run; of a full run, for nobody.</param>
    /// <param name="stuckAfter">A transfer that is debited for longer is reported.</param>
    /// <param name="cancellationToken">Gives it up; what was summed stays.</param>
    /// <exception cref="ReconciliationBusyException">Another process does it.</exception>
    public Task<ReconciliationReport> RunAsync(bool isFull, TimeSpan budget, TimeSpan stuckAfter, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        await using var writing = await dataSource.OpenConnectionAsync(cancellationToken);
        if (!await ScalarAsync<bool>(writing, $"select pg_try_advisory_lock({AdvisoryLockKey})", cancellationToken))
        {
            throw new ReconciliationBusyException();
        }

        try
        {
            var findings = new Findings(time, budget);
            var pace = new Pace(time, rests: isFull);
            var bills = new BillPass(dataSource, terms, findings, pace);
            var transfers = new TransferPass(dataSource, terms, findings, pace);
            Marks marks;
            await using (var snapshot = await Snapshot.TakeAsync(dataSource, cancellationToken))
            {
                marks = await ReadMarksAsync(snapshot, cancellationToken);
                await CompareAsync(snapshot, writing, findings, bills, transfers, marks.Now, stuckAfter, cancellationToken);
            }

            if (await bills.RunAsync(isFull ? DateTimeOffset.UnixEpoch : marks.Bills, cancellationToken))
            {
                await MarkAsync(writing, "reconciled_bills", marks.Now, cancellationToken);
            }

            if (await transfers.RunAsync(isFull ? DateTimeOffset.UnixEpoch : marks.Transfers, cancellationToken))
            {
                await MarkAsync(writing, "reconciled_transfers", marks.Now, cancellationToken);
            }

            if (isFull)
            {
                await new Recount(dataSource, terms, findings, pace).RunAsync(cancellationToken);
            }

            return findings.ToReport();
        }
        finally
        {
            // A broken connection has lost the lock with its session.
            if (writing.State == System.Data.ConnectionState.Open)
            {
                await ScalarAsync<bool>(writing, $"select pg_advisory_unlock({AdvisoryLockKey})", CancellationToken.None);
            }
        }
    });

    /// <summary>The balance of every account of every currency at this moment; those of a currency sum to zero.</summary>
    /// <exception cref="ReconciliationTooSlowException">More entries are unsummed than can be summed within the time.</exception>
    public Task<IReadOnlyList<AccountBalance>> GetTrialBalanceAsync(TimeSpan budget, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        var findings = new Findings(time, budget);
        await using var snapshot = await Snapshot.TakeAsync(dataSource, cancellationToken);
        var totals = await ReadTotalsAsync(snapshot, cancellationToken);
        totals.Add(await new WalletPass(snapshot, terms, findings).AdvanceAsync(static (_, _) => Task.CompletedTask, cancellationToken));
        totals.Add(await ReadWalletSumsAsync(snapshot, cancellationToken));
        return findings.IsComplete ? (IReadOnlyList<AccountBalance>)[.. totals.All] : throw new ReconciliationTooSlowException(EntriesLeft);
    });

    /// <summary>What one snapshot has to show: sums, holds, and what does not go on.</summary>
    private async Task CompareAsync(
        Snapshot snapshot,
        NpgsqlConnection writing,
        Findings findings,
        BillPass bills,
        TransferPass transfers,
        DateTimeOffset now,
        TimeSpan stuckAfter,
        CancellationToken cancellationToken)
    {
        var totals = await ReadTotalsAsync(snapshot, cancellationToken);
        totals.Add(await new WalletPass(snapshot, terms, findings).AdvanceAsync(
            (wallets, added) => KeepAsync(writing, wallets, added, cancellationToken), cancellationToken));
        await CompareMissingAsync(snapshot, findings, cancellationToken);
        if (findings.IsComplete)
        {
            totals.Add(await ReadWalletSumsAsync(snapshot, cancellationToken));
            await CompareSumsAsync(snapshot, totals, findings, cancellationToken);
            await bills.CompareTotalsAsync(snapshot, totals, cancellationToken);
        }

        await CompareHoldsAsync(snapshot, findings, cancellationToken);
        await bills.FindStuckAsync(snapshot, now - stuckAfter, now, cancellationToken);
        await transfers.FindStuckAsync(snapshot, now - stuckAfter, cancellationToken);
        await transfers.FindStuckBulksAsync(snapshot, now - stuckAfter, cancellationToken);
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
                insert into reconciled_wallets (wallet_id, version, balance_minor, hash)
                select * from unnest($1, $2, $3, $4)
                on conflict (wallet_id) do update
                set version = excluded.version, balance_minor = excluded.balance_minor, hash = excluded.hash
            )
            insert into account_totals (currency, account, balance_minor)
            select * from unnest($5, $6, $7)
            on conflict (currency, account) do update set balance_minor = account_totals.balance_minor + excluded.balance_minor
            """,
            writing);
        var totals = added.All.ToList();
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. wallets.Select(wallet => wallet.WalletId)] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. wallets.Select(wallet => wallet.Version)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
        command.Parameters.Add(new NpgsqlParameter<decimal[]> { TypedValue = [.. wallets.Select(wallet => wallet.BalanceMinor)] });
        command.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = [.. wallets.Select(wallet => wallet.Hash ?? [])] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. totals.Select(total => total.Currency)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. totals.Select(total => total.Account)] });
        command.Parameters.Add(new NpgsqlParameter<decimal[]> { TypedValue = [.. totals.Select(total => total.BalanceMinor)] });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<AccountTotals> ReadTotalsAsync(Snapshot snapshot, CancellationToken cancellationToken)
    {
        var totals = new AccountTotals();
        var rows = await snapshot.ReadAsync(
            "select currency, account, balance_minor from account_totals",
            row => (Currency: row.GetString(0), Account: row.GetString(1), BalanceMinor: row.GetDecimal(2)),
            cancellationToken);
        rows.ForEach(row => totals.Add(row.Currency, row.Account, row.BalanceMinor));
        return totals;
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

    /// <summary>
    /// By the database's own clock: that of one silo may be a year ahead, and what a run marks as compared is not compared again. A mark that
    /// lies ahead was made by a wrong clock and says nothing.
    /// </summary>
    private static async Task<Marks> ReadMarksAsync(Snapshot snapshot, CancellationToken cancellationToken) => (await snapshot.ReadAsync(
        """
        select now(),
            (select case when up_to > now() then 'epoch' else up_to end from reconciled_bills),
            (select case when up_to > now() then 'epoch' else up_to end from reconciled_transfers)
        """,
        row => new Marks(row.GetFieldValue<DateTimeOffset>(0), row.GetFieldValue<DateTimeOffset>(1), row.GetFieldValue<DateTimeOffset>(2)),
        cancellationToken))[0];

    private static async Task MarkAsync(NpgsqlConnection writing, string table, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var mark = new NpgsqlCommand($"update {table} set up_to = $1", writing);
        mark.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = (now - ReconciliationLimits.Overlap).UtcDateTime });
        await mark.ExecuteNonQueryAsync(cancellationToken);
    }

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

    /// <param name="Now">What time it is.</param>
    /// <param name="Bills">Payments of bills that moved before were compared.</param>
    /// <param name="Transfers">Transfers that were begun before were compared.</param>
    private sealed record Marks(DateTimeOffset Now, DateTimeOffset Bills, DateTimeOffset Transfers);
}
