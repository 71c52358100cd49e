using Microsoft.Extensions.DependencyInjection;
using Orleans.InProcess.Simulation;
using Xunit;

namespace WalletGrains.Grains.Tests.Runtime;

/// <summary>What simulated clusters promise: one thread, one seed, virtual time, faults on demand.</summary>
public sealed class SimulationTests
{
    private static readonly SimulatedClusterOptions Options = NewOptions();

    private readonly SimulatedWorld _world = new(seed: 1);
    private readonly CounterLog _log = new();
    private readonly SimulatedCluster _cluster;
    private readonly SimulatedClient _client;

    public SimulationTests()
    {
        _cluster = new SimulatedCluster(_world, Options, (builder, silo) => AddServices(builder, silo, _log));
        _client = _cluster.AddClient("client");
    }

    [Fact]
    public void Calls_take_virtual_time_and_no_other()
    {
        Assert.Equal(1, Run(() => Counter(1).CountOnAsync(2, TimeSpan.FromSeconds(20))));
        Assert.InRange(_world.Now, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(20.1));
    }

    [Fact]
    public void A_seed_makes_the_same_run_and_another_seed_another_one()
    {
        Assert.Equal(HashOf(seed: 5), HashOf(seed: 5));
        Assert.NotEqual(HashOf(seed: 5), HashOf(seed: 6));
    }

    [Fact]
    public void Grains_are_spread_over_silos_and_keep_their_place()
    {
        var places = Enumerable.Range(0, 30).Select(key => Run(() => Counter(key).CountAsync()).Silo).ToList();
        Assert.Equal(3, places.Distinct().Count());
        Assert.Equal(places, Enumerable.Range(0, 30).Select(key => Run(() => Counter(key).CountAsync()).Silo));
    }

    [Fact]
    public void Nothing_of_a_crashed_silo_ever_goes_on()
    {
        var silo = SiloOf(1);
        var call = Start(() => Counter(1).CountOnAsync(2, TimeSpan.FromSeconds(1)));
        _world.Run(TimeSpan.FromMilliseconds(500));
        silo.Crash();
        _world.Run(TimeSpan.FromMinutes(1));

        Assert.IsType<SiloUnavailableException>(call.Exception!.InnerException);
        Assert.Equal((0, 0), (_log.Paused, _log.Executed));
    }

    [Fact]
    public void Grains_of_a_crashed_silo_are_activated_anew_elsewhere()
    {
        var home = Run(() => Counter(1).CountAsync()).Silo;
        _cluster.Silos.Single(silo => silo.Name == home).Crash();
        _world.Run(TimeSpan.FromSeconds(6));

        var (calls, place) = Run(() => Counter(1).CountAsync());
        Assert.Equal(1, calls);
        Assert.NotEqual(home, place);
    }

    [Fact]
    public void A_lost_message_is_a_timeout_of_the_caller()
    {
        _cluster.NetworkFaults.Lose = 1;
        var call = Start(() => Counter(1).CountAsync());
        _world.Run(TimeSpan.FromSeconds(29));
        Assert.False(call.IsCompleted);

        _world.Run(TimeSpan.FromSeconds(3));
        Assert.IsType<TimeoutException>(call.Exception!.InnerException);
    }

    [Fact]
    public void A_late_call_is_executed_though_its_caller_has_given_up()
    {
        (_cluster.NetworkFaults.Delay, _cluster.NetworkFaults.MaxLateness) = (1, TimeSpan.FromHours(10));
        var call = Start(() => Counter(1).CountAsync());
        _world.Run(TimeSpan.FromMinutes(1));
        Assert.True(call.IsFaulted);

        _world.Run(TimeSpan.FromHours(11));
        Assert.Equal(1, _log.Executed);
    }

