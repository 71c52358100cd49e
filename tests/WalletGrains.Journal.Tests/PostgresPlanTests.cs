using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using WalletGrains.Journal.Activity;
using Xunit;

namespace WalletGrains.Journal.Tests;

/// <summary>
/// The writers' plans are made on empty tables and kept. This looks at what they touched: had one of them scanned a table, or
/// all entries of a wallet to find a request id, the counters of PostgreSQL would say so.
/// </summary>
public sealed class PostgresPlanTests
{
    [Fact]
    public async Task Plans_made_on_empty_tables_only_look_up_keys()
    {
        await using var postgres = new PostgresJournalFixture();
        await postgres.InitializeAsync();
        const int rounds = 40;
        var wallet = await TestWallet.OpenAsync(postgres.Journal);
        Assert.Equal(AppendStatus.Applied, await postgres.Journal.AppendAsync(wallet.Refuse()));
        for (var i = 0; i < rounds; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, 100).Select(n => postgres.Journal.AppendAsync(n % 20 == 0 ? wallet.Refuse() : wallet.Deposit(1))));
        }

        // A backend reports its counters when it ends; this waits until it has.
        Assert.True(await postgres.ScalarAsync<bool>(
            "select bool_and(pg_terminate_backend(pid, 30000)) from pg_stat_activity where datname = current_database() and application_name = 'walletgrains-journal'"));
        Assert.Equal(0, await postgres.ScalarAsync<long>(
            "select sum(seq_tup_read)::bigint from pg_stat_user_tables where relname in ('wallets', 'entries', 'refusals', 'transfers')"));
        Assert.Equal(0, await postgres.ScalarAsync<long>("select idx_tup_read from pg_stat_user_indexes where indexrelname = 'entries_pkey'"));
        Assert.True(await postgres.ScalarAsync<long>("select idx_scan from pg_stat_user_indexes where indexrelname = 'entries_request_id_unique'") >= rounds * 100);
        Assert.True(await postgres.ScalarAsync<long>("select n_tup_hot_upd * 100 / n_tup_upd from pg_stat_user_tables where relname = 'wallets'") > 90);
    }

    [Fact]
    public async Task A_wallet_that_never_refused_costs_no_look_up()
    {
        await using var postgres = new PostgresJournalFixture();
        await postgres.InitializeAsync();
        var wallet = await TestWallet.OpenAsync(postgres.Journal);

        var statuses = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => postgres.Journal.AppendAsync(wallet.Deposit(1))));

        Assert.All(statuses, status => Assert.Equal(AppendStatus.Applied, status));
        Assert.True(await postgres.ScalarAsync<bool>(
            "select bool_and(pg_terminate_backend(pid, 30000)) from pg_stat_activity where datname = current_database() and application_name = 'walletgrains-journal'"));
        Assert.Equal(0, await postgres.ScalarAsync<long>("select idx_scan from pg_stat_user_indexes where indexrelname = 'entries_request_id_unique'"));
        Assert.Equal(0, await postgres.ScalarAsync<long>("select idx_scan from pg_stat_user_indexes where indexrelname = 'refusals_pkey'"));
    }

    [Fact]
    public async Task A_vacuum_of_empty_tables_does_not_make_the_look_up_of_request_ids_a_scan()
    {
        await using var postgres = new PostgresJournalFixture();
        await postgres.InitializeAsync();
        await postgres.ExecuteAsync("vacuum analyze entries, refusals");
        var wallet = await TestWallet.OpenAsync(postgres.Journal);
        Assert.Equal(AppendStatus.Applied, await postgres.Journal.AppendAsync(wallet.Refuse()));
        for (var i = 0; i < 5; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => postgres.Journal.AppendAsync(wallet.Deposit(1))));
        }

        Assert.True(await postgres.ScalarAsync<bool>(
            "select bool_and(pg_terminate_backend(pid, 30000)) from pg_stat_activity where datname = current_database() and application_name = 'walletgrains-journal'"));

        // No request id was repeated, so look-ups by key find no row; and that they were made there, each of them.
        Assert.Equal(0, await postgres.ScalarAsync<long>("select sum(idx_tup_read)::bigint from pg_stat_user_indexes where indexrelname in ('entries_request_id_unique', 'entries_pkey')"));
        Assert.Equal(0, await postgres.ScalarAsync<long>("select sum(seq_tup_read)::bigint from pg_stat_user_tables where relname in ('entries', 'refusals')"));
        Assert.True(await postgres.ScalarAsync<long>("select idx_scan from pg_stat_user_indexes where indexrelname = 'entries_request_id_unique'") >= 500);
    }

    [Fact]
    public async Task A_time_in_a_long_history_costs_a_few_look_ups()
    {
        await using var postgres = new PostgresJournalFixture();
        await postgres.InitializeAsync();
        var wallet = await TestWallet.OpenAsync(postgres.Journal);
        for (var i = 0; i < 10; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => postgres.Journal.AppendAsync(wallet.Deposit(1))));
        }

        await postgres.ExecuteAsync("vacuum analyze entries");
        await postgres.ExecuteAsync("select pg_stat_reset()");
        await using var reading = NpgsqlDataSource.Create(postgres.ConnectionString + ";Application Name=reading");
        await using var reader = PostgresJournalFixture.NewJournal(reading);
        var middle = wallet.Head.CreatedAt.AddSeconds(2_000);
        var page = await reader.ReadEntriesAsync(
            new EntryQuery(wallet.Id, long.MaxValue, 10, From: middle, To: middle.AddSeconds(5)), TestContext.Current.CancellationToken);

        Assert.Equal([2004, 2003, 2002, 2001, 2000], page.Select(entry => entry.Version));
        Assert.True(await postgres.ScalarAsync<bool>(
            "select bool_and(pg_terminate_backend(pid, 30000)) from pg_stat_activity where datname = current_database() and application_name = 'reading'"));

        // Two searches of 13 steps each, the newest entry twice, and the page.
        Assert.InRange(await postgres.ScalarAsync<long>("select idx_tup_read + seq_tup_read from pg_stat_user_indexes join pg_stat_user_tables using (relid) where indexrelname = 'entries_pkey'"), 1, 40);
    }

    [Theory]
    [InlineData(false, 60)]
    [InlineData(true, 40)]
    public async Task Following_reads_what_is_new_and_not_known_and_nothing_else(bool isKnown, int expected)
    {
        await using var postgres = new PostgresJournalFixture();
        await postgres.InitializeAsync();
        await postgres.ExecuteAsync("vacuum analyze entries");
        await using var following = NpgsqlDataSource.Create(postgres.ConnectionString + ";Application Name=following");
        var recent = new RecentCommits();
        await using var log = new PostgresActivityLog(following, new JournalOptions(), TimeProvider.System, recent);
        await using var journal = new PostgresJournal(
            postgres.DataSource, new JournalOptions(), TimeProvider.System, NullLogger<PostgresJournal>.Instance, recent: isKnown ? recent : null);
        var wallet = await TestWallet.OpenAsync(postgres.Journal);
        for (var i = 0; i < 10; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => postgres.Journal.AppendAsync(wallet.Deposit(1))));
        }

        var end = await postgres.FindSettledEndAsync(log);
        await log.ReadAsync(new ActivityQuery(0, 1, end, 1_000), TestContext.Current.CancellationToken);
        await postgres.ExecuteAsync("select pg_stat_reset()");
        for (var i = 0; i < 20; i++)
        {
            await journal.AppendAsync(wallet.Deposit(1));
            await postgres.FindSettledEndAsync(log);
            var page = await log.ReadAsync(new ActivityQuery(0, 1, end, 1_000), TestContext.Current.CancellationToken);
            Assert.Single(page.Entries);
            end = page.To;
        }

        Assert.True(await postgres.ScalarAsync<bool>(
            "select bool_and(pg_terminate_backend(pid, 30000)) from pg_stat_activity where datname = current_database() and application_name = 'following'"));

        // In each round the newest entry for the end, by itself and with the page, and the page where it is not known; what was read before may be counted late.
        Assert.InRange(await postgres.ScalarAsync<long>("select idx_tup_read from pg_stat_user_indexes where indexrelname = 'entries_position'"), expected, expected + 3);
        Assert.Equal(0, await postgres.ScalarAsync<long>("select seq_tup_read from pg_stat_user_tables where relname = 'entries'"));
    }
}
