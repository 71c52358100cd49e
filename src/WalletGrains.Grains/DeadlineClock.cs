using System.Collections.Concurrent;

namespace WalletGrains.Grains;

/// <summary>
/// Wakes everybody in a silo who waits for a deadline. Those whose deadlines fall into the same quarter of a second share one
/// timer: ten thousand busy wallets with a timer each cost a sixteenth of the silo's CPU.
/// </summary>
public sealed class DeadlineClock(TimeProvider time)
{
    /// <summary>How much later than asked for a waiter may be woken; never earlier.</summary>
    public static readonly TimeSpan Resolution = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<long, Task> _ticks = new();

    private long TimestampsPerTick => (long)(Resolution.TotalSeconds * time.TimestampFrequency);

    /// <summary>Completes when so much time has passed, up to <see cref="Resolution"/> later.</summary>
    public Task WaitAsync(TimeSpan duration)
    {
        var due = time.GetTimestamp() + (long)(duration.TotalSeconds * time.TimestampFrequency);
        return _ticks.GetOrAdd((due / TimestampsPerTick) + 1, TickAsync);
    }

    private async Task TickAsync(long tick)
    {
        var left = time.GetElapsedTime(time.GetTimestamp(), tick * TimestampsPerTick);

        // Delays are cut to whole milliseconds; one more makes sure that the time has passed. A thread that slept since it asked
        // may find that it has passed already: and a delay of minus one millisecond would be one without end.
        await Task.Delay((left > TimeSpan.Zero ? left : TimeSpan.Zero) + TimeSpan.FromMilliseconds(1), time);
        _ticks.TryRemove(tick, out _);
    }
}
