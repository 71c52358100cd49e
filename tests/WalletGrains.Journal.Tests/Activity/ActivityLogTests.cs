using Microsoft.Extensions.Logging.Abstractions;
using WalletGrains.Journal.Activity;
using Xunit;

namespace WalletGrains.Journal.Tests.Activity;

/// <summary>The contract in memory.</summary>
public sealed class MemoryActivityLogTests : ActivityLogContract
{
    private readonly MemoryJournal _journal = new();

    protected override IJournal Journal => _journal;

    protected override IJournal OtherSilo => _journal;

    protected override IActivityLog Log => _journal;

    private protected override Task<long> FindSettledEndAsync() => _journal.FindEndAsync(Cancelled);
}

/// <summary>The contract on PostgreSQL, where commits overtake one another.</summary>
public abstract class PostgresActivityLogContract(PostgresJournalFixture postgres) : ActivityLogContract
{
    protected PostgresJournalFixture Postgres { get; } = postgres;

    protected override IJournal OtherSilo => Postgres.OtherSilo;

    private protected override Task<long> FindSettledEndAsync() => Postgres.FindSettledEndAsync(Log);

    [Fact]
    public async Task What_is_committed_behind_an_open_transaction_waits_for_it_and_nothing_is_passed_over()
    {
        var from = await Log.FindEndAsync(Cancelled);
        var late = await TestWallet.OpenAsync(Journal);
        var early = await TestWallet.OpenAsync(Journal);
        await using var connection = await Postgres.DataSource.OpenConnectionAsync(Cancelled);
        await using var transaction = await connection.BeginTransactionAsync(Cancelled);
        await using var insert = new Npgsql.NpgsqlCommand(
            $"""
            insert into entries (
                wallet_id, version, entry_id, request_id, fingerprint, type, amount_minor, balance_after_minor, counter_account, created_at, content, hash)
            values ('{late.Id}', 1, gen_random_uuid(), 'late', '\x00112233445566778899aabbccddeeff', 'FUND', 1, 1, 'external:cash', now(), '', sha256(''))
            """,
            connection,
            transaction);
        await insert.ExecuteNonQueryAsync(Cancelled);
        Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(early.Deposit(1)));

        var page = await Log.ReadAsync(new ActivityQuery(0, 1, from, 1_000), Cancelled);
        Assert.DoesNotContain(page.Entries, entry => entry.WalletId == early.Id);

        await transaction.CommitAsync(Cancelled);
        var entries = await FollowAsync(page.To, 1, 0, 1_000);
        Assert.Single(entries, entry => entry.WalletId == late.Id);
        Assert.Single(entries, entry => entry.WalletId == early.Id);
    }

    [Fact]
    public async Task No_follower_passes_numbers_of_transactions_that_a_crash_may_give_again()
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        await Journal.AppendAsync(wallet.Deposit(1));
        await Postgres.FindSettledEndAsync(Log);
        var position = await Postgres.ScalarAsync<long>($"select position from entries where wallet_id = '{wallet.Id}'");

        // Transactions whose numbers are on disk nowhere.
        for (var i = 0; i < 5; i++)
        {
            await Postgres.ScalarAsync<long>("select journal_position()");
        }

        var newest = await Postgres.ScalarAsync<long>("select max(position) from entries");
        Assert.True(newest >= position);
        Assert.Equal(newest + 1, await Log.FindEndAsync(Cancelled));
        Assert.Equal(newest + 1, (await Log.ReadAsync(new ActivityQuery(0, 1, position, 100), Cancelled)).To);
        Assert.Equal(newest + 1, (await Log.ReadAsync(new ActivityQuery(0, 1, newest + 1, 100), Cancelled)).To);
    }

    [Fact]
    public async Task A_reader_that_stays_open_holds_nobody_back()
    {
        await using var connection = await Postgres.DataSource.OpenConnectionAsync(Cancelled);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, Cancelled);
        await using var read = new Npgsql.NpgsqlCommand("select count(*) from entries", connection, transaction);
        await read.ExecuteScalarAsync(Cancelled);
        var from = await Log.FindEndAsync(Cancelled);
        var wallet = await TestWallet.OpenAsync(Journal);
        await Journal.AppendAsync(wallet.Deposit(1));
        Assert.Single(await FollowAsync(from, 1, 0, 100), entry => entry.WalletId == wallet.Id);
    }

    [Fact]
    public async Task A_commit_larger_than_a_page_is_not_torn()
    {
        var from = await Log.FindEndAsync(Cancelled);
        var wallet = await TestWallet.OpenAsync(Journal);
        await Postgres.ExecuteAsync(
            $"""
            insert into entries (
                wallet_id, version, entry_id, request_id, fingerprint, type, amount_minor, balance_after_minor, counter_account, created_at, content, hash)
            select '{wallet.Id}', v, gen_random_uuid(), v, '\x00112233445566778899aabbccddeeff', 'FUND', 1, v, 'external:cash', now(), '', sha256('')
            from generate_series(1, 50) v
            """);
        var entries = await FollowAsync(from, 1, 0, 10);
        Assert.Equal(Enumerable.Range(1, 50).Select(version => (long)version), entries.Where(entry => entry.WalletId == wallet.Id).Select(entry => entry.Version));
    }
}

/// <summary>The contract where everything is read.</summary>
public sealed class PostgresActivityLogTests(PostgresJournalFixture postgres)
    : PostgresActivityLogContract(postgres), IClassFixture<PostgresJournalFixture>, IAsyncDisposable
{
    private readonly PostgresActivityLog _log = new(postgres.DataSource, new JournalOptions(), TimeProvider.System);

    protected override IJournal Journal => Postgres.Journal;

    protected override IActivityLog Log => _log;

    public ValueTask DisposeAsync() => _log.DisposeAsync();

    [Fact]
    public async Task Positions_go_on_growing_when_the_data_comes_to_another_server()
    {
        await using var restored = new PostgresJournalFixture();
        await restored.InitializeAsync();
        await using var log = new PostgresActivityLog(restored.DataSource, new JournalOptions(), TimeProvider.System);
        var migrations = new Migrations(restored.DataSource, NullLogger<Migrations>.Instance);
        var before = await log.FindEndAsync(Cancelled);
        await migrations.ApplyAsync(Cancelled);
        Assert.InRange(await log.FindEndAsync(Cancelled), before, before + 1_000_000);

        // What a dump brings along is the identity of the server it was made on.
        await restored.ExecuteAsync("update journal_generation set system_identifier = 1");
        await migrations.ApplyAsync(Cancelled);
        var wallet = await TestWallet.OpenAsync(restored.Journal);
        Assert.Equal(AppendStatus.Applied, await restored.Journal.AppendAsync(wallet.Deposit(1)));
        var after = await restored.FindSettledEndAsync(log);
        Assert.True(after > 1L << 44);
        Assert.Single((await log.ReadAsync(new ActivityQuery(0, 1, before + 1_000_000, 10), Cancelled)).Entries);

        await migrations.ApplyAsync(Cancelled);
        Assert.InRange(await log.FindEndAsync(Cancelled), after, after + 1_000_000);
    }
}
