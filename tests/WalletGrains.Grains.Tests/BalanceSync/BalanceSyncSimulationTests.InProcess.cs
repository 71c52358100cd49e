using Microsoft.Extensions.DependencyInjection;
using WalletGrains.Contracts;
using WalletGrains.Contracts.BalanceSync;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Grains.BalanceSync;
using WalletGrains.Journal.BalanceSync;
using Xunit;

namespace WalletGrains.Grains.Tests.BalanceSync;

/// <summary>Rates, sweeps and crashes on three virtual silos in virtual time.</summary>
public sealed class BalanceSyncSimulationTests
{
    private readonly SimulatedSync _sync = new();

    [Fact]
    public void Of_all_silos_together_one_call_is_under_way_and_ten_are_made_in_any_second()
    {
        for (var i = 0; i < 100; i++)
        {
            _sync.Create($"{1000 + i}");
        }

        _sync.Drive();
        var jobs = _sync.Client.Cluster.GetGrain<IJobGrain>("balance-sync");
        _sync.Cluster.Duplicate(jobs);
        var stranger = _sync.Cluster.AddClient("stranger").Cluster.GetGrain<IJobGrain>("balance-sync");
        for (var i = 0; i < 20; i++)
        {
            _sync.World.Call(_sync.Client, async () =>
            {
                await Task.WhenAll(jobs.WakeAsync(), stranger.WakeAsync());
                return true;
            });
            _sync.World.Run(TimeSpan.FromSeconds(1));
        }

        _sync.World.Await(() => _sync.Calls.Count >= 100, TimeSpan.FromMinutes(10));
        Assert.Equal(1, _sync.MostUnderWay);
        Assert.All(_sync.Calls, call => Assert.InRange(_sync.Calls.Count(other => other.At >= call.At && other.At < call.At + TimeSpan.FromSeconds(1)), 1, 10));
        Assert.True(_sync.Calls[99].At - _sync.Calls[0].At < TimeSpan.FromSeconds(99 / 7.5), $"It took {_sync.Calls[99].At - _sync.Calls[0].At}.");
    }

    [Fact]
    public void A_user_is_queued_once_however_often_it_is_asked_for_and_once_more_when_it_is_asked_for_while_it_runs()
    {
        var (busy, user) = (_sync.Create("100"), _sync.Create("200"));
        _sync.World.Call(_sync.Client, _sync.Grain.StopAsync);
        _sync.Drive();
        _sync.CallTakes = TimeSpan.FromSeconds(1);
        Assert.Equal(SyncRequest.Queued, _sync.World.Call(_sync.Client, () => _sync.User(busy).RequestSyncAsync()));
        _sync.World.Await(() => _sync.UnderWay == 1, TimeSpan.FromSeconds(5));
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(SyncRequest.Queued, _sync.World.Call(_sync.Client, () => _sync.User(user).RequestSyncAsync()));
            Assert.Equal(SyncRequest.Queued, _sync.World.Call(_sync.Client, () => _sync.User(busy).RequestSyncAsync()));
        }

