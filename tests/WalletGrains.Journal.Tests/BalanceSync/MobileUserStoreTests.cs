using System.Globalization;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.BalanceSync;
using WalletGrains.Journal.Jobs;
using Xunit;

namespace WalletGrains.Journal.Tests.BalanceSync;

/// <summary>What every store of mobile users promises.</summary>
public abstract class MobileUserStoreContract
{
    private static readonly DateTimeOffset Now = new(2026, 5, 4, 3, 2, 1, TimeSpan.Zero);

    /// <summary>The store under test.</summary>
    protected abstract IMobileUserStore Store { get; }

    /// <summary>The wallets beside it.</summary>
    protected abstract IJournal Journal { get; }

    /// <summary>The positions beside it.</summary>
    protected abstract IActivityPositions Positions { get; }

    /// <summary>The jobs beside it.</summary>
    protected abstract IJobStore Jobs { get; }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_user_is_read_as_it_was_written_with_its_first_account()
    {
        var user = NewUser();
        Assert.Equal(MobileChange.Made, await Store.CreateAsync(user, Account(user, "100"), Cancelled));
        var rows = (await Store.FindAsync(user.MobileUserId, Cancelled))!;
        Assert.Equal(user, rows.User);
        Assert.Equal(Account(user, "100"), Assert.Single(rows.Accounts));
        Assert.Equal(user, await Store.FindByNameAsync(user.UsernameKey, Cancelled));
        Assert.Null(await Store.FindAsync(Guid.NewGuid(), Cancelled));
        Assert.Null(await Store.FindByNameAsync("nobody", Cancelled));
    }

