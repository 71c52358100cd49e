using System.Collections.Concurrent;
using Orleans.Streams;
using WalletGrains.Contracts;
using WalletGrains.Testing;

namespace WalletGrains.Host.Tests.Actors;

/// <summary>Uses everything that the host gives to grains.</summary>
[Alias("tests.IProbeGrain")]
public interface IProbeGrain : IGrainWithGuidKey
{
    [Alias("Add")]
    Task<int> AddAsync(int amount);

    [Alias("Clear")]
    Task ClearAsync();

    [Alias("Remind")]
    Task RemindAsync();

    [Alias("IsReminded")]
    Task<bool> IsRemindedAsync();

    [Alias("Forget")]
    Task ForgetAsync();

    /// <exception cref="UnavailableException">Always.</exception>
    [Alias("Fail")]
    Task FailAsync();
}

/// <summary>Another grain class with the same key and the same name of its state.</summary>
[Alias("tests.INeighbourGrain")]
public interface INeighbourGrain : IGrainWithGuidKey
{
    [Alias("Get")]
    Task<int> GetAsync();
}

public sealed class ProbeState
{
    public int Total { get; set; }

    public DateTimeOffset? Since { get; set; }
}

/// <summary>What has reached a probe, seen from outside; tests and silos share a process.</summary>
internal static class ProbeSignals
{
    private static readonly ConcurrentDictionary<(Guid, string), Signal> s_signals = new();

    public static Signal Of(Guid probe, string what) => s_signals.GetOrAdd((probe, what), _ => new Signal($"probe {probe}: {what}"));
}

[ImplicitStreamSubscription("probe")]
public sealed class ProbeGrain([PersistentState("state")] IPersistentState<ProbeState> state) : Grain, IProbeGrain, IRemindable
{
    private const string Reminder = "wake";

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var stream = this.GetStreamProvider("Activity").GetStream<string>(StreamId.Create("probe", this.GetPrimaryKey()));
        await stream.SubscribeAsync((what, _) =>
        {
            ProbeSignals.Of(this.GetPrimaryKey(), what).Raise();
            return Task.CompletedTask;
        });
    }

    public async Task<int> AddAsync(int amount)
    {
        state.State.Total += amount;
        state.State.Since ??= new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.FromHours(1));
        await state.WriteStateAsync();
        return state.State.Total;
    }

    public Task ClearAsync() => state.ClearStateAsync();

    public Task RemindAsync() => this.RegisterOrUpdateReminder(Reminder, TimeSpan.FromHours(1), TimeSpan.FromHours(1));

    public async Task<bool> IsRemindedAsync() => await this.GetReminder(Reminder) is not null;

    public async Task ForgetAsync()
    {
        if (await this.GetReminder(Reminder) is { } reminder)
            await this.UnregisterReminder(reminder);
    }

    public Task FailAsync() => throw new UnavailableException("The probe's store is away.");

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        ProbeSignals.Of(this.GetPrimaryKey(), reminderName).Raise();
        return Task.CompletedTask;
    }
}

public sealed class NeighbourGrain([PersistentState("state")] IPersistentState<ProbeState> state) : Grain, INeighbourGrain
{
    public Task<int> GetAsync() => Task.FromResult(state.State.Total);
}
