using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>A client object that grains call through a reference: its calls run one after another, in order of arrival.</summary>
internal sealed class ObserverTarget : TurnQueue, ICallTarget
{
    public static readonly GrainType GrainType = GrainType.Create("sys.client");

    private readonly InProcessSilo _silo;
    private readonly WeakReference<object> _object;
    private WaitingCalls _waiting;
    private bool _busy;

    public ObserverTarget(InProcessSilo silo, object observer)
        : base(silo.Scheduler)
    {
        _silo = silo;
        _object = new WeakReference<object>(observer);
        GrainId = Runtime.GrainId.Create(GrainType, GrainIdKeyExtensions.CreateGuidKey(silo.NewGuid()));
    }

    public GrainId GrainId { get; }

    /// <summary>Whether the client has let go of the object.</summary>
    public bool IsDead => !_object.TryGetTarget(out _);

    public void Receive(Call call)
    {
        lock (Gate)
        {
            if (_waiting.Count < _silo.Options.MaxCallsPerActivation)
            {
                _waiting.Add(call);
                QueueTurnIfNeeded();
                return;
            }
        }

        _silo.Reject(call, new LimitExceededException($"The client object {GrainId} has {_silo.Options.MaxCallsPerActivation} waiting calls."));
    }

    protected override void RunTurn()
    {
        Call call;
        lock (Gate)
            call = _waiting.TakeFirst()!;

        _ = RunAsync(call);
    }

    private async Task RunAsync(Call call)
    {
        try
        {
            if (!_object.TryGetTarget(out var target))
            {
                _silo.Directory.Remove(GrainId, this);
                throw new ClientNotAvailableException(GrainId);
            }

            RequestContext.Current = call.RequestContext;
            if (!call.IsAbandoned)
                await call.Start(target);
        }
        catch (Exception failure)
        {
            _silo.Log.NotificationFailed(GrainId, failure);
            call.Fail(failure);
        }

        if (!call.IsAbandoned)
            _silo.Path.Answer(call);

        lock (Gate)
        {
            _busy = false;
            QueueTurnIfNeeded();
        }
    }

    // With the gate held.
    private void QueueTurnIfNeeded()
    {
        if (_busy || _waiting.Count == 0)
            return;

        _busy = true;
        QueueTurn();
    }
}
