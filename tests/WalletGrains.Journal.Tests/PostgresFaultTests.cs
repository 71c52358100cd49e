using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using WalletGrains.Journal.Embedded;
using WalletGrains.Journal.Tests.Embedded;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Journal.Tests;

/// <summary>What callers are told when the database fails at each moment of a commit, and that nothing acknowledged is lost.</summary>
public sealed class PostgresFaultTests(PostgresJournalFixture postgres) : IClassFixture<PostgresJournalFixture>
{
    private const int Wallets = 20;
    private const int Requests = 100;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_lost_after_the_commit_is_unknown_and_the_next_append_finds_it_applied()
    {
        await using var proxy = TcpProxy.To(postgres.ConnectionString);
        await using var source = NpgsqlDataSource.Create(proxy.ConnectionStringThrough(postgres.ConnectionString));
        await using var journal = PostgresJournalFixture.NewJournal(source);
        var wallet = await TestWallet.OpenAsync(journal);
        var append = wallet.Deposit(100);

        var lost = proxy.CutAfterAnswerTo(append.RequestId);
        await Assert.ThrowsAsync<JournalOutcomeUnknownException>(() => journal.AppendAsync(append));
        await lost.WaitAsync(cancellationToken: Cancelled);

        Assert.Equal(AppendStatus.RequestIdTaken, await journal.AppendAsync(wallet.Copy().Deposit(100, append.RequestId)));
        Assert.Equal(wallet.Head.Revision, (await postgres.Journal.LoadAsync(wallet.Id, [], Cancelled))!.Head.Revision);
    }

    [Fact]
    public async Task A_commit_lost_on_its_way_is_unknown_and_the_append_again_applies_it()
    {
        await using var proxy = TcpProxy.To(postgres.ConnectionString);
        await using var source = NpgsqlDataSource.Create(proxy.ConnectionStringThrough(postgres.ConnectionString));
        await using var journal = PostgresJournalFixture.NewJournal(source);
        var wallet = await TestWallet.OpenAsync(journal);
        var append = wallet.Deposit(100);

        var lost = proxy.CutBefore(append.RequestId);
        await Assert.ThrowsAsync<JournalOutcomeUnknownException>(() => journal.AppendAsync(append));
        await lost.WaitAsync(cancellationToken: Cancelled);

        Assert.Equal(AppendStatus.Applied, await journal.AppendAsync(append));
    }

    [Fact]
    public async Task A_server_that_falls_silent_is_not_waited_for_longer_than_the_command_time_out()
    {
        await using var proxy = TcpProxy.To(postgres.ConnectionString);
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(proxy.ConnectionStringThrough(postgres.ConnectionString))
        {
            CancellationTimeout = -1,
        }.ConnectionString);
        await using var journal = PostgresJournalFixture.NewJournal(
            source, new JournalOptions { CommandTimeout = TimeSpan.FromSeconds(1), StatementTimeout = TimeSpan.FromMilliseconds(500) });
        var wallet = await TestWallet.OpenAsync(journal);
        var append = wallet.Deposit(100);

        var silent = proxy.SilenceAfter(append.RequestId);
        await Assert.ThrowsAsync<JournalOutcomeUnknownException>(() => journal.AppendAsync(append));
        await silent.WaitAsync(cancellationToken: Cancelled);