    [Fact]
    public async Task A_name_belongs_to_one_user_whoever_asks_at_the_same_time()
    {
        var name = NewUser().UsernameKey;
        var changes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
        {
            var user = NewUser() with { UsernameKey = name };
            return Store.CreateAsync(user, Account(user, "100"), Cancelled);
        }));
        Assert.Single(changes, MobileChange.Made);
        Assert.Equal(19, changes.Count(change => change is MobileChange.Taken));
    }

    [Fact]
    public async Task A_user_has_one_primary_account_whoever_makes_one_so_and_no_more_accounts_than_it_may()
    {
        var user = await CreateAsync("100");
        var changes = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Store.AddAccountAsync(Account(user, $"{200 + i}"), 5, Cancelled)));
        Assert.Equal((4, 6), (changes.Count(change => change is MobileChange.Made), changes.Count(change => change is MobileChange.TooMany)));
        Assert.Equal(MobileChange.Taken, await Store.AddAccountAsync(Account(user, "100"), 5, Cancelled));
        Assert.Equal(MobileChange.NotFound, await Store.AddAccountAsync(Account(NewUser(), "100"), 5, Cancelled));
        var accounts = (await Store.FindAsync(user.MobileUserId, Cancelled))!.Accounts;
        Assert.Equal([true, false, false, false, false], accounts.Select(account => account.IsPrimary));

        await Task.WhenAll(accounts.Select(account => Store.ChangeAccountAsync(Key(account), null, true, Now, Cancelled)));
        Assert.Single((await Store.FindAsync(user.MobileUserId, Cancelled))!.Accounts, account => account.IsPrimary);
        Assert.Equal(MobileChange.Made, await Store.ChangeAccountAsync(Key(user, "100"), null, true, Now, Cancelled));
        Assert.Equal("100", (await Store.FindAsync(user.MobileUserId, Cancelled))!.Accounts[0].AccountNumber);
        Assert.Equal(MobileChange.Made, await Store.ChangeAccountAsync(Key(user, "100"), null, false, Now, Cancelled));
        Assert.DoesNotContain((await Store.FindAsync(user.MobileUserId, Cancelled))!.Accounts, account => account.IsPrimary);
        Assert.Equal(MobileChange.NotFound, await Store.ChangeAccountAsync(Key(user, "none"), true, true, Now, Cancelled));
    }

    [Fact]
    public async Task A_balance_keeps_its_decimals_and_an_older_one_does_not_replace_it()
    {
        var user = await CreateAsync("100");
        await Store.RecordFailureAsync(Key(user, "100"), "away", Now, Cancelled);
        Assert.Equal((null, "away", Now), await StateAsync());
        foreach (var (balance, seconds) in new[] { (1234567890.1200m, 2), (1m, 1), (-0.005m, 3) })
        {
            await Store.RecordBalanceAsync(Key(user, "100"), balance, "MWK", Now.AddSeconds(seconds), Cancelled);
        }

        var account = (await Store.FindAsync(user.MobileUserId, Cancelled))!.Accounts[0];
        Assert.Equal(("-0.005", "MWK", Now.AddSeconds(3)), (Text(account.Balance), account.Currency, account.LastSyncedAt));
        Assert.Equal((-0.005m, null, null), await StateAsync());
        await Store.RecordBalanceAsync(Key(user, "100"), 100.10m, "MWK", Now.AddSeconds(4), Cancelled);
        Assert.Equal("100.10", Text((await Store.FindAsync(user.MobileUserId, Cancelled))!.Accounts[0].Balance));

        // A failure of long ago tells nothing any more.
        await Store.RecordFailureAsync(Key(user, "100"), "late", Now, Cancelled);
        Assert.Equal((100.10m, null, null), await StateAsync());

        async Task<(decimal?, string?, DateTimeOffset?)> StateAsync()
        {
            var row = (await Store.FindAsync(user.MobileUserId, Cancelled))!.Accounts[0];
            return (row.Balance, row.LastError, row.FailedAt);
        }

        static string? Text(decimal? value) => value?.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task An_account_that_is_gone_is_inactive_for_its_reason_until_an_operator_makes_it_active()
    {
        var user = await CreateAsync("100");
        Assert.True(await Store.IsSyncedAsync(Key(user, "100"), Cancelled));
        await Store.RecordGoneAsync(Key(user, "100"), "closed", Now, Cancelled);
        Assert.Equal((false, "closed"), await StateAsync());
        Assert.False(await Store.IsSyncedAsync(Key(user, "100"), Cancelled));
        await Store.ChangeAccountAsync(Key(user, "100"), true, null, Now, Cancelled);
        Assert.Equal((true, null), await StateAsync());

        async Task<(bool, string?)> StateAsync()
        {
            var row = (await Store.FindAsync(user.MobileUserId, Cancelled))!.Accounts[0];
            return (row.IsActive, row.InactiveReason);
        }
    }

    [Fact]
    public async Task Only_active_accounts_of_active_mobile_banking_users_are_gone_through_each_once_and_in_order()
    {
        var expected = new List<AccountKey>();
        for (var i = 0; i < 5; i++)
        {
            var user = await CreateAsync("100");
            await Store.AddAccountAsync(Account(user, "099") with { IsPrimary = false }, 5, Cancelled);
            expected.AddRange([Key(user, "099"), Key(user, "100")]);
        }

        var wallet = NewUser() with { Context = MobileUserRow.WalletOnly };
        await Store.CreateAsync(wallet, Account(wallet, "100"), Cancelled);
        var inactive = await CreateAsync("100");
        Assert.Equal(MobileChange.Made, await Store.SetActiveAsync(inactive.MobileUserId, false, Now, Cancelled));
        Assert.Equal(MobileChange.NotFound, await Store.SetActiveAsync(Guid.NewGuid(), false, Now, Cancelled));
        var closed = await CreateAsync("100");
        await Store.ChangeAccountAsync(Key(closed, "100"), false, null, Now, Cancelled);

        var seen = new List<AccountKey>();
        for (AccountKey? after = null; ;)
        {
            var page = await Store.ReadSyncedAsync(after, 3, Cancelled);
            if (page.Count == 0)
            {
                break;
            }

            seen.AddRange(page);
            after = page[^1];
        }

        var users = expected.Select(key => key.MobileUserId).ToHashSet();
        expected.Sort(static (one, other) => (one.MobileUserId, one.AccountNumber).CompareTo((other.MobileUserId, other.AccountNumber)));
        Assert.Equal(expected, seen.Where(key => users.Contains(key.MobileUserId)));
        Assert.Empty(seen.Select(key => key.MobileUserId).Intersect([wallet.MobileUserId, inactive.MobileUserId, closed.MobileUserId]));
        foreach (var other in (AccountKey[])[Key(wallet, "100"), Key(inactive, "100"), Key(closed, "100")])
        {
            Assert.False(await Store.IsSyncedAsync(other, Cancelled));
        }
    }

    [Fact]
    public async Task The_sweep_moves_on_only_from_where_it_was_read()
    {
        var first = await Store.ReadSweepAsync(Cancelled);
        Assert.Equal((true, false), (first.IsRunning, first.IsUnderWay));
        var began = first with { StartedAt = Now, EndedAt = null };
        Assert.True(await Store.MoveSweepAsync(first, began, Cancelled));
        Assert.False(await Store.MoveSweepAsync(first, began, Cancelled));
        var further = began with { After = new AccountKey(Guid.NewGuid(), "100") };
        Assert.True(await Store.MoveSweepAsync(began, further, Cancelled));
        Assert.Equal(further, await Store.ReadSweepAsync(Cancelled));

        await Store.SetRunningAsync(false, Cancelled);
        Assert.Equal(further with { IsRunning = false }, await Store.ReadSweepAsync(Cancelled));
        Assert.True(await Store.MoveSweepAsync(further, further with { After = null, EndedAt = Now.AddMinutes(1) }, Cancelled));
        Assert.Equal(new SweepRow(false, Now, Now.AddMinutes(1), null), await Store.ReadSweepAsync(Cancelled));
        await Store.SetRunningAsync(true, Cancelled);
    }

    [Fact]
    public async Task Progress_counts_what_was_told_and_what_failed_since_a_time()
    {
        var since = Now.AddYears(10);
        var (synced, failed, old) = (await CreateAsync("100"), await CreateAsync("100"), await CreateAsync("100"));
        await Store.RecordBalanceAsync(Key(synced, "100"), 1m, "MWK", since.AddSeconds(1), Cancelled);
        await Store.RecordFailureAsync(Key(failed, "100"), "away", since.AddSeconds(1), Cancelled);
        await Store.RecordBalanceAsync(Key(old, "100"), 1m, "MWK", since.AddYears(-20), Cancelled);
        var progress = await Store.ReadProgressAsync(since, Cancelled);
        Assert.Equal((1, 1, since.AddYears(-20)), (progress.Succeeded, progress.Failed, progress.OldestSyncedAt));
        foreach (var user in (MobileUserRow[])[synced, failed, old])
        {
            await Store.SetActiveAsync(user.MobileUserId, false, Now, Cancelled);
        }
    }

    [Fact]
    public async Task Balances_that_come_together_are_all_stored_the_newest_of_each_account_and_one_that_is_none_keeps_none_back()
    {
        var users = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => CreateAsync("100")));
        var tooLarge = Store.RecordBalanceAsync(Key(users[0], "100"), 1e20m, "MWK", Now.AddSeconds(1), Cancelled);
        await Task.WhenAll(users.Skip(1).SelectMany((user, i) => new[]
        {
            Store.RecordBalanceAsync(Key(user, "100"), i + 0.50m, "MWK", Now.AddSeconds(2), Cancelled),
            Store.RecordBalanceAsync(Key(user, "100"), -1m, "MWK", Now.AddSeconds(1), Cancelled),
        }));
        await Assert.ThrowsAsync<JournalRejectedException>(() => tooLarge);
        for (var i = 1; i < users.Length; i++)
        {
            var account = (await Store.FindAsync(users[i].MobileUserId, Cancelled))!.Accounts[0];
            Assert.Equal(($"{i - 1}.50", Now.AddSeconds(2)), (account.Balance?.ToString(CultureInfo.InvariantCulture), account.LastSyncedAt));
        }

        Assert.Null((await Store.FindAsync(users[0].MobileUserId, Cancelled))!.Accounts[0].Balance);
        var looks = users.Select(user => Store.IsSyncedAsync(Key(user, "100"), Cancelled)).Append(Store.IsSyncedAsync(Key(users[0], "none"), Cancelled)).ToList();
        Assert.Equal(Enumerable.Repeat(true, users.Length).Append(false), await Task.WhenAll(looks));
        foreach (var user in users)
        {
            await Store.SetActiveAsync(user.MobileUserId, false, Now, Cancelled);
        }
    }

    [Fact]
    public async Task Wallets_of_mobile_users_are_found_with_their_owners()
    {
        var (user, other) = (await CreateAsync("100"), await CreateAsync("100"));
        var (first, second) = (await TestWallet.OpenAsync(Journal, user.MobileUserId), await TestWallet.OpenAsync(Journal, user.MobileUserId));
        var (strangers, nobodys) = (await TestWallet.OpenAsync(Journal, Guid.NewGuid()), await TestWallet.OpenAsync(Journal));
        var asked = new[] { first.Id, second.Id, strangers.Id, nobodys.Id, Guid.NewGuid() };
        Assert.Equal(new Dictionary<Guid, Guid> { [first.Id] = user.MobileUserId, [second.Id] = user.MobileUserId }, await Store.FindOwnersAsync(asked, Cancelled));
        Assert.Empty(await Store.FindOwnersAsync([other.MobileUserId], Cancelled));
    }

    [Fact]
    public async Task Of_some_users_those_accounts_are_read_that_are_kept_up_to_date()
    {
        var (user, inactive, unasked) = (await CreateAsync("100"), await CreateAsync("100"), await CreateAsync("100"));
        await Store.AddAccountAsync(Account(user, "200"), 5, Cancelled);
        await Store.AddAccountAsync(Account(user, "300"), 5, Cancelled);
        await Store.ChangeAccountAsync(Key(user, "200"), isActive: false, null, Now, Cancelled);
        await Store.SetActiveAsync(inactive.MobileUserId, false, Now, Cancelled);
        Assert.Equal([Key(user, "100"), Key(user, "300")], await Store.ReadSyncedOfAsync([user.MobileUserId, inactive.MobileUserId], Cancelled));
        Assert.DoesNotContain(Key(unasked, "100"), await Store.ReadSyncedOfAsync([user.MobileUserId], Cancelled));
    }

    [Fact]
    public async Task Jobs_are_enqueued_with_the_move_or_not_at_all_and_a_running_one_is_done_once_more()
    {
        var consumer = $"{Guid.NewGuid():N}";
        await Positions.LoadAsync(consumer, 0, 1, Cancelled);
        NewJob[] syncs = [Sync(consumer, "2"), Sync(consumer, "1")];
        var failed = new NewJob(Guid.CreateVersion7(), "failed", consumer, ReadOnlyMemory<byte>.Empty);
        Assert.False(await Store.EnqueueBehindAsync(new PositionMove(consumer, 0, 1, new(5, 0), 10), syncs, [failed], Cancelled));
        Assert.Equal(default, await Jobs.CountAsync(consumer, 10, Cancelled));
        Assert.Null(await Jobs.FindAsync(failed.JobId, Cancelled));

        Assert.True(await Store.EnqueueBehindAsync(new PositionMove(consumer, 0, 1, new(0, 0), 10), syncs, [failed], Cancelled));
        Assert.Equal((2, 0), await CountAsync(consumer));
        Assert.NotNull(await Jobs.FindAsync(failed.JobId, Cancelled));
        Assert.Equal(10, (await Positions.LoadAsync(consumer, 0, 1, Cancelled)).Position);

        var claimed = await Jobs.ClaimAsync(new JobClaim(consumer, "me", Guid.NewGuid(), TimeSpan.FromMinutes(1), 1, 5, null), Cancelled);
        Assert.True(await Store.EnqueueBehindAsync(new PositionMove(consumer, 0, 1, new(10, 0), 20), [Sync(consumer, "1"), Sync(consumer, "2")], [], Cancelled));
        Assert.Equal((1, 1), await CountAsync(consumer));
        await Jobs.SettleAsync(new JobSettlement(claimed[0].JobId, claimed[0].Token, JobState.Done, 1), Cancelled);
        Assert.Equal((2, 0), await CountAsync(consumer));
        Assert.True(await Store.EnqueueBehindAsync(new PositionMove(consumer, 0, 1, new(20, 0), 30), [], [], Cancelled));
    }

    private async Task<(int Queued, int Running)> CountAsync(string kind) => await Jobs.CountAsync(kind, 10, Cancelled) is var counts ? (counts.Normal, counts.Running) : default;

    private static NewJob Sync(string kind, string key) =>
        new(Guid.CreateVersion7(), kind, key, ReadOnlyMemory<byte>.Empty, DueAt: null, JobLane.Normal, JobRepeat.WhenBegun);

    private static AccountKey Key(MobileUserRow user, string number) => new(user.MobileUserId, number);

    private static AccountKey Key(MobileAccountRow account) => new(account.MobileUserId, account.AccountNumber);

    private static MobileUserRow NewUser()
    {
        var id = Guid.CreateVersion7();
        return new MobileUserRow(id, MobileUserRow.MobileBanking, $"Ada {id:N}", $"ada {id:N}", "Ada Banda", "C-1", "100", true, Now, Now);
    }

    private static MobileAccountRow Account(MobileUserRow user, string number) =>
        new(user.MobileUserId, number, "SAVINGS", true, true, null, null, null, null, null, null, Now, Now);

    private async Task<MobileUserRow> CreateAsync(string number)
    {
        var user = NewUser();
        Assert.Equal(MobileChange.Made, await Store.CreateAsync(user, Account(user, number), Cancelled));
        return user;
    }
}

