using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.InProcess;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Grains.Tests.Runtime;

/// <summary>What the in-process silo promises beyond the contract: limits, injected time, injected threads, graceful stop.</summary>
public sealed class SiloTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly string _play = Stage.NewPlay();
    private readonly MemoryReminderTable _reminders = new();
    private IHost? _host;

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await StopAsync();
    }

    [Fact]
    public async Task Calls_beyond_the_limit_of_an_activation_are_refused()
    {
        var client = await StartAsync(options => options.MaxCallsPerActivation = 3);
        var grain = client.GetGrain<ITurnGrain>(Guid.NewGuid(), typeof(TurnGrain).FullName);
        var running = grain.Perform(_play, "running");
        await Stage.Await(_play, "running:started");
        var waiting = new[] { grain.Note(_play, "one"), grain.Note(_play, "two") };

        await Assert.ThrowsAsync<LimitExceededException>(() => grain.Note(_play, "three"));
        Stage.Give(_play, "running:go");
        await Task.WhenAll([running, .. waiting]);
    }

    [Fact]
    public async Task Requests_of_one_caller_run_in_the_order_in_which_they_were_sent()
    {
        var client = await StartAsync();
        var grain = client.GetGrain<ITurnGrain>(Guid.NewGuid(), typeof(TurnGrain).FullName);
        var names = Enumerable.Range(0, 100).Select(i => $"{i}").ToArray();
        await Task.WhenAll(names.Select(name => grain.Note(_play, name)).ToArray());

        Assert.Equal(names, Stage.Lines(_play));
    }

    [Fact]
    public async Task A_caller_gives_up_after_the_response_timeout()
    {
        var client = await StartAsync(options => options.ResponseTimeout = TimeSpan.FromSeconds(30));
        var grain = client.GetGrain<ITurnGrain>(Guid.NewGuid(), typeof(TurnGrain).FullName);
        var call = grain.Perform(_play, "slow");
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(call.IsCompleted);

        _time.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<TimeoutException>(() => call);
        Stage.Give(_play, "slow:go");
    }

    [Fact]
    public async Task An_activation_is_collected_at_its_age_and_not_before()
    {
        var client = await StartAsync(options => options.CollectionAge = TimeSpan.FromMinutes(15));
        await client.GetGrain<ILifecycleGrain>(_play).Incarnation();
        _time.Advance(TimeSpan.FromMinutes(14));
        Assert.Empty(Stage.Lines(_play));

        _time.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal([$"{DeactivationReasonCode.ActivationIdle}"], await Stage.Lines(_play, 1));
    }

    [Fact]
    public async Task A_reminder_survives_a_restart_and_keeps_its_rhythm()
    {
        var client = await StartAsync();
        await client.GetGrain<IReminderGrain>(_play).Remind("wake", TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10));
        await StopAsync();
        _time.Advance(TimeSpan.FromMinutes(15));

        await StartAsync();
        _time.Advance(TimeSpan.FromMinutes(4));
        Assert.Empty(Stage.Lines(_play));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(["wake"], await Stage.Lines(_play, 1));
    }

    [Fact]
    public async Task A_reminder_due_at_once_ticks_at_once()
    {
        var client = await StartAsync();
        await client.GetGrain<IReminderGrain>(_play).Remind("wake", TimeSpan.Zero, TimeSpan.FromMinutes(1));
        _time.Advance(TimeSpan.Zero);

        Assert.Equal(["wake"], await Stage.Lines(_play, 1));
    }

    [Fact]
    public async Task An_event_that_keeps_failing_is_given_up_and_the_next_one_is_delivered()
    {
        var client = await StartAsync(options =>
        {
            options.MaxStreamDeliveries = 3;
            options.StreamRetryDelay = TimeSpan.Zero;
        });
        await client.GetGrain<IPublisherGrain>(_play).Publish(PoisonedGrain.Namespace, _play, ["poison", "fine"]);

        Assert.Equal(
            ["poison", "poison", "poison", "StreamEventDeliveryFailureException", "fine"], await Stage.Lines(_play, 5));
    }

    [Fact]
    public async Task A_publisher_waits_while_the_queue_of_a_subscriber_is_full()
    {
        var client = await StartAsync(options => options.MaxWaitingEventsPerSubscription = 2);
        var publishing = client.GetGrain<IPublisherGrain>(_play).Publish(PoisonedGrain.Namespace, _play, ["wait", "two", "three"]);
        await Stage.Await(_play, "waiting");
        Assert.False(publishing.IsCompleted);

        Stage.Give(_play, "go");
        await publishing;
        Assert.Equal(["wait", "two", "three"], await Stage.Lines(_play, 3));
    }

    [Fact]
    public async Task Stopping_the_host_ends_all_activations_and_refuses_further_calls()
    {
        var client = await StartAsync();
        await client.GetGrain<ILifecycleGrain>(_play).Incarnation();
        await StopAsync();

        Assert.Equal([$"{DeactivationReasonCode.ShuttingDown}"], Stage.Lines(_play));
        await Assert.ThrowsAsync<SiloUnavailableException>(() => client.GetGrain<ILifecycleGrain>(_play).Incarnation());
    }

    [Fact]
    public async Task Every_turn_runs_on_the_injected_scheduler()
    {
        var scheduler = new OneThreadScheduler();
        var client = await StartAsync(scheduler: scheduler);
        var chain = client.GetGrain<ICallGrain>(_play).ContextOfNext($"{_play}-next", "nothing");
        Assert.False(chain.IsCompleted);

        scheduler.RunAll();
        Assert.True(chain.IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData(nameof(InProcessSiloOptions.MaxCallsPerActivation))]
    [InlineData(nameof(InProcessSiloOptions.ResponseTimeout))]
    public async Task Options_that_make_no_sense_are_refused_by_name(string setting)
    {
        var failure = await Assert.ThrowsAsync<OrleansConfigurationException>(() => StartAsync(options =>
        {
            if (setting == nameof(InProcessSiloOptions.ResponseTimeout))
                options.ResponseTimeout = TimeSpan.Zero;
            else
                options.MaxCallsPerActivation = 0;
        }));

        Assert.Contains(setting, failure.Message, StringComparison.Ordinal);
        _host = null;
    }

    private async Task<IClusterClient> StartAsync(Action<InProcessSiloOptions>? configure = null, IGrainScheduler? scheduler = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton<TimeProvider>(_time);
        if (scheduler is not null)
            builder.Services.AddSingleton(scheduler);

        _host = builder.AddContractSilo(configure, _reminders).Build();
        await _host.StartAsync();
        return _host.Services.GetRequiredService<IClusterClient>();
    }

    private async Task StopAsync()
    {
        using var hasty = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await _host!.StopAsync(hasty.Token);
        _host.Dispose();
        _host = null;
    }

    /// <summary>Work items in order, on the thread of the test.</summary>
    private sealed class OneThreadScheduler : IGrainScheduler
    {
        private readonly Queue<IThreadPoolWorkItem> _items = new();

        public void Queue(IThreadPoolWorkItem workItem) => _items.Enqueue(workItem);

        public void RunAll()
        {
            while (_items.TryDequeue(out var item))
                item.Execute();
        }
    }
}