        Assert.Equal(AppendStatus.RequestIdTaken, await journal.AppendAsync(wallet.Copy().Deposit(100, append.RequestId)));
    }

    [Fact]
    public async Task While_the_database_is_away_appends_fail_at_once_and_when_it_is_back_they_apply()
    {
        var time = new ManualTimeProvider();
        var options = new JournalOptions { Lanes = 1 };
        await using var proxy = TcpProxy.To(postgres.ConnectionString);
        await using var source = NpgsqlDataSource.Create(proxy.ConnectionStringThrough(postgres.ConnectionString));
        await using var journal = new PostgresJournal(source, options, time, NullLogger<PostgresJournal>.Instance);
        var wallet = await TestWallet.OpenAsync(journal);

        proxy.Refuses = true;
        proxy.CutNow();
        var append = wallet.Deposit(100);
        await Assert.ThrowsAnyAsync<Exception>(() => journal.AppendAsync(append));
        var startedAt = Stopwatch.GetTimestamp();
        for (var i = 0; i < 1000; i++)
        {
            await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.AppendAsync(append));
        }

        Assert.True(Stopwatch.GetElapsedTime(startedAt) < options.ConnectTimeout, "each append waited for a connection");
        await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.LoadAsync(wallet.Id, [], Cancelled));
        await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.FindEntryAsync(Guid.NewGuid(), Cancelled));

        // The server is back, but the breaker lets nothing through before its period is over.
        proxy.Refuses = false;
        await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.AppendAsync(append));
        time.Advance(options.BreakerPeriod);
        Assert.Equal(AppendStatus.Applied, await journal.AppendAsync(append));
        Assert.Equal(wallet.Head.Revision, (await journal.LoadAsync(wallet.Id, [], Cancelled))!.Head.Revision);
        Assert.NotNull(await journal.FindEntryAsync(append.Entry!.EntryId, Cancelled));
    }

    [Fact]
    public async Task A_server_that_accepts_connections_and_never_answers_holds_nobody_longer_than_the_connect_time_out()
    {
        var time = new ManualTimeProvider();
        var options = new JournalOptions { Lanes = 1, QueuePerLane = 100 };
        await using var proxy = TcpProxy.To(postgres.ConnectionString);
        await using var source = NpgsqlDataSource.Create(proxy.ConnectionStringThrough(postgres.ConnectionString));
        await using var journal = new PostgresJournal(source, options, time, NullLogger<PostgresJournal>.Instance);
        var wallet = new TestWallet();

        var connecting = proxy.SilenceAfter("database");
        var appends = Enumerable.Range(0, 50).Select(_ => journal.AppendAsync(wallet.Deposit(1))).ToArray();
        await connecting.WaitAsync(cancellationToken: Cancelled);
        time.Advance(options.ConnectTimeout);

        foreach (var append in appends)
        {
            await Assert.ThrowsAsync<JournalUnavailableException>(() => append);
        }
    }

    [Theory]
    [InlineData("40001", true)]
    [InlineData("40P01", true)]
    [InlineData("53100", false)]
    [InlineData("58030", false)]
    [InlineData("XX000", false)]
    public async Task A_transaction_that_the_server_rolled_back_is_repeated_or_reported_as_not_written(string sqlState, bool isRepeated)
    {
        await using var fixture = new PostgresJournalFixture(); // A schema of its own: this test changes it.
        await fixture.InitializeAsync();
        var wallet = await TestWallet.OpenAsync(fixture.Journal);

        // A sequence does not roll back: the first two attempts fail, the third succeeds.
        await fixture.ExecuteAsync($$"""
            create sequence attempts;
            create function fail_twice() returns trigger language plpgsql as $f$
            begin
                if nextval('attempts') <= 2 then raise exception 'injected' using errcode = '{{sqlState}}'; end if;
                return new;
            end $f$;
            create trigger fail_twice before update on wallets for each row execute function fail_twice();
            """);
        var append = wallet.Deposit(100);

        if (!isRepeated)
        {
            await Assert.ThrowsAsync<JournalUnavailableException>(() => fixture.Journal.AppendAsync(append));
            await Assert.ThrowsAsync<JournalUnavailableException>(() => fixture.Journal.AppendAsync(append));
        }

        Assert.Equal(AppendStatus.Applied, await fixture.Journal.AppendAsync(append));
    }

    /// <summary>Backends die again and again under load; every request is repeated under its id until it has an answer.</summary>
    [Fact]
    public async Task Killed_backends_lose_no_acknowledged_append_and_repeat_none()
    {
        var acknowledged = 0;
        await CarryOutAsync(postgres.Journal, () => Task.CompletedTask, async () =>
        {
            if (Interlocked.Increment(ref acknowledged) % 200 == 0)
            {
                await postgres.ExecuteAsync(
                    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'walletgrains-journal'");
            }
        });
    }

    /// <summary>The whole server is killed under load, recovers, and the journal goes on by itself.</summary>
    [Fact(Timeout = 120_000)]
    public async Task A_killed_server_loses_no_acknowledged_append_and_repeats_none()
    {
        await using var folder = TestFolders.Create("journal");
        await using var server = ServerUnderTest.On(folder);
        var started = await server.StartOrSkipAsync(Cancelled);
        await using var source = NpgsqlDataSource.Create(started.ConnectionString);
        await new Migrations(source, NullLogger<Migrations>.Instance).ApplyAsync(Cancelled);
        await using var journal = PostgresJournalFixture.NewJournal(source);

        var acknowledged = 0;
        await CarryOutAsync(journal, () => server.WaitUntilRunningAsync(Cancelled), async () =>
        {
            if (Interlocked.Increment(ref acknowledged) == Wallets * Requests / 3)
            {
                var noticed = server.WaitUntilAsync(EmbeddedPostgresState.Restarting, Cancelled);
                ServerUnderTest.Kill(server.ServerProcessId!.Value);
                await noticed;
            }
        });
    }

    /// <summary>Many wallets deposit 1 many times; afterwards each request has had its effect exactly once.</summary>
    private static async Task CarryOutAsync(PostgresJournal journal, Func<Task> whenAway, Func<Task> acknowledged)
    {
        var wallets = await Task.WhenAll(Enumerable.Range(0, Wallets).Select(_ => TestWallet.OpenAsync(journal)));

        await Task.WhenAll(wallets.Select(wallet => Task.Run(async () =>
        {
            for (var i = 0; i < Requests; i++)
            {
                await PersistentClient.DepositAsync(journal, wallet.Id, $"request-{i}", whenAway, Cancelled);
                await acknowledged();
            }
        })));

        foreach (var wallet in wallets)
        {
            var head = (await journal.LoadAsync(wallet.Id, [], Cancelled))!.Head;
            Assert.Equal((Requests, Requests), (head.Version, head.BalanceMinor));
            var entries = await journal.ReadEntriesAsync(new EntryQuery(wallet.Id, long.MaxValue, JournalLimits.MaxPage), Cancelled);
            Assert.Equal(
                Enumerable.Range(0, Requests).Select(i => $"request-{i}").Reverse(),
                entries.Select(entry => entry.RequestId));
        }
    }
}