    [Fact]
    public void A_repeated_call_is_executed_twice_and_answered_once()
    {
        var repeated = new List<string>();
        _cluster.Repeating = call => repeated.Add(call.GetMethodName());
        (_cluster.NetworkFaults.Repeat, _cluster.NetworkFaults.MaxLateness) = (1, TimeSpan.FromSeconds(1));
        Assert.InRange(Run(() => Counter(1).CountAsync()).Calls, 1, 2);
        _world.Run(TimeSpan.FromSeconds(2));

        Assert.Equal(2, _log.Executed);
        Assert.Equal([nameof(ICounterGrain.CountAsync)], repeated);
    }

    [Fact]
    public void A_duplicated_grain_lives_twice_until_it_is_united()
    {
        var clients = Enumerable.Range(0, 8).Select(i => _cluster.AddClient($"client-{i}")).ToList();
        List<string> Places() => [.. clients.Select(client => Run(client, () => client.Cluster.GetGrain<ICounterGrain>(1).CountAsync()).Silo).Distinct()];
        Assert.Single(Places());

        _cluster.Duplicate(Counter(1));
        Assert.Equal(2, Places().Count);
        Assert.Equal(2, _cluster.CountActivations(Counter(1)));

        _cluster.Unite(Counter(1));
        Assert.Single(Places());
        Assert.Equal(1, _cluster.CountActivations(Counter(1)));
        Assert.InRange(_cluster.DuplicatedUntil(Counter(1))!.Value, TimeSpan.Zero, _world.Now);
    }

