using Orleans.InProcess.Simulation;

namespace WalletGrains.Grains.Tests.Runtime;

/// <summary>Counts, and says where it lives.</summary>
public interface ICounterGrain : IGrainWithIntegerKey
{
    /// <summary>One more. Returns how many calls this activation has had, and its silo.</summary>
    Task<(int Calls, string Silo)> CountAsync();

    /// <summary>Counts on another counter after a pause.</summary>
    Task<int> CountOnAsync(long other, TimeSpan pause);

    Task RemindAsync(TimeSpan period);

    Task<(int Ticks, DateTimeOffset Now)> LookAsync();
}

public sealed class CounterGrain(TimeProvider time, SimulatedSilo silo, CounterLog log) : Grain, ICounterGrain, IRemindable
{
    private int _calls;

    public Task<(int Calls, string Silo)> CountAsync()
    {
        log.Executed++;
        return Task.FromResult((++_calls, silo.Name));
    }

    public async Task<int> CountOnAsync(long other, TimeSpan pause)
    {
        await Task.Delay(pause, time);
        log.Paused++;
        return (await GrainFactory.GetGrain<ICounterGrain>(other).CountAsync()).Calls;
    }

    public Task RemindAsync(TimeSpan period) => this.RegisterOrUpdateReminder("count", period, period);

    public Task<(int Ticks, DateTimeOffset Now)> LookAsync() => Task.FromResult((log.Ticks, time.GetUtcNow()));

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        log.Ticks++;
        return Task.CompletedTask;
    }
}

/// <summary>What all activations of a run have done together.</summary>
public sealed class CounterLog
{
    public int Executed { get; set; }

    public int Paused { get; set; }

    public int Ticks { get; set; }
}
