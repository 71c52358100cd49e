using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>
/// A timer whose ticks are calls to its own activation: queued like any request unless it interleaves, never two at a time,
/// dropped when the activation ends.
/// </summary>
internal sealed class GrainTimer : IGrainTimer
{
    private static readonly CallMethod Tick = CallMethod.Internal(typeof(IGrainTimerTick), nameof(IGrainTimerTick.Tick), localOnly: true, keepsAlive: false);
    private static readonly CallMethod TickAndKeep = CallMethod.Internal(typeof(IGrainTimerTick), nameof(IGrainTimerTick.Tick), localOnly: true);
    private static readonly CallMethod InterleavingTick = CallMethod.Internal(typeof(IGrainTimerTick), nameof(IGrainTimerTick.Tick), localOnly: true, interleave: true, keepsAlive: false);
    private static readonly CallMethod InterleavingTickAndKeep = CallMethod.Internal(typeof(IGrainTimerTick), nameof(IGrainTimerTick.Tick), localOnly: true, interleave: true);

    private readonly Activation _activation;
    private readonly Func<CancellationToken, Task> _callback;
    private readonly CallMethod _method;
    private readonly CancellationTokenSource _disposed = new();
    private readonly ITimer _timer;
    private TimeSpan _dueTime;
    private TimeSpan _period;
    private bool _ticking;
    private bool _changedInTick;

    public GrainTimer(Activation activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        Check(options.DueTime, options.Period);
        _activation = activation;
        _callback = callback;
        _period = options.Period;
        _method = (options.Interleave, options.KeepAlive) switch
        {
            (false, false) => Tick,
            (false, true) => TickAndKeep,
            (true, false) => InterleavingTick,
            (true, true) => InterleavingTickAndKeep,
        };

        _timer = WithoutAmbientValues.Do(() => activation.Silo.Time.CreateTimer(
            static self => ((GrainTimer)self!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
    }

    /// <summary>The method that ticks are logged under.</summary>
    internal interface IGrainTimerTick
    {
        Task Tick();
    }

    public void Start(TimeSpan dueTime) => Schedule(dueTime);

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        Check(dueTime, period);
        _dueTime = dueTime;
        _period = period;
        if (_ticking)
            _changedInTick = true;
        else
            Schedule(dueTime);
    }

    public void Dispose()
    {
        if (_disposed.IsCancellationRequested)
            return;

        _disposed.Cancel();
        _timer.Dispose();
        _activation.Remove(this);
    }

    private void Ring() => _activation.Receive(new TickCall(this) { Method = _method, Target = _activation.GrainId });

    private async Task RunTickAsync()
    {
        if (_disposed.IsCancellationRequested)
            return;

        _ticking = true;
        try
        {
            await _callback(_disposed.Token);
        }
        catch (Exception failure)
        {
            _activation.Silo.Log.TimerTickFailed(_activation.GrainId, failure);
        }
        finally
        {
            _ticking = false;
            if (!_disposed.IsCancellationRequested)
                Schedule(_changedInTick ? _dueTime : _period);

            _changedInTick = false;
        }
    }

    // One ring at a time: the next one is set when the tick is over.
    private void Schedule(TimeSpan dueTime) => _timer.Change(dueTime, Timeout.InfiniteTimeSpan);

    private static void Check(TimeSpan dueTime, TimeSpan period)
    {
        const long MaxMilliseconds = uint.MaxValue - 1;
        ArgumentOutOfRangeException.ThrowIfLessThan((long)dueTime.TotalMilliseconds, -1, nameof(dueTime));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)dueTime.TotalMilliseconds, MaxMilliseconds, nameof(dueTime));
        ArgumentOutOfRangeException.ThrowIfLessThan((long)period.TotalMilliseconds, -1, nameof(period));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)period.TotalMilliseconds, MaxMilliseconds, nameof(period));
    }

    private sealed class TickCall(GrainTimer timer) : ActionCall
    {
        protected override Task InvokeTarget(object grain) => timer.RunTickAsync();
    }
}
