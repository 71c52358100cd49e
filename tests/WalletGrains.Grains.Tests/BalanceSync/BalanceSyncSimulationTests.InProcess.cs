using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.InProcess.Simulation;
using WalletGrains.Contracts;
using WalletGrains.Contracts.BalanceSync;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Grains.BalanceSync;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal;
using WalletGrains.Journal.BalanceSync;
using WalletGrains.Journal.Jobs;
using Xunit;

namespace WalletGrains.Grains.Tests.BalanceSync;

/// <summary>Lanes, rates, sweeps and crashes on three virtual silos in virtual time.</summary>
public sealed class BalanceSyncSimulationTests
{
    private static readonly TimeSpan CallTime = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    private readonly SimulatedWorld _world = new(seed: 1);
    private readonly SimulatedCluster _cluster;
    private readonly SimulatedClient _client;
    private readonly SimulatedProcess _database;
    private readonly MemoryJobStore _jobs;
    private readonly MemoryMobileUserStore _users;
    private readonly List<(string Account, TimeSpan At)> _calls = [];
    private Func<string, CoreAnswer> _answer = account => new CoreAnswer.Balance(decimal.Parse(account, System.Globalization.CultureInfo.InvariantCulture), "MWK");
    private TimeSpan _callTime = CallTime;
    private TimeSpan _jobsTake = TimeSpan.Zero;
    private Func<bool> _isUnreadable = () => false;
    private int _underWay;
    private int _mostUnderWay;

    public BalanceSyncSimulationTests()
    {
        _database = _world.AddProcess("database");
        _jobs = new MemoryJobStore(_database.Clock, (_, _) => Task.Delay(_jobsTake, _database.Clock));
        _users = new MemoryMobileUserStore(new MemoryJournal(), new MemoryActivityPositions(), _jobs);
        var options = new SimulatedClusterOptions();
        options.Silo.GrainAssemblies.Add(typeof(AccountSync).Assembly);
        _cluster = new SimulatedCluster(_world, options, AddServices);
        _client = _cluster.AddClient("client");
    }

    private IBalanceSyncGrain Sync => _client.Cluster.GetGrain<IBalanceSyncGrain>(0);

    [Fact]
    public void A_login_shows_what_the_core_banking_system_tells_at_that_moment()
    {
        var user = Create("100");
        Drive();
        var first = Call(() => User(user).ReadBalanceAsync(Limits.FreshBalancePatience));
        Assert.Equal((100m, "MWK", true), (first!.Available, first.Currency, first.IsFresh));
        _answer = _ => new CoreAnswer.Balance(7.50m, "MWK");
        Assert.Equal((7.50m, true), Shown(Call(() => User(user).ReadBalanceAsync(Limits.FreshBalancePatience))));
        Assert.Equal(2, _calls.Count);
    }

