using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>How an activation begins, how long it stays, and how it ends.</summary>
internal sealed partial class Activation
{
    private readonly WorkerPool? _pool;
    private readonly TaskCompletionSource _deactivated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<IActivationState> _states = [];
    private readonly HashSet<GrainTimer> _timers = [];
    private State _state;
    private DeactivationReason? _reason;
    private CancellationToken _endHastily;
    private AsyncServiceScope? _scope;
    private Dictionary<string, object>? _firstContext;
    private long _lastUsed;
    private long _keepUntil = long.MinValue;

    private enum State
    {
        /// <summary>Waits for the turn in which it is activated.</summary>
        Created,
        Activating,
        Valid,

        /// <summary>Starts no more calls and waits for the end of those in progress.</summary>
        Ending,
        Deactivating,

        /// <summary>Passes every call on to the next activation.</summary>
        Ended,
    }

    public IServiceProvider ActivationServices
    {
        get
        {
            // Made on demand: most grains are content with singletons.
            _scope ??= Silo.Services.CreateAsyncScope();
            return _scope.Value.ServiceProvider;
        }
    }

    public Task Deactivated => _deactivated.Task;

    /// <summary>The handlers of the streams that this activation has subscribed to.</summary>
    public StreamHandlers StreamHandlers => field ??= new StreamHandlers();

    private bool HasStep => (_state == State.Created && _waiting.Count > 0) || (_state == State.Ending && Running == 0);

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        lock (Gate)
        {
            if (_reason is not null || _state == State.Ended)
                return;

            _reason = deactivationReason;
            _endHastily = cancellationToken;
            if (_state == State.Valid)
                _state = State.Ending;

            QueueTurnIfNeeded();
        }
    }

    /// <summary>Ends the activation if it has not been used for its age limit, or for the shorter one given.</summary>
    public void DeactivateIfIdle(long now, TimeSpan? ageLimit = null)
    {
        if (IsIdle(now, ageLimit))
            Deactivate(new DeactivationReason(DeactivationReasonCode.ActivationIdle, "The activation was idle for its age limit."));
    }

    /// <summary>Whether the activation has not been used for its age limit, or for the shorter one given.</summary>
    public bool IsIdle(long now, TimeSpan? ageLimit)
    {
        lock (Gate)
        {
            var limit = ageLimit ?? _class.CollectionAge;
            return _state == State.Valid && Load == 0 && now >= _keepUntil && now - _lastUsed >= limit.Ticks;
        }
    }

    public void DelayDeactivation(TimeSpan time)
    {
        lock (Gate)
        {
            var now = Silo.Clock.Now;
            _keepUntil = time < TimeSpan.Zero ? long.MinValue : time.Ticks > long.MaxValue - now ? long.MaxValue : now + time.Ticks;
        }
    }

    /// <summary>Has the state read before the grain is activated.</summary>
    internal void Add(IActivationState state) => _states.Add(state);

    internal IGrainTimer RegisterTimer(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        var timer = new GrainTimer(this, callback, options);
        lock (Gate)
            _timers.Add(timer);

        timer.Start(options.DueTime);
        return timer;
    }

    internal void Remove(GrainTimer timer)
    {
        lock (Gate)
            _timers.Remove(timer);
    }

    // With the gate held: what to do before any other call, if anything.
    private Func<Task>? TakeStep()
    {
        if (!HasStep)
            return null;

        if (_state == State.Created)
        {
            _state = State.Activating;
            _firstContext = _waiting.First?.RequestContext;
            return ActivateAsync;
        }

        _state = State.Deactivating;
        return DeactivateAsync;
    }

    private async Task ActivateAsync()
    {
        var options = Silo.Options;
        try
        {
            RequestContext.Current = _firstContext;
            GrainInstance = _class.Create(this);
            using var deadline = new CancellationTokenSource(options.ActivationTimeout, Silo.Time);
            foreach (var state in _states)
                await state.ReadAsync(deadline.Token).WaitAsync(deadline.Token);

            if (GrainInstance is IGrainBase grain)
                await grain.OnActivateAsync(deadline.Token).WaitAsync(deadline.Token);
        }
        catch (Exception failure)
        {
            Silo.Log.ActivationFailed(GrainId, failure);
            await EndAsync(failure);
            return;
        }

        lock (Gate)
        {
            _lastUsed = Silo.Clock.Now;
            _state = _reason is null ? State.Valid : State.Ending;
            QueueTurnIfNeeded();
        }
    }

    private async Task DeactivateAsync()
    {
        StopTimers();
        try
        {
            using var deadline = new CancellationTokenSource(Silo.Options.DeactivationTimeout, Silo.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _endHastily);
            if (GrainInstance is IGrainBase grain)
                await grain.OnDeactivateAsync(_reason!.Value, either.Token).WaitAsync(either.Token);
        }
        catch (Exception failure)
        {
            Silo.Log.DeactivationFailed(GrainId, failure);
        }

        await EndAsync(null);
    }

    private async Task EndAsync(Exception? failure)
    {
        try
        {
            StopTimers();
            if (GrainInstance is IAsyncDisposable asyncDisposable)
                await asyncDisposable.DisposeAsync();
            else if (GrainInstance is IDisposable disposable)
                disposable.Dispose();

            if (_scope is { } scope)
                await scope.DisposeAsync();
        }
        catch (Exception disposal)
        {
            Silo.Log.DeactivationFailed(GrainId, disposal);
        }

        List<Call> left;
        lock (Gate)
        {
            _state = State.Ended;
            left = _waiting.TakeAll();
        }

        Leave();
        foreach (var call in left)
        {
            if (failure is not null)
                Silo.Reject(call, failure);
            else
                Silo.Forward(call);
        }

        _deactivated.TrySetResult();
    }

    // From here on calls find a new activation. Done before any call is passed on, else it would come back.
    private void Leave()
    {
        if (_pool is not null)
            _pool.Remove(this);
        else
            Silo.Directory.Remove(GrainId, this);
    }

    private void StopTimers()
    {
        GrainTimer[] timers;
        lock (Gate)
            timers = [.. _timers];

        foreach (var timer in timers)
            timer.Dispose();
    }
}