    [Fact]
    public void A_clock_jumps_and_timers_go_on()
    {
        var silo = SiloOf(1);
        var call = Start(() => Counter(1).CountOnAsync(2, TimeSpan.FromSeconds(10)));
        _world.Run(TimeSpan.FromSeconds(9));
        silo.ClockOffset = TimeSpan.FromHours(1);
        Assert.False(call.IsCompleted);

        _world.Run(TimeSpan.FromSeconds(2));
        Assert.True(call.IsCompletedSuccessfully);
        Assert.Equal(SimulatedWorld.Epoch + TimeSpan.FromHours(1), Run(() => Counter(1).LookAsync()).Now, TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData(ReminderRinging.ByOne, 5)]
    [InlineData(ReminderRinging.ByNobody, 0)]
    [InlineData(ReminderRinging.ByAll, 15)]
    public void Reminders_tick_once_not_at_all_or_on_every_silo(ReminderRinging ringing, int ticks)
    {
        Run(() => Counter(1).RemindAsync(TimeSpan.FromMinutes(2)));
        _cluster.Reminders = ringing;
        _world.Run(TimeSpan.FromMinutes(1));
        _log.Ticks = 0;
        _world.Run(TimeSpan.FromMinutes(10));

        Assert.Equal(ticks, _log.Ticks);
    }

    [Theory]
    [InlineData(365)]
    [InlineData(-365)]
    public void A_reminder_that_was_reckoned_by_a_wrong_clock_ticks_again_soon_after_the_clock_is_right(int days)
    {
        Run(() => Counter(1).RemindAsync(TimeSpan.FromMinutes(2)));
        foreach (var silo in _cluster.Silos)
        {
            silo.ClockOffset = TimeSpan.FromDays(days);
        }

        _world.Run(TimeSpan.FromMinutes(6));
        foreach (var silo in _cluster.Silos)
        {
            silo.ClockOffset = TimeSpan.Zero;
        }

        _world.Run(TimeSpan.FromMinutes(6));
        _log.Ticks = 0;
        _world.Run(TimeSpan.FromMinutes(10));
        Assert.Equal(5, _log.Ticks);
    }

    [Fact]
    public void A_reminder_outlives_its_silo()
    {
        Run(() => Counter(1).RemindAsync(TimeSpan.FromMinutes(1)));
        foreach (var silo in _cluster.Silos)
        {
            silo.Restart();
        }

        _world.Run(TimeSpan.FromMinutes(3));
        Assert.InRange(_log.Ticks, 2, 4);
    }

    [Fact]
    public void A_stalled_silo_does_nothing_and_then_all_of_it()
    {
        Run(() => Counter(1).CountAsync());
        SiloOf(1).Process.Stall(TimeSpan.FromSeconds(5));
        var call = Start(() => Counter(1).CountAsync());
        _world.Run(TimeSpan.FromSeconds(4.9));
        Assert.False(call.IsCompleted);

        _world.Run(TimeSpan.FromSeconds(0.2));
        Assert.True(call.IsCompletedSuccessfully);
    }

    [Fact]
    public void Events_reach_subscribers_on_every_silo()
    {
        var play = Stage.NewPlay();
        string[] subscribers = [.. Enumerable.Range(0, 8).Select(i => $"{play}-{i}")];
        foreach (var subscriber in subscribers)
        {
            Run(() => _client.Cluster.GetGrain<IExplicitSubscriberGrain>(subscriber).Subscribe(ImplicitSubscriberGrain.Namespace, play));
        }

        string[] texts = ["one", "two", "three"];
        Run(() => _client.Cluster.GetGrain<IPublisherGrain>(play).Publish(ImplicitSubscriberGrain.Namespace, play, texts));
        _world.Run(TimeSpan.FromSeconds(1));

        Assert.All([.. subscribers, play], subscriber => Assert.Equal(texts, Stage.Lines(subscriber)));
    }

    [Fact]
    public void What_escapes_to_another_thread_fails_the_run()
    {
        var elsewhere = new TaskCompletionSource();
        Start(async () =>
        {
            await elsewhere.Task;
            return 0;
        });
        _world.Run(TimeSpan.Zero);
        var other = new Thread(elsewhere.SetResult);
        other.Start();
        other.Join();

        var failure = Assert.Throws<InvalidOperationException>(() => _world.Run(TimeSpan.Zero));
        Assert.Contains("another thread", failure.Message, StringComparison.Ordinal);
    }

    private ICounterGrain Counter(long key) => _client.Cluster.GetGrain<ICounterGrain>(key);

    private SimulatedSilo SiloOf(long key)
    {
        var name = Run(() => Counter(key).CountAsync()).Silo;
        (_log.Executed, _log.Paused) = (0, 0);
        return _cluster.Silos.Single(silo => silo.Name == name);
    }

    private Task<T> Start<T>(Func<Task<T>> work) => Start(_client, work);

    private static Task<T> Start<T>(SimulatedClient client, Func<Task<T>> work)
    {
        var result = new TaskCompletionSource<T>();
        client.Process.Start(async () =>
        {
            try
            {
                result.SetResult(await work());
            }
            catch (Exception failure)
            {
                result.SetException(failure);
            }
        });
        return result.Task;
    }

    private T Run<T>(Func<Task<T>> work) => Run(_client, work);

    private void Run(Func<Task> work) => Run(async () =>
    {
        await work();
        return 0;
    });

    private T Run<T>(SimulatedClient client, Func<Task<T>> work)
    {
        var call = Start(client, work);
        Assert.True(_world.Run(() => call.IsCompleted, TimeSpan.FromMinutes(1)));
        return call.GetAwaiter().GetResult();
    }

    private static ulong HashOf(int seed)
    {
        var world = new SimulatedWorld(seed);
        var log = new CounterLog();
        var cluster = new SimulatedCluster(world, Options, (builder, silo) => AddServices(builder, silo, log));
        var client = cluster.AddClient("client");
        for (var i = 0; i < 20; i++)
        {
            var key = i % 5;
            client.Process.Start(() => client.Cluster.GetGrain<ICounterGrain>(key).CountOnAsync(key + 1, TimeSpan.FromMilliseconds(100 * key)));
        }

        world.Run(TimeSpan.FromMinutes(1));
        return world.Trace.Hash;
    }

    private static void AddServices(InProcessSiloBuilder builder, SimulatedSilo silo, CounterLog log) =>
        builder.AddMemoryStreams(Providers.Streams).Services.AddSingleton(silo).AddSingleton(log);

    private static SimulatedClusterOptions NewOptions()
    {
        var options = new SimulatedClusterOptions();
        options.Silo.GrainAssemblies.Add(typeof(CounterGrain).Assembly);
        return options;
    }
}
