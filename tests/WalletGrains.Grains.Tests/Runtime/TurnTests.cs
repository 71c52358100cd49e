using Xunit;

namespace WalletGrains.Grains.Tests.Runtime;

public sealed class TurnTests(ActorFixture fixture)
{
    private readonly IClusterClient _client = fixture.Client;
    private readonly string _play = Stage.NewPlay();

    private ITurnGrain Grain => _client.GetGrain<ITurnGrain>(Guid.ParseExact(_play, "N"), typeof(TurnGrain).FullName);

    private IReentrantTurnGrain Reentrant => _client.GetGrain<IReentrantTurnGrain>(Guid.ParseExact(_play, "N"));

    [Fact]
    public async Task A_second_request_waits_until_the_first_is_complete()
    {
        var first = Grain.Perform(_play, "first");
        await Stage.Await(_play, "first:started");
        var second = Grain.Perform(_play, "second");
        Stage.Give(_play, "second:go");
        Stage.Give(_play, "first:go");
        await Task.WhenAll(first, second);

        Assert.Equal(["first starts", "first ends", "second starts", "second ends"], Stage.Lines(_play));
    }

    [Fact]
    public async Task Requests_sent_together_run_once_each_in_an_order_that_nobody_may_rely_on()
    {
        var names = Enumerable.Range(0, 100).Select(i => $"{i}").ToArray();
        await Task.WhenAll(names.Select(name => Grain.Note(_play, name)).ToArray());

        Assert.Equal(names.Order(), Stage.Lines(_play).Order());
    }

    [Fact]
    public async Task A_reentrant_grain_interleaves_at_awaits()
    {
        var first = Reentrant.Perform(_play, "first");
        await Stage.Await(_play, "first:started");
        var second = Reentrant.Perform(_play, "second");
        await Stage.Await(_play, "second:started");
        Stage.Give(_play, "second:go");
        await second;
        Stage.Give(_play, "first:go");
        await first;

        Assert.Equal(["first starts", "second starts", "second ends", "first ends"], Stage.Lines(_play));
    }

    [Fact]
    public async Task An_always_interleaved_method_runs_while_a_request_waits()
    {
        var request = Grain.Perform(_play, "request");
        await Stage.Await(_play, "request:started");
        var queued = Grain.Perform(_play, "queued");
        var beside = Grain.PerformBeside(_play, "beside");
        Stage.Give(_play, "beside:go");
        await beside;
        Assert.False(Stage.HasHappened(_play, "queued:started"));

        Stage.Give(_play, "request:go");
        Stage.Give(_play, "queued:go");
        await Task.WhenAll(request, queued);
    }

    [Fact]
    public async Task Read_only_requests_interleave_with_each_other_but_not_with_a_change()
    {
        var one = Grain.Look(_play, "one");
        await Stage.Await(_play, "one:started");
        var change = Grain.Perform(_play, "change");
        var two = Grain.Look(_play, "two");
        await Stage.Await(_play, "two:started");
        Assert.False(Stage.HasHappened(_play, "change:started"));

        Stage.Give(_play, "two:go");
        await two;
        Stage.Give(_play, "one:go");
        Stage.Give(_play, "change:go");
        await Task.WhenAll(one, change);
        Assert.Equal("change ends", Stage.Lines(_play)[^1]);
    }

    [Fact]
    public async Task Awaits_come_back_to_the_turns_of_the_activation() => Assert.True(await Grain.ComesBackAfterAwaits());

    [Fact]
    public async Task Task_Run_escapes_from_the_activation() => Assert.True(await Grain.TaskRunEscapes());

    [Fact]
    public async Task A_reentrant_grain_still_has_one_thread_at_a_time()
    {
        const int Calls = 500;
        var counts = await Task.WhenAll(Enumerable.Range(0, Calls).Select(_ => Reentrant.IncrementAcrossAwaits()).ToArray());

        Assert.Equal(2 * Calls, counts.Max());
    }

    [Fact]
    public async Task Stateless_workers_share_the_calls_up_to_their_maximum()
    {
        var grain = _client.GetGrain<IWorkerGrain>(1);
        var one = grain.Perform(_play, "one");
        var two = grain.Perform(_play, "two");
        await Task.WhenAll(Stage.Await(_play, "one:started"), Stage.Await(_play, "two:started"));

        Stage.Give(_play, "one:go");
        Stage.Give(_play, "two:go");
        await Task.WhenAll(one, two);
    }

    [Fact]
    public async Task A_call_chain_that_comes_back_to_a_waiting_grain_times_out()
    {
        var grain = _client.GetGrain<IChainGrain>(_play);

        await Assert.ThrowsAsync<TimeoutException>(() => grain.CallAndBeCalledBack($"{_play}-other"));
    }
}
