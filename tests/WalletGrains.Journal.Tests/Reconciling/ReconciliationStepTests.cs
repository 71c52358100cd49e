using WalletGrains.Journal.Reconciling;
using Xunit;

namespace WalletGrains.Journal.Tests.Reconciling;

/// <summary>Reconciliations of more entries than one statement sums.</summary>
public sealed class ReconciliationStepTests
{
    [Fact]
    public async Task A_long_history_is_summed_in_steps_and_each_entry_once()
    {
        await using var books = await PlainBooks.OpenAsync();
        await books.AddAsync(Guid.CreateVersion7(), 150_000);
        await books.AddAsync(Guid.CreateVersion7(), 450_000);
        await books.AddAsync(Guid.CreateVersion7(), 70_000);

        var report = await books.ReconcileAsync();
        Assert.Equal((true, 3L, 670_000L, 0L), (report.IsComplete, report.WalletsChecked, report.EntriesChecked, report.DifferenceCount));
        Assert.Equal(3, await books.Postgres.ScalarAsync<long>("select count(*) from reconciled_wallets r join wallets w using (wallet_id) where r.version = w.version and r.balance_minor = w.balance_minor and r.hash = w.head_hash"));
        Assert.Equal(-670_000m, await books.Postgres.ScalarAsync<decimal>("select balance_minor from account_totals"));

        report = await books.ReconcileAsync(isFull: true);
        Assert.Equal((true, 0L, 670_000L, 0L), (report.IsComplete, report.WalletsChecked, report.EntriesChecked, report.DifferenceCount));

        await books.Postgres.ExecuteAsync("set session_replication_role = replica; delete from entries where version = 333333; reset session_replication_role");
        Assert.Empty((await books.ReconcileAsync()).Differences);
        Assert.Equal([Differences.EntriesMissing, Differences.AccountTotal], (await books.ReconcileAsync(isFull: true)).Differences.Select(difference => difference.What));
    }

    /// <summary>
    /// More transfers than one page, and tables that were never analysed: had a join gone row by row, this would take many minutes.
    /// </summary>
    [Fact(Timeout = 120_000)]
    public async Task Many_transfers_meet_their_entries_page_by_page()
    {
        await using var books = await PlainBooks.OpenAsync();
        await AddTransfersAsync(books, Guid.CreateVersion7(), Guid.CreateVersion7(), 45_000);

        var report = await books.ReconcileAsync();
        Assert.Equal((true, 45_000L, 0L), (report.IsComplete, report.TransfersChecked, report.DifferenceCount));

        await books.Postgres.ExecuteAsync("update transfers set amount_minor = 2 where description in ('1', '20000', '20001', '45000')");
        report = await books.ReconcileAsync(isFull: true);
        Assert.Equal(Enumerable.Repeat(Differences.TransferEntry, 4), report.Differences.Select(difference => difference.What));
        Assert.Equal(4, report.Differences.Select(difference => difference.Where).Distinct().Count());
    }

    /// <summary>As after an outage of an hour: the credits of more transfers than are looked at together are far from their debits.</summary>
    [Fact(Timeout = 120_000)]
    public async Task Transfers_that_waited_long_for_their_credit_do_not_hide_a_false_one()
    {
        await using var books = await PlainBooks.OpenAsync();
        await AddTransfersAsync(books, Guid.CreateVersion7(), Guid.CreateVersion7(), 25_000, late: 1_200);

        var report = await books.ReconcileAsync();
        Assert.Equal((true, 25_000L, 0L), (report.IsComplete, report.TransfersChecked, report.DifferenceCount));

        await books.Postgres.ExecuteAsync("update transfers set amount_minor = 2 where description in ('1100', '1500')");
        report = await books.ReconcileAsync(isFull: true);
        Assert.Equal(Enumerable.Repeat(Differences.TransferEntry, 2), report.Differences.DistinctBy(difference => difference.Where).Select(difference => difference.What));
    }

    /// <summary>Transfers of one between two wallets, a millisecond apart, with their entries; the first ones were credited an hour late.</summary>
    private static async Task AddTransfersAsync(PlainBooks books, Guid from, Guid to, int transfers, int late = 0)
    {
        await books.Postgres.ExecuteAsync(
            """
            create function id(n int, kind text) returns uuid language sql immutable as
                $$ select (lpad(to_hex(1767225600000 + n), 12, '0') || '7000800' || kind || lpad(to_hex(n), 12, '0'))::uuid $$
            """);
        await books.Postgres.ExecuteAsync(
            $"""
            insert into transfers (transfer_id, from_wallet_id, to_wallet_id, amount_minor, currency, description, state, debit_entry_id, credit_entry_id, created_at, updated_at)
            select id(n, '0'), '{from}', '{to}', 1, 'USD', n::text, 2, id(n, '1'), id(case when n <= {late} then n + 3600000 else n end, '2'), now(), now() from generate_series(1, {transfers}) n;
            insert into entries
            select '{from}'::uuid, 1, id(0, '1'), 'c:0', '\x00112233445566778899aabbccddeeff'::bytea, 'FUND', {transfers}, {transfers}, 'external:cash', now(), ''::bytea, sha256('0')
            union all
            select '{from}'::uuid, n + 1, id(n, '1'), 'c:' || n, '\x00112233445566778899aabbccddeeff'::bytea, 'TRANSFER_OUT', -1, {transfers} - n, 'wallet:{to}', now(), id(n, '0')::text::bytea, sha256(n::text::bytea)
            from generate_series(1, {transfers}) n
            union all
            select '{to}'::uuid, n, id(case when n <= {late} then n + 3600000 else n end, '2'), 'c:' || n, '\x00112233445566778899aabbccddeeff'::bytea, 'TRANSFER_IN', 1, n, 'wallet:{from}', now(), id(n, '0')::text::bytea, sha256(n::text::bytea)
            from generate_series(1, {transfers}) n;
            insert into wallets values
                ('{from}', null, 'USD', 'OPEN', {transfers} + 1, {transfers} + 1, 0, 0, sha256('{transfers}'), now(), now()),
                ('{to}', null, 'USD', 'OPEN', {transfers}, {transfers}, {transfers}, 0, sha256('{transfers}'), now(), now());
            """);
    }
}