    [Fact]
    public void A_login_waits_no_longer_than_two_seconds_and_the_sync_goes_on_without_it()
    {
        var user = Create("100");
        Drive();
        Assert.Equal((100m, true), Shown(Call(() => User(user).ReadBalanceAsync(Limits.FreshBalancePatience))));
        (_callTime, _answer) = (TimeSpan.FromSeconds(6), _ => new CoreAnswer.Balance(5m, "MWK"));
        var begun = _world.Now;
        Assert.Equal((100m, false), Shown(Call(() => User(user).ReadBalanceAsync(Limits.FreshBalancePatience))));
        Assert.InRange(_world.Now - begun, TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(2.05));
        Await(() => Row(user).Balance == 5m, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void A_login_waits_no_longer_than_two_seconds_for_the_store_either()
    {
        var user = Create("100");
        Drive();
        Assert.Equal((100m, true), Shown(Call(() => User(user).ReadBalanceAsync(Limits.FreshBalancePatience))));
        _jobsTake = TimeSpan.FromSeconds(10);
        var begun = _world.Now;
        Assert.Equal((100m, false), Shown(Call(() => User(user).ReadBalanceAsync(Limits.FreshBalancePatience))));
        Assert.InRange(_world.Now - begun, TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(2.05));
    }

    [Fact]
    public void A_login_that_has_read_a_balance_shows_it_when_the_store_fails_behind_that()
    {
        var user = Create("100");
        Drive();
        Assert.Equal((100m, true), Shown(Call(() => User(user).ReadBalanceAsync(Limits.FreshBalancePatience))));
        var calls = _calls.Count;
        _isUnreadable = () => _calls.Count > calls;
        Assert.Equal((100m, false), Shown(Call(() => User(user).ReadBalanceAsync(Limits.FreshBalancePatience))));
    }

    [Fact]
    public void A_login_overtakes_the_users_of_a_sweep_and_waits_for_the_call_under_way_only()
    {
        for (var i = 0; i < 100; i++)
        {
            Create($"{1000 + i}");
        }

        var late = Create("9999");
        Drive();
        Await(() => _calls.Count == 20, TimeSpan.FromMinutes(10));
        Assert.True(Call(Sync.GetStatusAsync).Background >= 50, "The sweep has queued others.");
        for (var i = 0; i < 5; i++)
        {
            var (begun, calls) = (_world.Now, _calls.Count);
            Assert.True(Call(() => User(late).ReadBalanceAsync(Limits.FreshBalancePatience))!.IsFresh);
            Assert.InRange(_world.Now - begun, CallTime, (2 * CallTime) + TimeSpan.FromMilliseconds(50));
            Assert.Equal("9999", _calls[calls].Account);
            _world.Run(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void Of_all_silos_together_one_call_is_under_way_and_ten_are_made_in_any_second()
    {
        for (var i = 0; i < 100; i++)
        {
            Create($"{1000 + i}");
        }

        Drive();
        var jobs = _client.Cluster.GetGrain<IJobGrain>("balance-sync");
        _cluster.Duplicate(jobs);
        var stranger = _cluster.AddClient("stranger").Cluster.GetGrain<IJobGrain>("balance-sync");
        for (var i = 0; i < 20; i++)
        {
            Call(async () =>
            {
                await Task.WhenAll(jobs.WakeAsync(), stranger.WakeAsync());
                return true;
            });
            _world.Run(TimeSpan.FromSeconds(1));
        }

        Await(() => _calls.Count >= 100, TimeSpan.FromMinutes(10));
        Assert.Equal(1, _mostUnderWay);
        Assert.All(_calls, call => Assert.InRange(_calls.Count(other => other.At >= call.At && other.At < call.At + TimeSpan.FromSeconds(1)), 1, 10));
        Assert.True(_calls[99].At - _calls[0].At < TimeSpan.FromSeconds(99 / 7.5), $"It took {_calls[99].At - _calls[0].At}.");
    }

    [Fact]
    public void A_user_is_queued_once_however_often_it_is_asked_for_and_once_more_when_it_is_asked_for_while_it_runs()
    {
        var (busy, user) = (Create("100"), Create("200"));
        Call(Sync.StopAsync);
        Drive();
        _callTime = TimeSpan.FromSeconds(1);
        Assert.Equal(SyncRequest.Queued, Call(() => User(busy).RequestSyncAsync()));
        Await(() => _underWay == 1, TimeSpan.FromSeconds(5));
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(SyncRequest.Queued, Call(() => User(user).RequestSyncAsync()));
            Assert.Equal(SyncRequest.Queued, Call(() => User(busy).RequestSyncAsync()));
        }

        Assert.Equal((0, 1, 1), Call(Sync.GetStatusAsync) is var status ? (status.Priority, status.Background, status.Processing) : default);
        _world.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(["100", "100", "200"], _calls.Select(call => call.Account).Order());
    }

    [Fact]
    public void A_sweep_asks_for_every_active_mobile_banking_user_once_in_an_interval_whatever_silos_do()
    {
        var users = Enumerable.Range(0, 60).Select(i => Create($"{1000 + i}")).ToList();
        var wallet = Create("1", context: MobileUserRow.WalletOnly);
        var inactive = Create("2");
        Call(() => _users.SetActiveAsync(inactive, false, default, CancellationToken.None));
        Drive();
        Await(() => _calls.Count >= 15, TimeSpan.FromMinutes(10));
        foreach (var silo in _cluster.Silos.Take(2).ToList())
        {
            silo.Crash();
        }

        Await(() => users.TrueForAll(user => Row(user).Balance is not null), TimeSpan.FromMinutes(10));
        Await(() => Counts() == default, TimeSpan.FromMinutes(5));
        var (calls, began) = (_calls.Count, Call(Sync.GetStatusAsync).LastRunAt);
        Assert.InRange(calls, 60, 63);
        Assert.DoesNotContain(_calls, call => call.Account is "1" or "2");
        Assert.Equal((null, null), (Row(wallet).LastSyncedAt, Row(inactive).LastSyncedAt));
        Assert.Equal(SyncRequest.NothingToSync, Call(() => User(wallet).RequestSyncAsync()));

        Await(() => _calls.Count >= calls + 60, TimeSpan.FromMinutes(10));
        var status = Call(Sync.GetStatusAsync);
        Assert.InRange(status.LastRunAt!.Value - began!.Value, Interval, Interval + TimeSpan.FromSeconds(20));
        Await(() => Counts() == default, TimeSpan.FromMinutes(1));
        _world.Run(BalanceSyncLimits.ProgressAge);
        status = Call(Sync.GetStatusAsync);
        Assert.Equal((60, 0), (status.Succeeded, status.Failed));
    }

    [Fact]
    public void However_often_the_status_is_asked_for_the_accounts_are_counted_once_in_five_seconds()
    {
        var users = new[] { Create("100"), Create("200") };

        // Each silo counts for itself: here, one.
        foreach (var silo in _cluster.Silos.Take(2).ToList())
        {
            silo.Crash();
        }

        _world.Run(TimeSpan.FromMinutes(1));
        Drive();
        Await(() => users.All(user => Row(user).Balance is not null), TimeSpan.FromMinutes(10));
        Await(() => Counts() == default, TimeSpan.FromMinutes(1));
        Assert.Equal((2, 0), Counted());
        Call(() => _users.RecordFailureAsync(new AccountKey(users[0], "100"), "status 500", _database.Clock.GetUtcNow(), CancellationToken.None));
        Assert.Equal((2, 0), Counted());
        _world.Run(BalanceSyncLimits.ProgressAge);
        Assert.Equal((2, 1), Counted());

        (int, int) Counted() => Call(Sync.GetStatusAsync) is var status ? (status.Succeeded, status.Failed) : default;
    }

    [Fact]
    public void An_account_that_cannot_be_asked_for_is_tried_three_times_and_says_why_until_a_later_sweep_mends_it()
    {
        var (broken, other) = (Create("1"), Create("2"));
        var isMended = false;
        var answer = _answer;
        _answer = account => account == "1" && !isMended ? new CoreAnswer.Failed("status 500") : answer(account);
        Drive();
        Await(() => Row(broken).LastError is not null, TimeSpan.FromMinutes(10));
        Assert.Equal((3, "status 500", null), (_calls.Count(call => call.Account == "1"), Row(broken).LastError, Row(broken).Balance));
        Assert.Equal(2m, Row(other).Balance);
        Assert.Equal((1, 1), Call(Sync.GetStatusAsync) is var status ? (status.Succeeded, status.Failed) : default);
        Assert.Empty(DeadLetters());

        isMended = true;
        Await(() => Row(broken) is { Balance: 1m, LastError: null, FailedAt: null }, TimeSpan.FromMinutes(10));
    }

    [Fact]
    public void The_times_of_a_sweep_are_those_of_the_store_whatever_the_clocks_of_silos_say()
    {
        var user = Create("100");
        foreach (var (silo, hours) in _cluster.Silos.Zip([-2, 3, 7]))
        {
            silo.ClockOffset = TimeSpan.FromHours(hours);
        }

        Drive();
        for (var sweep = 1; sweep <= 4; sweep++)
        {
            Await(() => _calls.Count == sweep, Interval + TimeSpan.FromSeconds(20));
            Await(() => Counts() == default, TimeSpan.FromMinutes(1));
            Assert.InRange(Row(user).LastSyncedAt!.Value - _database.Clock.GetUtcNow(), TimeSpan.FromSeconds(-10), TimeSpan.Zero);
        }
    }

    [Fact]
    public void A_pause_that_the_core_banking_system_asks_for_uses_no_attempt_up_and_keeps_no_login_waiting()
    {
        var user = Create("100");
        foreach (var silo in _cluster.Silos)
        {
            silo.ClockOffset = TimeSpan.FromHours(1);
        }

        Call(Sync.StopAsync);
        Drive();
        var until = _world.Now + TimeSpan.FromMinutes(2);
        var answer = _answer;
        _answer = account => _world.Now < until ? new CoreAnswer.NotNow(TimeSpan.FromSeconds(20), "429") : answer(account);
        var begun = _world.Now;
        Assert.Null(Call(() => User(user).ReadBalanceAsync(Limits.FreshBalancePatience)));
        Assert.True(_world.Now - begun < TimeSpan.FromSeconds(1), "Nobody waits for what is known not to come.");
        Await(() => Row(user).Balance == 100m, TimeSpan.FromMinutes(3));
        Assert.InRange(_calls.Count, 5, 8);
        Assert.Null(Row(user).LastError);
    }

    [Fact]
    public void While_every_call_fails_each_account_comes_to_say_why_though_few_calls_are_let_through()
    {
        var users = Enumerable.Range(0, 10).Select(i => Create($"{100 + i}")).ToList();
        Call(Sync.StopAsync);
        Drive();

        // As the breaker does it: after five failures nothing is asked for a while, then one call tries.
        var (failures, until) = (0, TimeSpan.Zero);
        _answer = _ =>
        {
            if (_world.Now < until)
            {
                return new CoreAnswer.NotNow(until - _world.Now, "left alone");
            }

            until = ++failures >= BalanceSyncLimits.BreakerCalls ? _world.Now + BalanceSyncLimits.BreakerPause : until;
            return new CoreAnswer.Failed("status 401");
        };
        users.ForEach(user => Call(() => User(user).RequestSyncAsync()));
        Await(() => users.TrueForAll(user => Row(user).LastError == "status 401"), TimeSpan.FromMinutes(10));
        Assert.Equal(30, failures);
        Await(() => Counts() == default, TimeSpan.FromMinutes(1));
        Assert.Empty(DeadLetters());
    }

    [Fact]
    public void Logins_that_were_told_in_an_outage_do_not_stand_in_the_way_of_those_behind_it()
    {
        var (early, late) = (Enumerable.Range(0, 120).Select(i => Create($"{1000 + i}")).ToList(), Create("9999"));
        Call(Sync.StopAsync);
        Drive();
        var (answer, until) = (_answer, _world.Now + TimeSpan.FromMinutes(1));
        _answer = account => _world.Now < until ? new CoreAnswer.NotNow(until - _world.Now, "left alone") : answer(account);
        early.ForEach(user => Assert.Null(Call(() => User(user).ReadBalanceAsync(Limits.FreshBalancePatience))));
        Assert.Equal((0, 120), Counts() is var waiting ? (waiting.Priority, waiting.Normal) : default);

        // All of them are due now, and it takes a quarter of a minute to ask for them.
        _world.Run(until - _world.Now);
        Assert.True(Call(() => User(late).ReadBalanceAsync(Limits.FreshBalancePatience))!.IsFresh);
        Assert.InRange(early.Count(user => Row(user).Balance is null), 100, 120);
        Await(() => early.TrueForAll(user => Row(user).Balance is not null), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void A_closed_account_is_inactive_with_its_reason_and_is_not_asked_for_any_more()
    {
        var user = Create("100");
        _answer = _ => new CoreAnswer.Gone("closed");
        Call(Sync.StopAsync);
        Drive();
        Assert.Null(Call(() => User(user).ReadBalanceAsync(Limits.FreshBalancePatience)));
        Assert.Equal((false, "closed"), (Row(user).IsActive, Row(user).InactiveReason));
        Assert.Equal(SyncRequest.NothingToSync, Call(() => User(user).RequestSyncAsync()));
        Assert.Null(Call(() => User(user).ReadBalanceAsync(Limits.FreshBalancePatience)));
        Assert.Single(_calls);
    }

    [Fact]
    public void A_core_banking_system_that_knows_nobody_makes_a_few_accounts_inactive_and_not_all_of_them()
    {
        var users = Enumerable.Range(0, 30).Select(i => Create($"{100 + i}")).ToList();
        var answer = _answer;
        _answer = _ => new CoreAnswer.Gone("no such account");
        Drive();
        Await(() => users.Count(user => Row(user).LastError is not null) == 20, TimeSpan.FromMinutes(10));
        Assert.Equal(10, users.Count(user => !Row(user).IsActive));
        Assert.Contains("is T24_BASE_URL the right system?", Row(users.Find(user => Row(user).IsActive)).LastError, StringComparison.Ordinal);

        // The address is mended; from the first balance on an account may be gone again. Ids of one millisecond come in any order.
        var gone = users.FindIndex(user => Row(user).IsActive);
        _answer = account => account == $"{100 + gone}" ? new CoreAnswer.Gone("closed") : answer(account);
        Await(() => users.Count(user => Row(user).Balance is not null) == 19, TimeSpan.FromMinutes(20));
        Await(() => Row(users[gone]).InactiveReason == "closed", TimeSpan.FromMinutes(20));
    }

    [Fact]
    public void While_it_is_stopped_nobody_is_gone_through_and_a_start_goes_on()
    {
        var user = Create("100");
        Call(Sync.StopAsync);
        Drive();
        _world.Run(TimeSpan.FromMinutes(20));
        Assert.Empty(_calls);
        Assert.False(Call(Sync.GetStatusAsync).IsRunning);
        Assert.True(Call(() => User(user).ReadBalanceAsync(Limits.FreshBalancePatience))!.IsFresh);
        Call(Sync.StartAsync);
        Await(() => _calls.Count == 2, TimeSpan.FromSeconds(10));
        Assert.True(Call(Sync.GetStatusAsync) is { IsRunning: true, LastRunAt: not null });
    }

    private static (decimal, bool) Shown(MobileBalance? balance) => (balance!.Available, balance.IsFresh);

    private IMobileUserGrain User(Guid user) => _client.Cluster.GetGrain<IMobileUserGrain>(user);

    private Guid Create(string account, string context = MobileUserRow.MobileBanking)
    {
        var user = Guid.CreateVersion7();
        var now = DateTimeOffset.UnixEpoch;
        _ = _users.CreateAsync(
            new MobileUserRow(user, context, $"{user}", $"{user}", "Ada Banda", "C-1", account, true, now, now),
            MobileUserRecords.ToAccount(user, account, "SAVINGS", true, now),
            CancellationToken.None).Result;
        return user;
    }

    private JobCounts Counts() => _jobs.CountAsync("balance-sync", 1_000, CancellationToken.None).Result;

    private IReadOnlyList<JobRow> DeadLetters() => _jobs.ReadAsync(new JobQuery(null, JobState.Dead, null, 100), CancellationToken.None).Result;

    private MobileAccountRow Row(Guid user) => _users.FindAsync(user, CancellationToken.None).Result!.Accounts[0];

    /// <summary>Begins the work of both kinds.</summary>
    private void Drive() => Call(async () =>
    {
        await _client.Cluster.GetGrain<IJobGrain>("balance-sync").StartAsync();
        await _client.Cluster.GetGrain<IJobGrain>("balance-sweep").StartAsync();
        return true;
    });

    private void Await(Func<bool> done, TimeSpan atMost) => Assert.True(_world.Run(done, atMost), $"It did not happen within {atMost}.");

    private void Call(Func<Task> call) => Call(async () =>
    {
        await call();
        return true;
    });

    private T Call<T>(Func<Task<T>> call)
    {
        Task<T>? task = null;
        _client.Process.Start(() => task = call());
        Await(() => task is { IsCompleted: true }, TimeSpan.FromMinutes(1));
        return task!.GetAwaiter().GetResult();
    }

    private void AddServices(InProcessSiloBuilder builder, SimulatedSilo silo) => builder.Services
        .AddSingleton<IJobStore>(_jobs)
        .AddSingleton(Unreadable.Sometimes(_users, () => _isUnreadable()))
        .AddSingleton<ICoreBanking>(new ScriptedCore { Answer = account => AnswerAsync(account, silo.Process.Clock) })
        .AddSingleton(new CoreBankingOptions { Interval = Interval })
        .AddSingleton<IdGenerator>()
        .AddSingleton(new JobOptions())
        .AddSingleton<JobMetrics>()
        .AddSingleton<BalanceSyncMetrics>()
        .AddSingleton<IJobHandler, AccountSync>()
        .AddSingleton<IJobHandler, BalanceSweep>()
        .AddSingleton<Func<JobKinds>>(provider => provider.GetRequiredService<JobKinds>)
        .AddSingleton(provider => new JobKinds(provider.GetServices<IJobHandler>()));

    private async Task<CoreAnswer> AnswerAsync(string account, TimeProvider clock)
    {
        _calls.Add((account, _world.Now));
        _mostUnderWay = Math.Max(_mostUnderWay, ++_underWay);
        await Task.Delay(_callTime, clock);
        _underWay--;
        return _answer(account);
    }

    /// <summary>A store whose users cannot be read at times.</summary>
    public class Unreadable : DispatchProxy
    {
        private IMobileUserStore _store = null!;
        private Func<bool> _isUnreadable = null!;

        public static IMobileUserStore Sometimes(IMobileUserStore store, Func<bool> isUnreadable)
        {
            var proxy = Create<IMobileUserStore, Unreadable>();
            (((Unreadable)(object)proxy)._store, ((Unreadable)(object)proxy)._isUnreadable) = (store, isUnreadable);
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name == nameof(IMobileUserStore.FindAsync) && _isUnreadable()
            ? Task.FromException<MobileUserRows?>(new JournalUnavailableException("It is away."))
            : targetMethod.Invoke(_store, args);
    }
}
