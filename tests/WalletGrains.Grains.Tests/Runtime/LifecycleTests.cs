using Orleans.Storage;
using Xunit;

namespace WalletGrains.Grains.Tests.Runtime;

public sealed class LifecycleTests(ActorFixture fixture)
{
    private readonly IClusterClient _client = fixture.Client;
    private readonly string _play = Stage.NewPlay();

    private ILifecycleGrain Grain => _client.GetGrain<ILifecycleGrain>(_play);

    [Fact]
    public async Task A_grain_is_activated_before_its_first_request() => Assert.True(await Grain.WasActivatedFirst());

    [Fact]
    public async Task A_failed_activation_rejects_the_call_and_a_later_call_tries_anew()
    {
        var grain = _client.GetGrain<IFragileGrain>(_play);
        var waiting = new[] { grain.Ping(), grain.Ping() };
        foreach (var call in waiting)
        {
            var failure = await Assert.ThrowsAsync<NotSupportedException>(() => call);
            Assert.Equal("Not yet.", failure.Message);
        }

        Stage.Give(_play, "healed");
        Assert.Equal("pong", await grain.Ping());
    }

    [Fact]
    public async Task DeactivateOnIdle_finishes_the_request_and_passes_waiting_calls_to_a_new_activation()
    {
        var leaving = Grain.LeaveAndWait();
        await Stage.Await(_play, "leaving");
        var queued = Grain.Incarnation();
        Stage.Give(_play, "go");

        Assert.NotEqual(await leaving, await queued);
        Assert.Equal([$"{DeactivationReasonCode.ApplicationRequested}"], Stage.Lines(_play));
    }

    [Fact]
    public async Task An_activation_hears_once_of_its_end_however_often_it_is_asked_to_go()
    {
        await Grain.LeaveTwice();
        await Grain.Incarnation();

        Assert.Single(Stage.Lines(_play));
    }

    [Fact]
    public async Task An_inconsistent_state_exception_ends_the_activation()
    {
        var before = await Grain.Incarnation();
        await Assert.ThrowsAsync<InconsistentStateException>(() => Grain.FailWithInconsistentState());

        Assert.NotEqual(before, await Grain.Incarnation());
        Assert.Equal([$"{DeactivationReasonCode.ApplicationError}"], Stage.Lines(_play));
    }

    [Fact]
    public async Task Any_other_exception_leaves_the_activation_alive()
    {
        var before = await Grain.Incarnation();
        await Assert.ThrowsAsync<InvalidOperationException>(() => Grain.FailOtherwise());

        Assert.Equal(before, await Grain.Incarnation());
    }

    [Fact]
    public async Task The_management_grain_counts_activations()
    {
        await Grain.Incarnation();
        var management = _client.GetGrain<IManagementGrain>(0);
        var hosts = await management.GetHosts(onlyActive: true);
        var statistics = await management.GetSimpleGrainStatistics();

        Assert.NotEmpty(hosts);
        Assert.All(hosts.Values, status => Assert.Equal(SiloStatus.Active, status));
        Assert.Contains(statistics, statistic => statistic.GrainType.Contains(nameof(LifecycleGrain), StringComparison.Ordinal) && statistic.ActivationCount > 0);
        Assert.True(await management.GetTotalActivationCount() > 0);
    }

    [Fact]
    public async Task A_persistent_state_survives_its_activation()
    {
        var grain = _client.GetGrain<IStatefulGrain>(_play);
        Assert.Equal((0, false), await grain.Read());
        Assert.Equal(3, await grain.Add(3));
        await grain.Leave();

        Assert.Equal((3, true), await grain.Read());
        await grain.Clear();
        await grain.Leave();
        Assert.Equal((0, false), await grain.Read());
    }
}
