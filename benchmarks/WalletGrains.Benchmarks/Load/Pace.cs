using System.Diagnostics;

namespace WalletGrains.Benchmarks.Load;

/// <summary>The times at which the operations of an open loop are due: one after another, equally far apart.</summary>
internal sealed class Pace(int perSecond)
{
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private long _taken;

    /// <summary>Takes the next time and returns when it has come: the timestamp at which the operation was due. Timers wake up to a
    /// millisecond late, which counts as latency; the time itself is never moved.</summary>
    public async ValueTask<long> NextAsync()
    {
        var due = _startedAt + (long)((Interlocked.Increment(ref _taken) - 1) * ((double)Stopwatch.Frequency / perSecond));
        while (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) is var left && left > TimeSpan.Zero)
        {
            await Task.Delay(left < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : left);
        }

        return due;
    }
}
