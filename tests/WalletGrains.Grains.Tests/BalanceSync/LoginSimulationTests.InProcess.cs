using WalletGrains.Contracts;
using WalletGrains.Grains.BalanceSync;
using Xunit;

namespace WalletGrains.Grains.Tests.BalanceSync;

/// <summary>What logins are shown, and how long they wait for it, on three virtual silos in virtual time.</summary>
public sealed class LoginSimulationTests
{
    private readonly SimulatedSync _sync = new();

    [Fact]
    public void A_login_shows_what_the_core_banking_system_tells_at_that_moment()
    {
        var user = _sync.Create("100");
        _sync.Drive();
        var first = _sync.World.Call(_sync.Client, () => _sync.User(user).ReadBalanceAsync(Limits.FreshBalancePatience));
        Assert.Equal((100m, "MWK", true), (first!.Available, first.Currency, first.IsFresh));
        _sync.Answer = _ => new CoreAnswer.Balance(7.50m, "MWK");
        Assert.Equal((7.50m, true), SimulatedSync.Shown(_sync.World.Call(_sync.Client, () => _sync.User(user).ReadBalanceAsync(Limits.FreshBalancePatience))));
        Assert.Equal(2, _sync.Calls.Count);
    }

    [Fact]
    public void A_login_waits_no_longer_than_two_seconds_and_the_sync_goes_on_without_it()
    {
        var user = _sync.Create("100");
        _sync.Drive();
        Assert.Equal((100m, true), SimulatedSync.Shown(_sync.World.Call(_sync.Client, () => _sync.User(user).ReadBalanceAsync(Limits.FreshBalancePatience))));
        (_sync.CallTakes, _sync.Answer) = (TimeSpan.FromSeconds(6), _ => new CoreAnswer.Balance(5m, "MWK"));
        var begun = _sync.World.Now;
        Assert.Equal((100m, false), SimulatedSync.Shown(_sync.World.Call(_sync.Client, () => _sync.User(user).ReadBalanceAsync(Limits.FreshBalancePatience))));
        Assert.InRange(_sync.World.Now - begun, TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(2.05));
        _sync.World.Await(() => _sync.Row(user).Balance == 5m, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void A_login_waits_no_longer_than_two_seconds_for_the_store_either()
    {
        var user = _sync.Create("100");
        _sync.Drive();
        Assert.Equal((100m, true), SimulatedSync.Shown(_sync.World.Call(_sync.Client, () => _sync.User(user).ReadBalanceAsync(Limits.FreshBalancePatience))));
        _sync.JobsTake = TimeSpan.FromSeconds(10);
        var begun = _sync.World.Now;
        Assert.Equal((100m, false), SimulatedSync.Shown(_sync.World.Call(_sync.Client, () => _sync.User(user).ReadBalanceAsync(Limits.FreshBalancePatience))));
        Assert.InRange(_sync.World.Now - begun, TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(2.05));
    }

    [Fact]
    public void A_login_that_has_read_a_balance_shows_it_when_the_store_fails_behind_that()
    {
        var user = _sync.Create("100");
        _sync.Drive();
        Assert.Equal((100m, true), SimulatedSync.Shown(_sync.World.Call(_sync.Client, () => _sync.User(user).ReadBalanceAsync(Limits.FreshBalancePatience))));
        var calls = _sync.Calls.Count;
        _sync.IsUnreadable = () => _sync.Calls.Count > calls;
        Assert.Equal((100m, false), SimulatedSync.Shown(_sync.World.Call(_sync.Client, () => _sync.User(user).ReadBalanceAsync(Limits.FreshBalancePatience))));
    }

    [Fact]
    public void A_login_overtakes_the_users_of_a_sweep_and_waits_for_the_call_under_way_only()
    {
        for (var i = 0; i < 100; i++)
        {
            _sync.Create($"{1000 + i}");
        }

        var late = _sync.Create("9999");
        _sync.Drive();
        _sync.World.Await(() => _sync.Calls.Count == 20, TimeSpan.FromMinutes(10));
        Assert.True(_sync.World.Call(_sync.Client, _sync.Grain.GetStatusAsync).Background >= 50, "The sweep has queued others.");
        for (var i = 0; i < 5; i++)
        {
            var (begun, calls) = (_sync.World.Now, _sync.Calls.Count);
            Assert.True(_sync.World.Call(_sync.Client, () => _sync.User(late).ReadBalanceAsync(Limits.FreshBalancePatience))!.IsFresh);
            Assert.InRange(_sync.World.Now - begun, SimulatedSync.CallTime, (2 * SimulatedSync.CallTime) + TimeSpan.FromMilliseconds(50));
            Assert.Equal("9999", _sync.Calls[calls].Account);
            _sync.World.Run(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void Logins_that_were_told_in_an_outage_do_not_stand_in_the_way_of_those_behind_it()
    {
        var (early, late) = (Enumerable.Range(0, 120).Select(i => _sync.Create($"{1000 + i}")).ToList(), _sync.Create("9999"));
        _sync.World.Call(_sync.Client, _sync.Grain.StopAsync);
        _sync.Drive();
        var (answer, until) = (_sync.Answer, _sync.World.Now + TimeSpan.FromMinutes(1));
        _sync.Answer = account => _sync.World.Now < until ? new CoreAnswer.NotNow(until - _sync.World.Now, "left alone") : answer(account);
        early.ForEach(user => Assert.Null(_sync.World.Call(_sync.Client, () => _sync.User(user).ReadBalanceAsync(Limits.FreshBalancePatience))));
        Assert.Equal((0, 120), _sync.Counts() is var waiting ? (waiting.Priority, waiting.Normal) : default);

        // All of them are due now, and it takes a quarter of a minute to ask for them.
        _sync.World.Run(until - _sync.World.Now);
        Assert.True(_sync.World.Call(_sync.Client, () => _sync.User(late).ReadBalanceAsync(Limits.FreshBalancePatience))!.IsFresh);
        Assert.InRange(early.Count(user => _sync.Row(user).Balance is null), 100, 120);
        _sync.World.Await(() => early.TrueForAll(user => _sync.Row(user).Balance is not null), TimeSpan.FromSeconds(30));
    }
}
