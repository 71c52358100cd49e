using Xunit;

namespace WalletGrains.Grains.Tests.Runtime;

public sealed class TimerTests(ActorFixture fixture)
{
    private readonly IClusterClient _client = fixture.Client;
    private readonly string _play = Stage.NewPlay();

    private ITimerGrain Grain => _client.GetGrain<ITimerGrain>(_play);

    [Fact]
    public async Task A_timer_ticks_again_and_again()
    {
        await Grain.Start(interleave: false);

        Assert.All(await Stage.Lines(_play, 3), line => Assert.Equal("tick", line));
    }

    [Fact]
    public async Task A_tick_waits_for_the_request_in_progress()
    {
        await Grain.Start(interleave: false);
        await Stage.Lines(_play, 1);
        var request = Grain.Wait();
        await Stage.Await(_play, "waiting");
        var before = Stage.Lines(_play).Length;
        Stage.Give(_play, "go");
        await request;

        Assert.DoesNotContain("tick beside a request", await Stage.Lines(_play, before + 1));
    }

    [Fact]
    public async Task An_interleaving_tick_does_not_wait() => Assert.True(await Grain.StartAndAwaitTick());

    [Fact]
    public async Task A_failed_tick_does_not_stop_the_timer()
    {
        await Grain.StartFailing();

        Assert.Equal(3, (await Stage.Lines(_play, 3))[..3].Count(line => line == "tick"));
    }

    [Fact]
    public async Task A_disposed_timer_does_not_tick()
    {
        await Grain.Start(interleave: false);
        await Stage.Lines(_play, 1);
        await Grain.Stop();

        // A tick that waited while the timer was disposed is a request that came before this one.
        await Grain.Stop();
        var clock = _client.GetGrain<ITimerGrain>($"{_play}-clock");
        await clock.Start(interleave: false);
        await Stage.Lines($"{_play}-clock", 3);

        Assert.Equal("stopped", Stage.Lines(_play)[^1]);
    }

    [Fact]
    public async Task A_timer_ends_with_its_activation()
    {
        await Grain.Start(interleave: false);
        await Stage.Lines(_play, 1);
        await Grain.Leave();
        var clock = _client.GetGrain<ITimerGrain>($"{_play}-clock");
        await clock.Start(interleave: false);
        await Stage.Lines($"{_play}-clock", 3);

        Assert.Equal("end", Stage.Lines(_play)[^1]);
    }
}
