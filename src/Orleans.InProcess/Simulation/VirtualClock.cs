namespace Orleans.InProcess.Simulation;

/// <summary>
/// Virtual time as one process sees it. Timers and timestamps follow virtual time; the time of day may be wrong, and jump.
/// Everything that takes a <see cref="TimeProvider"/> follows it: <c>Task.Delay</c>, <c>WaitAsync</c>, <c>CancellationTokenSource</c>.
/// </summary>
/// <remarks>No counterpart in Orleans.</remarks>
public sealed class VirtualClock : TimeProvider
{
    private readonly SimulatedProcess _process;
    private readonly SimulatedWorld _world;

    internal VirtualClock(SimulatedProcess process, SimulatedWorld world) => (_process, _world) = (process, world);

    /// <summary>How much the time of day is ahead of the true one. May be changed at any time: the clock then jumps.</summary>
    public TimeSpan Offset { get; set; }

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => SimulatedWorld.Epoch + _world.Now + Offset;

    public override long GetTimestamp() => _world.Now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(_process, _world, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class VirtualTimer(SimulatedProcess process, SimulatedWorld world, TimerCallback callback, object? state) : ITimer
    {
        private SimulatedWorld.Occurrence? _next;
        private TimeSpan _period;
        private bool _disposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (_disposed)
                return false;

            Cancel();
            _period = period;
            if (dueTime != Timeout.InfiniteTimeSpan)
                _next = world.Schedule(dueTime, process, Fire);

            return true;
        }

        public void Dispose()
        {
            _disposed = true;
            Cancel();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fire()
        {
            // Before the callback, which may change or dispose of the timer.
            _next = _period > TimeSpan.Zero ? world.Schedule(_period, process, Fire) : null;
            callback(state);
        }

        private void Cancel()
        {
            if (_next is { } next)
                next.IsCancelled = true;
        }
    }
}