        Assert.Equal((0, 1, 1), _sync.World.Call(_sync.Client, _sync.Grain.GetStatusAsync) is var status ? (status.Priority, status.Background, status.Processing) : default);
        _sync.World.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(["100", "100", "200"], _sync.Calls.Select(call => call.Account).Order());
    }

    [Fact]
    public void A_sweep_asks_for_every_active_mobile_banking_user_once_in_an_interval_whatever_silos_do()
    {
        var users = Enumerable.Range(0, 60).Select(i => _sync.Create($"{1000 + i}")).ToList();
        var wallet = _sync.Create("1", context: MobileUserRow.WalletOnly);
        var inactive = _sync.Create("2");
        _sync.World.Call(_sync.Client, () => _sync.Users.SetActiveAsync(inactive, false, default, CancellationToken.None));
        _sync.Drive();
        _sync.World.Await(() => _sync.Calls.Count >= 15, TimeSpan.FromMinutes(10));
        foreach (var silo in _sync.Cluster.Silos.Take(2).ToList())
        {
            silo.Crash();
        }

        _sync.World.Await(() => users.TrueForAll(user => _sync.Row(user).Balance is not null), TimeSpan.FromMinutes(10));
        _sync.World.Await(() => _sync.Counts() == default, TimeSpan.FromMinutes(5));
        var (calls, began) = (_sync.Calls.Count, _sync.World.Call(_sync.Client, _sync.Grain.GetStatusAsync).LastRunAt);
        Assert.InRange(calls, 60, 63);
        Assert.DoesNotContain(_sync.Calls, call => call.Account is "1" or "2");
        Assert.Equal((null, null), (_sync.Row(wallet).LastSyncedAt, _sync.Row(inactive).LastSyncedAt));
        Assert.Equal(SyncRequest.NothingToSync, _sync.World.Call(_sync.Client, () => _sync.User(wallet).RequestSyncAsync()));

        _sync.World.Await(() => _sync.Calls.Count >= calls + 60, TimeSpan.FromMinutes(10));
        var status = _sync.World.Call(_sync.Client, _sync.Grain.GetStatusAsync);
        Assert.InRange(status.LastRunAt!.Value - began!.Value, SimulatedSync.Interval, SimulatedSync.Interval + TimeSpan.FromSeconds(20));
        _sync.World.Await(() => _sync.Counts() == default, TimeSpan.FromMinutes(1));
        _sync.World.Run(BalanceSyncLimits.ProgressAge);
        status = _sync.World.Call(_sync.Client, _sync.Grain.GetStatusAsync);
        Assert.Equal((60, 0), (status.Succeeded, status.Failed));
    }

    [Fact]
    public void However_often_the_status_is_asked_for_the_accounts_are_counted_once_in_five_seconds()
    {
        var users = new[] { _sync.Create("100"), _sync.Create("200") };

        // Each silo counts for itself: here, one.
        foreach (var silo in _sync.Cluster.Silos.Take(2).ToList())
        {
            silo.Crash();
        }

        _sync.World.Run(TimeSpan.FromMinutes(1));
        _sync.Drive();
        _sync.World.Await(() => users.All(user => _sync.Row(user).Balance is not null), TimeSpan.FromMinutes(10));
        _sync.World.Await(() => _sync.Counts() == default, TimeSpan.FromMinutes(1));
        Assert.Equal((2, 0), Counted());
        _sync.World.Call(_sync.Client, () => _sync.Users.RecordFailureAsync(new AccountKey(users[0], "100"), "status 500", _sync.Database.Clock.GetUtcNow(), CancellationToken.None));
        Assert.Equal((2, 0), Counted());
        _sync.World.Run(BalanceSyncLimits.ProgressAge);
        Assert.Equal((2, 1), Counted());

        (int, int) Counted() => _sync.World.Call(_sync.Client, _sync.Grain.GetStatusAsync) is var status ? (status.Succeeded, status.Failed) : default;
    }

    [Fact]
    public void An_account_that_cannot_be_asked_for_is_tried_three_times_and_says_why_until_a_later_sweep_mends_it()
    {
        var (broken, other) = (_sync.Create("1"), _sync.Create("2"));
        var isMended = false;
        var answer = _sync.Answer;
        _sync.Answer = account => account == "1" && !isMended ? new CoreAnswer.Failed("status 500") : answer(account);
        _sync.Drive();
        _sync.World.Await(() => _sync.Row(broken).LastError is not null, TimeSpan.FromMinutes(10));
        Assert.Equal((3, "status 500", null), (_sync.Calls.Count(call => call.Account == "1"), _sync.Row(broken).LastError, _sync.Row(broken).Balance));
        Assert.Equal(2m, _sync.Row(other).Balance);
        Assert.Equal((1, 1), _sync.World.Call(_sync.Client, _sync.Grain.GetStatusAsync) is var status ? (status.Succeeded, status.Failed) : default);
        Assert.Empty(_sync.DeadLetters());

        isMended = true;
        _sync.World.Await(() => _sync.Row(broken) is { Balance: 1m, LastError: null, FailedAt: null }, TimeSpan.FromMinutes(10));
    }

    [Fact]
    public void The_times_of_a_sweep_are_those_of_the_store_whatever_the_clocks_of_silos_say()
    {
        var user = _sync.Create("100");
        foreach (var (silo, hours) in _sync.Cluster.Silos.Zip([-2, 3, 7]))
        {
            silo.ClockOffset = TimeSpan.FromHours(hours);
        }

        _sync.Drive();
        for (var sweep = 1; sweep <= 4; sweep++)
        {
            _sync.World.Await(() => _sync.Calls.Count == sweep, SimulatedSync.Interval + TimeSpan.FromSeconds(20));
            _sync.World.Await(() => _sync.Counts() == default, TimeSpan.FromMinutes(1));
            Assert.InRange(_sync.Row(user).LastSyncedAt!.Value - _sync.Database.Clock.GetUtcNow(), TimeSpan.FromSeconds(-10), TimeSpan.Zero);
        }
    }

    [Fact]
    public void A_pause_that_the_core_banking_system_asks_for_uses_no_attempt_up_and_keeps_no_login_waiting()
    {
        var user = _sync.Create("100");
        foreach (var silo in _sync.Cluster.Silos)
        {
            silo.ClockOffset = TimeSpan.FromHours(1);
        }

        _sync.World.Call(_sync.Client, _sync.Grain.StopAsync);
        _sync.Drive();
        var until = _sync.World.Now + TimeSpan.FromMinutes(2);
        var answer = _sync.Answer;
        _sync.Answer = account => _sync.World.Now < until ? new CoreAnswer.NotNow(TimeSpan.FromSeconds(20), "429") : answer(account);
        var begun = _sync.World.Now;
        Assert.Null(_sync.World.Call(_sync.Client, () => _sync.User(user).ReadBalanceAsync(Limits.FreshBalancePatience)));
        Assert.True(_sync.World.Now - begun < TimeSpan.FromSeconds(1), "Nobody waits for what is known not to come.");
        _sync.World.Await(() => _sync.Row(user).Balance == 100m, TimeSpan.FromMinutes(3));
        Assert.InRange(_sync.Calls.Count, 5, 8);
        Assert.Null(_sync.Row(user).LastError);
    }

    [Fact]
    public void While_every_call_fails_each_account_comes_to_say_why_though_few_calls_are_let_through()
    {
        var users = Enumerable.Range(0, 10).Select(i => _sync.Create($"{100 + i}")).ToList();
        _sync.World.Call(_sync.Client, _sync.Grain.StopAsync);
        _sync.Drive();

        // As the breaker does it: after five failures nothing is asked for a while, then one call tries.
        var (failures, until) = (0, TimeSpan.Zero);
        _sync.Answer = _ =>
        {
            if (_sync.World.Now < until)
            {
                return new CoreAnswer.NotNow(until - _sync.World.Now, "left alone");
            }

            until = ++failures >= BalanceSyncLimits.BreakerCalls ? _sync.World.Now + BalanceSyncLimits.BreakerPause : until;
            return new CoreAnswer.Failed("status 401");
        };
        users.ForEach(user => _sync.World.Call(_sync.Client, () => _sync.User(user).RequestSyncAsync()));
        _sync.World.Await(() => users.TrueForAll(user => _sync.Row(user).LastError == "status 401"), TimeSpan.FromMinutes(10));
        Assert.Equal(30, failures);
        _sync.World.Await(() => _sync.Counts() == default, TimeSpan.FromMinutes(1));
        Assert.Empty(_sync.DeadLetters());
    }

    [Fact]
    public void A_closed_account_is_inactive_with_its_reason_and_is_not_asked_for_any_more()
    {
        var user = _sync.Create("100");
        _sync.Answer = _ => new CoreAnswer.Gone("closed");
        _sync.World.Call(_sync.Client, _sync.Grain.StopAsync);
        _sync.Drive();
        Assert.Null(_sync.World.Call(_sync.Client, () => _sync.User(user).ReadBalanceAsync(Limits.FreshBalancePatience)));
        Assert.Equal((false, "closed"), (_sync.Row(user).IsActive, _sync.Row(user).InactiveReason));
        Assert.Equal(SyncRequest.NothingToSync, _sync.World.Call(_sync.Client, () => _sync.User(user).RequestSyncAsync()));
        Assert.Null(_sync.World.Call(_sync.Client, () => _sync.User(user).ReadBalanceAsync(Limits.FreshBalancePatience)));
        Assert.Single(_sync.Calls);
    }

    [Fact]
    public void A_core_banking_system_that_knows_nobody_makes_a_few_accounts_inactive_and_not_all_of_them()
    {
        var users = Enumerable.Range(0, 30).Select(i => _sync.Create($"{100 + i}")).ToList();
        var answer = _sync.Answer;
        _sync.Answer = _ => new CoreAnswer.Gone("no such account");
        _sync.Drive();
        _sync.World.Await(() => users.Count(user => _sync.Row(user).LastError is not null) == 20, TimeSpan.FromMinutes(10));
        Assert.Equal(10, users.Count(user => !_sync.Row(user).IsActive));
        Assert.Contains("is T24_BASE_URL the right system?", _sync.Row(users.Find(user => _sync.Row(user).IsActive)).LastError, StringComparison.Ordinal);

        // The address is mended; from the first balance on an account may be gone again. Ids of one millisecond come in any order.
        var gone = users.FindIndex(user => _sync.Row(user).IsActive);
        _sync.Answer = account => account == $"{100 + gone}" ? new CoreAnswer.Gone("closed") : answer(account);
        _sync.World.Await(() => users.Count(user => _sync.Row(user).Balance is not null) == 19, TimeSpan.FromMinutes(20));
        _sync.World.Await(() => _sync.Row(users[gone]).InactiveReason == "closed", TimeSpan.FromMinutes(20));
    }

    [Fact]
    public void While_it_is_stopped_nobody_is_gone_through_and_a_start_goes_on()
    {
        var user = _sync.Create("100");
        _sync.World.Call(_sync.Client, _sync.Grain.StopAsync);
        _sync.Drive();
        _sync.World.Run(TimeSpan.FromMinutes(20));
        Assert.Empty(_sync.Calls);
        Assert.False(_sync.World.Call(_sync.Client, _sync.Grain.GetStatusAsync).IsRunning);
        Assert.True(_sync.World.Call(_sync.Client, () => _sync.User(user).ReadBalanceAsync(Limits.FreshBalancePatience))!.IsFresh);
        _sync.World.Call(_sync.Client, _sync.Grain.StartAsync);
        _sync.World.Await(() => _sync.Calls.Count == 2, TimeSpan.FromSeconds(10));
        Assert.True(_sync.World.Call(_sync.Client, _sync.Grain.GetStatusAsync) is { IsRunning: true, LastRunAt: not null });
    }
}
