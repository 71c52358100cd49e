using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Tests.Embedded;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Journal.Tests.Activity;

/// <summary>The contract where one silo's commits are known to the log and the other's are read.</summary>
public sealed class RecentCommitsTests(PostgresJournalFixture postgres)
    : PostgresActivityLogContract(postgres), IClassFixture<PostgresJournalFixture>, IAsyncLifetime
{
    private readonly RecentCommits _recent = new();
    private Silo _silo = null!;

    protected override IJournal Journal => _silo.Journal;

    protected override IActivityLog Log => _silo.Log;

    public async ValueTask InitializeAsync()
    {
        _silo = new Silo(Postgres, _recent);

        // Nothing is kept for nobody.
        await FollowFromAsync(_silo.Log, await Log.FindEndAsync(Cancelled));
    }

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Fact]
    public async Task What_this_process_has_committed_comes_with_what_it_was_made_of_and_the_rest_is_read()
    {
        var (own, others) = (await TestWallet.OpenAsync(Journal), await TestWallet.OpenAsync(OtherSilo));
        var from = await Log.FindEndAsync(Cancelled);
        for (var i = 0; i < 3; i++)
        {
            await Journal.AppendAsync(WithSource(own.Deposit(1)));
            await OtherSilo.AppendAsync(WithSource(others.Deposit(1)));
        }

        var entries = await FollowAsync(from, 1, 0, 100);
        Assert.Equal([1, 2, 3], entries.Where(entry => entry.WalletId == own.Id).Select(entry => entry.Source as long?));
        Assert.Equal([null, null, null], entries.Where(entry => entry.WalletId == others.Id).Select(entry => entry.Source));
    }

    [Fact]
    public async Task What_was_not_applied_is_no_entry()
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        var stale = wallet.Copy();
        var from = await Log.FindEndAsync(Cancelled);
        var statuses = await Task.WhenAll(
            Journal.AppendAsync(wallet.Deposit(1)), Journal.AppendAsync(wallet.Refuse()), Journal.AppendAsync(wallet.Deposit(1)), Journal.AppendAsync(stale.Deposit(5)));
        Assert.Equal([AppendStatus.Applied, AppendStatus.Applied, AppendStatus.Applied, AppendStatus.HeadMoved], statuses);
        var entries = await FollowAsync(from, 1, 0, 100);
        Assert.Equal([1, 2], entries.Where(entry => entry.WalletId == wallet.Id).Select(entry => entry.Version));
    }

    [Fact(Timeout = PostgresJournalFixture.CommandTimeoutSeconds * 1_000)]
    public async Task Pages_are_the_same_as_those_of_a_log_that_reads_everything()
    {
        await using var reading = new PostgresActivityLog(Postgres.DataSource, new JournalOptions(), TimeProvider.System);
        var random = new Random(7);
        var from = await Log.FindEndAsync(Cancelled);
        var wallets = new List<(IJournal Journal, TestWallet Wallet)>();
        for (var i = 0; i < 20; i++)
        {
            var journal = i % 3 == 0 ? OtherSilo : Journal;
            wallets.Add((journal, await TestWallet.OpenAsync(journal)));
        }

        var appended = AppendAsync();
        var (known, read) = (new List<LoggedEntry>(), new List<LoggedEntry>());
        var (knownTo, readTo) = (from, from);
        var end = long.MaxValue;
        while (knownTo < end || readTo < end)
        {
            if (appended.IsCompleted && end == long.MaxValue)
            {
                await appended;
                end = await FindSettledEndAsync();
            }

            var page = await Log.ReadAsync(new ActivityQuery(1, 2, knownTo, 13), Cancelled);
            Assert.Equal(knownTo, page.From);
            known.AddRange(page.Entries);
            knownTo = page.To;
            page = await reading.ReadAsync(new ActivityQuery(1, 2, readTo, 17), Cancelled);
            read.AddRange(page.Entries);
            readTo = page.To;
        }

        Assert.Contains(known, entry => entry.Source is not null);
        Assert.Equal(read.Count(entry => wallets.Exists(written => written.Wallet.Id == entry.WalletId)), 2_000 - CountOfPartition(0));

        // Within a position the order of wallets is nobody's promise.
        foreach (var (_, wallet) in wallets)
        {
            Assert.Equal(
                read.Where(entry => entry.WalletId == wallet.Id).Select(entry => (entry.Version, Convert.ToHexString(entry.Content.Span))),
                known.Where(entry => entry.WalletId == wallet.Id).Select(entry => (entry.Version, Convert.ToHexString(entry.Content.Span))));
        }

        int CountOfPartition(int partition) => wallets.Where(written => ActivityQuery.PartitionOf(written.Wallet.Id, 2) == partition).Sum(written => (int)written.Wallet.Head.Version);

        async Task AppendAsync()
        {
            for (var round = 0; round < 100; round++)
            {
                // Now and then a transaction that stays open, or a number that writes nothing, stands between the commits.
                await using var connection = await Postgres.DataSource.OpenConnectionAsync(Cancelled);
                await using var transaction = await connection.BeginTransactionAsync(Cancelled);
                await using var number = new NpgsqlCommand("select journal_position()", connection, transaction);
                await (round % 5 == 0 ? number.ExecuteScalarAsync(Cancelled) : Task.FromResult<object?>(null));
                await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => wallets[random.Next(wallets.Count)]).Select(written =>
                    written.Journal.AppendAsync(WithSource(written.Wallet.Deposit(1)))));
                await transaction.RollbackAsync(Cancelled);
            }
        }
    }

    [Fact]
    public async Task Another_connection_may_be_to_another_server_and_what_is_known_is_forgotten()
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        var from = await Log.FindEndAsync(Cancelled);
        await Journal.AppendAsync(WithSource(wallet.Deposit(1)));
        Assert.NotNull(Assert.Single(await FollowAsync(from, 1, 0, 100), entry => entry.WalletId == wallet.Id).Source);
        await using (var other = new PostgresJournal(
            Postgres.DataSource, new JournalOptions(), TimeProvider.System, NullLogger<PostgresJournal>.Instance, recent: _recent))
        {
            await TestWallet.OpenAsync(other);
        }

        Assert.Null(Assert.Single(await FollowAsync(from, 1, 0, 100), entry => entry.WalletId == wallet.Id).Source);
    }

    [Fact]
    public async Task What_the_server_before_had_is_not_taken_for_what_the_one_after_it_has()
    {
        await using var folder = TestFolders.Create("standby");
        await using var postgres = ServerUnderTest.On(folder);
        var server = await postgres.StartOrSkipAsync(Cancelled);
        await using var standby = NpgsqlDataSource.Create(server.ConnectionString);
        await new Migrations(standby, NullLogger<Migrations>.Instance).ApplyAsync(Cancelled);
        await using var later = standby.CreateCommand("update journal_generation set generation = generation + 1");
        await later.ExecuteNonQueryAsync(Cancelled);
        await using var after = new PostgresJournal(standby, new JournalOptions(), TimeProvider.System, NullLogger<PostgresJournal>.Instance);

        // A reader knows the commit, and the server that had it is gone for the next read; no lane has noticed.
        var lost = await TestWallet.OpenAsync(Journal);
        var from = await Log.FindEndAsync(Cancelled);
        await Journal.AppendAsync(WithSource(lost.Deposit(1)));
        Assert.Contains(await FollowAsync(from, 1, 0, 100), entry => entry.WalletId == lost.Id);
        var kept = await TestWallet.OpenAsync(after);
        await after.AppendAsync(kept.Deposit(1));
        await using var log = new PostgresActivityLog(standby, new JournalOptions(), TimeProvider.System, _recent);

        var page = await log.ReadAsync(new ActivityQuery(0, 1, 0, 100), Cancelled);

        Assert.Equal(kept.Id, Assert.Single(page.Entries).WalletId);
    }

    [Fact]
    public async Task A_commit_is_forgotten_when_every_follower_is_past_it()
    {
        await using var silo = new Silo(Postgres, new RecentCommits());
        var wallet = await TestWallet.OpenAsync(silo.Journal);
        var partition = ActivityQuery.PartitionOf(wallet.Id, 2);
        var from = await FindSettledEndAsync();
        var (its, other) = (new ActivityQuery(partition, 2, from, 100), new ActivityQuery(1 - partition, 2, from, 100));
        await silo.Log.ReadAsync(its, Cancelled);
        await silo.Log.ReadAsync(other, Cancelled);
        await silo.Journal.AppendAsync(WithSource(wallet.Deposit(1)));
        var end = await FindSettledEndAsync();

        await silo.Log.ReadAsync(its with { From = end }, Cancelled);
        Assert.NotNull(await SourceAsync());
        await silo.Log.ReadAsync(its with { From = end }, Cancelled);
        await silo.Log.ReadAsync(other with { From = end }, Cancelled);
        Assert.Null(await SourceAsync());

        async Task<object?> SourceAsync() => Assert.Single((await silo.Log.ReadAsync(its, Cancelled)).Entries).Source;
    }

    [Fact]
    public async Task Nothing_is_kept_where_nobody_follows()
    {
        await using var silo = new Silo(Postgres, new RecentCommits());
        var wallet = await TestWallet.OpenAsync(silo.Journal);
        var from = await FindSettledEndAsync();
        await silo.Journal.AppendAsync(WithSource(wallet.Deposit(1)));
        Assert.Null(Assert.Single(await EntriesAsync()).Source);
        await silo.Journal.AppendAsync(WithSource(wallet.Deposit(1)));
        Assert.Equal([null, 2L], (await EntriesAsync()).Select(entry => entry.Source));

        async Task<IReadOnlyList<LoggedEntry>> EntriesAsync()
        {
            await FindSettledEndAsync();
            return (await silo.Log.ReadAsync(new ActivityQuery(0, 1, from, 100), Cancelled)).Entries;
        }
    }

    [Fact]
    public async Task A_follower_that_is_gone_does_not_decide_what_is_kept()
    {
        await using var silo = new Silo(Postgres, new RecentCommits(maxSize: 10));
        var wallet = await TestWallet.OpenAsync(silo.Journal);
        await silo.Log.ReadAsync(new ActivityQuery(1, 2, await FindSettledEndAsync(), 100), Cancelled);
        Assert.NotNull(await SourceOfOnePassedAsync());
        for (var i = 0; i < 200; i++)
        {
            await silo.Journal.AppendAsync(wallet.Deposit(1));
        }

        Assert.Null(await SourceOfOnePassedAsync());

        async Task<object?> SourceOfOnePassedAsync()
        {
            var from = await FindSettledEndAsync();
            await FollowFromAsync(silo.Log, from);
            await silo.Journal.AppendAsync(WithSource(wallet.Deposit(1)));
            await FollowFromAsync(silo.Log, await FindSettledEndAsync());
            return Assert.Single((await silo.Log.ReadAsync(new ActivityQuery(0, 1, from, 100), Cancelled)).Entries).Source;
        }
    }

    [Fact]
    public async Task Commits_without_entries_are_forgotten_as_well()
    {
        await using var silo = new Silo(Postgres, new RecentCommits(maxSize: 20));
        var (journal, log) = (silo.Journal, silo.Log);
        var (wallet, refused) = (await TestWallet.OpenAsync(journal), await TestWallet.OpenAsync(journal));
        var from = await log.FindEndAsync(Cancelled);
        await FollowFromAsync(log, from);
        await journal.AppendAsync(WithSource(wallet.Deposit(1)));
        Assert.NotNull(await SourceAsync());
        for (var i = 0; i < 30; i++)
        {
            await journal.AppendAsync(refused.Refuse());
        }

        Assert.Null(await SourceAsync());

        async Task<object?> SourceAsync()
        {
            await FindSettledEndAsync();
            return Assert.Single((await log.ReadAsync(new ActivityQuery(0, 1, from, 100), Cancelled)).Entries, entry => entry.WalletId == wallet.Id).Source;
        }
    }

    [Fact]
    public async Task The_oldest_commits_are_forgotten_and_read()
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        var from = await Log.FindEndAsync(Cancelled);
        await Task.WhenAll(Enumerable.Range(0, JournalLimits.MaxRecentEntries + 1_000).Select(_ => Journal.AppendAsync(WithSource(wallet.Deposit(1)))));
        var entries = (await FollowAsync(from, 1, 0, 1_000)).Where(entry => entry.WalletId == wallet.Id).ToList();
        Assert.Equal(Enumerable.Range(1, JournalLimits.MaxRecentEntries + 1_000).Select(version => (long)version), entries.Select(entry => entry.Version));
        Assert.Null(entries[0].Source);
        Assert.Equal(JournalLimits.MaxRecentEntries + 1_000L, entries[^1].Source);
        Assert.InRange(entries.Count(entry => entry.Source is not null), 1, JournalLimits.MaxRecentEntries);
    }

    private static Task<ActivityPage> FollowFromAsync(PostgresActivityLog log, long position) => log.ReadAsync(new ActivityQuery(0, 1, position, 1), Cancelled);

    private static WalletAppend WithSource(WalletAppend append) =>
        new(append.Head, append.PreviousHash, append.Entry! with { Source = append.Entry.Version });

    /// <summary>A journal and a log that know of each other.</summary>
    private sealed class Silo(PostgresJournalFixture postgres, RecentCommits recent) : IAsyncDisposable
    {
        public PostgresJournal Journal { get; } =
            new(postgres.DataSource, new JournalOptions(), TimeProvider.System, NullLogger<PostgresJournal>.Instance, recent: recent);

        public PostgresActivityLog Log { get; } = new(postgres.DataSource, new JournalOptions(), TimeProvider.System, recent);

        public async ValueTask DisposeAsync()
        {
            await Journal.DisposeAsync();
            await Log.DisposeAsync();
        }
    }
}
