using System.Diagnostics;

namespace WalletGrains.Testing;

/// <summary>
/// A clock that runs so many times as fast as the machine's: what waits for seconds or minutes waits for milliseconds, in an order that is as
/// real as any.
/// </summary>
/// <param name="speed">How many times as fast.</param>
public sealed class FastTimeProvider(int speed) : TimeProvider
{
    private readonly DateTimeOffset _startedAt = System.GetUtcNow();
    private readonly long _startedTimestamp = Stopwatch.GetTimestamp();

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _startedAt.AddTicks(GetTimestamp());

    public override long GetTimestamp() => Stopwatch.GetElapsedTime(_startedTimestamp).Ticks * speed;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new FastTimer(System.CreateTimer(callback, state, Real(dueTime), Real(period)), this);

    /// <summary>How long the machine's clock takes for it; waiting for ever stays waiting for ever.</summary>
    public TimeSpan Real(TimeSpan time) => time <= TimeSpan.Zero ? time : time / speed;

    private sealed class FastTimer(ITimer timer, FastTimeProvider time) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(time.Real(dueTime), time.Real(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
