using Npgsql;
using Xunit;

namespace WalletGrains.Journal.Tests;

/// <summary>The contract on PostgreSQL, and what the database itself enforces.</summary>
public sealed class PostgresJournalTests(PostgresJournalFixture postgres) : JournalContract, IClassFixture<PostgresJournalFixture>
{
    protected override IJournal Journal => postgres.Journal;

    protected override IJournal OtherSilo => postgres.OtherSilo;

    [Theory]
    [InlineData("update entries set amount_minor = 0 where version = 1")]
    [InlineData("update entries set amount_minor = 0 where false")]
    [InlineData("delete from entries where version = 1")]
    [InlineData("truncate entries")]
    [InlineData("update refusals set content = ''")]
    [InlineData("delete from refusals")]
    [InlineData("truncate refusals")]
    public async Task Decisions_are_append_only(string sql)
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        Assert.Equal(AppendStatus.Applied, await Journal.AppendAsync(wallet.Deposit(100)));

        var refused = await Assert.ThrowsAsync<PostgresException>(() => postgres.ExecuteAsync(sql));

        Assert.Equal(PostgresErrorCodes.RestrictViolation, refused.SqlState);
        await AssertStoredAsync(wallet);
    }

    [Fact]
    public async Task What_the_constraints_refuse_is_rejected_and_its_neighbours_in_the_batch_apply()
    {
        await using var journal = PostgresJournalFixture.NewJournal(postgres.DataSource, new JournalOptions { Lanes = 1 });
        var wallets = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => TestWallet.OpenAsync(journal)));
        var before = wallets.Select(wallet => wallet.Copy()).ToArray();

        Task<AppendStatus>[] appends;
        await using (await HeadLock.TakeAsync(postgres.DataSource, wallets[39].Id))
        {
            // The lane is held up by the last wallet, so all of these come to be in one batch.
            var blocked = journal.AppendAsync(wallets[39].Deposit(1));
            appends = [.. wallets[..39].Select((wallet, i) => journal.AppendAsync(i switch
            {
                7 => wallet.Deposit(-1),
                8 => wallet.Deposit(5, "nul\0byte"),
                9 => wallet.Deposit(5, "lone surrogate \ud800"),
                10 => wallet.Deposit(5, new string('x', 5000)),
                11 => Overheld(wallet),
                _ => wallet.Deposit(5),
            })), blocked];
        }

        for (var i = 0; i < appends.Length; i++)
        {
            if (i is >= 7 and <= 11)
            {
                await Assert.ThrowsAsync<JournalRejectedException>(() => appends[i]);
                await AssertStoredAsync(before[i]);
            }
            else
            {
                Assert.Equal(AppendStatus.Applied, await appends[i]);
                await AssertStoredAsync(wallets[i]);
            }
        }
    }

    [Fact]
    public async Task In_a_pipeline_only_the_rejected_append_and_what_follows_it_do_not_apply()
    {
        var wallet = await TestWallet.OpenAsync(Journal);
        var good = new[] { wallet.Deposit(5), wallet.Deposit(5) };
        var before = wallet.Copy();
        var bad = wallet.Deposit(-11);
        var behind = wallet.Deposit(50);

        var appends = good.Append(bad).Append(behind).Select(Journal.AppendAsync).ToArray();

        Assert.Equal(AppendStatus.Applied, await appends[0]);
        Assert.Equal(AppendStatus.Applied, await appends[1]);
        await Assert.ThrowsAsync<JournalRejectedException>(() => appends[2]);
        Assert.Equal(AppendStatus.HeadMoved, await appends[3]);
        await AssertStoredAsync(before);
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once_and_what_was_queued_applies()
    {
        await using var journal = PostgresJournalFixture.NewJournal(
            postgres.DataSource, new JournalOptions { Lanes = 1, QueuePerLane = 4, MaxBatchAppends = 1 });
        var wallet = await TestWallet.OpenAsync(journal);
        var accepted = new List<Task<AppendStatus>>();

        await using (await HeadLock.TakeAsync(postgres.DataSource, wallet.Id))
        {
            // One may be under way, four wait, the next is refused on the spot.
            var tail = wallet.Copy();
            Assert.Throws<JournalOverloadedException>(() =>
            {
                for (var i = 0; i < 6; i++)
                {
                    accepted.Add(journal.AppendAsync(tail.Deposit(1)));
                    wallet.Head = tail.Head;
                }
            });
            Assert.InRange(accepted.Count, 4, 5);
        }

        Assert.All(await Task.WhenAll(accepted), status => Assert.Equal(AppendStatus.Applied, status));
        await AssertStoredAsync(wallet);
    }

    [Fact]
    public async Task A_commit_behind_a_lock_gives_up_with_a_definite_answer()
    {
        await using var journal = PostgresJournalFixture.NewJournal(
            postgres.DataSource, new JournalOptions { Lanes = 1, StatementTimeout = TimeSpan.FromMilliseconds(50) });
        var wallet = await TestWallet.OpenAsync(journal);
        var append = wallet.Deposit(100);

        await using (await HeadLock.TakeAsync(postgres.DataSource, wallet.Id))
        {
            await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.AppendAsync(append));
        }

        Assert.Equal(AppendStatus.Applied, await journal.AppendAsync(append));
    }

    [Fact]
    public async Task Disposing_commits_what_is_queued_and_then_refuses()
    {
        var journal = PostgresJournalFixture.NewJournal(postgres.DataSource);
        var wallet = await TestWallet.OpenAsync(journal);
        var appends = Enumerable.Range(0, 300).Select(_ => journal.AppendAsync(wallet.Deposit(1))).ToArray();

        await journal.DisposeAsync();

        Assert.All(await Task.WhenAll(appends), status => Assert.Equal(AppendStatus.Applied, status));
        await AssertStoredAsync(wallet);
        await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.AppendAsync(wallet.Deposit(1)));
        await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.LoadAsync(wallet.Id, [], Cancelled));
        await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.FindDecisionAsync(wallet.Id, "r", Cancelled));
    }

    [Fact]
    public async Task Disposing_does_not_wait_for_ever()
    {
        var journal = PostgresJournalFixture.NewJournal(
            postgres.DataSource, new JournalOptions { Lanes = 1, MaxBatchAppends = 1, DrainTimeout = TimeSpan.FromMilliseconds(50) });
        var wallet = await TestWallet.OpenAsync(journal);
        Task<AppendStatus>[] appends;

        await using (await HeadLock.TakeAsync(postgres.DataSource, wallet.Id))
        {
            appends = [.. Enumerable.Range(0, 3).Select(_ => journal.AppendAsync(wallet.Deposit(1)))];
            await journal.DisposeAsync();
        }

        Assert.IsType<JournalOutcomeUnknownException>(await Record.ExceptionAsync(() => appends[0]));
        Assert.IsType<JournalUnavailableException>(await Record.ExceptionAsync(() => appends[1]));
        Assert.IsType<JournalUnavailableException>(await Record.ExceptionAsync(() => appends[2]));
    }

    private static WalletAppend Overheld(TestWallet wallet)
    {
        wallet.Head = wallet.Head with { HeldMinor = 6 };
        return wallet.Deposit(5);
    }
}