/// <summary>The contract in memory.</summary>
public sealed class MemoryMobileUserStoreTests : MobileUserStoreContract
{
    private readonly MemoryJournal _journal = new();
    private readonly MemoryActivityPositions _positions = new();
    private readonly MemoryJobStore _jobs = new(TimeProvider.System);

    public MemoryMobileUserStoreTests() => Store = new MemoryMobileUserStore(_journal, _positions, _jobs);

    protected override IMobileUserStore Store { get; }

    protected override IJournal Journal => _journal;

    protected override IActivityPositions Positions => _positions;

    protected override IJobStore Jobs => _jobs;
}

/// <summary>The contract on PostgreSQL.</summary>
public sealed class PostgresMobileUserStoreTests(PostgresJournalFixture postgres) : MobileUserStoreContract, IClassFixture<PostgresJournalFixture>, IAsyncDisposable
{
    private readonly PostgresMobileUserStore _store = new(postgres.DataSource, new JournalOptions(), TimeProvider.System);
    private readonly PostgresActivityPositions _positions = new(postgres.DataSource, new JournalOptions(), TimeProvider.System);
    private readonly PostgresJobStore _jobs = new(postgres.DataSource, new JournalOptions(), TimeProvider.System);

    protected override IMobileUserStore Store => _store;

    protected override IJournal Journal => postgres.Journal;

    protected override IActivityPositions Positions => _positions;

    protected override IJobStore Jobs => _jobs;

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _positions.DisposeAsync();
        await _jobs.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
