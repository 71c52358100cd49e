using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.InProcess;

/// <summary>
/// A grain in memory: its object, the calls that wait for it and those in progress. This part takes calls, decides which
/// may start, and starts them; Activation.Lifecycle.cs begins and ends the activation.
/// </summary>
internal sealed partial class Activation : TurnQueue, ICallTarget, IGrainContext
{
    // Calls started in one turn before the continuations of earlier ones get theirs.
    private const int CallsPerTurn = 16;

    private readonly GrainClass _class;
    private WaitingCalls _waiting;
    private bool _turnQueued;

    // Calls in progress, by what they let in beside them.
    private int _exclusive;
    private int _readOnly;
    private int _interleaved;

    public Activation(InProcessSilo silo, GrainClass grainClass, GrainId id, WorkerPool? pool = null)
        : base(silo.Scheduler)
    {
        Silo = silo;
        GrainId = id;
        _class = grainClass;
        _pool = pool;
    }

    public InProcessSilo Silo { get; }

    public GrainId GrainId { get; }

    public GrainClass Class => _class;

    public object? GrainInstance { get; private set; }

    public GrainReference GrainReference => Silo.Interfaces.Get(typeof(IAddressable)).Refer(GrainId);

    /// <summary>Calls in progress and waiting; a guess when read from outside.</summary>
    public int Load => Running + _waiting.Count;

    private int Running => _exclusive + _readOnly + _interleaved;

    public void Receive(Call call)
    {
        lock (Gate)
        {
            if (_state != State.Ended)
            {
                if (Load < Silo.Options.MaxCallsPerActivation || call.Method.LocalOnly)
                {
                    _waiting.Add(call);
                    QueueTurnIfNeeded();
                    return;
                }

                call.Fail(new LimitExceededException(
                    nameof(Silo.Options.MaxCallsPerActivation), Load, Silo.Options.MaxCallsPerActivation, GrainId));
            }
        }

        if (call.Failure is null)
        {
            Leave();
            Silo.Forward(call);
        }
        else
        {
            Silo.Path.Answer(call);
        }
    }

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => GrainId.GetHashCode();

    public override string ToString() => $"[Activation {GrainId} on {Silo.Address}, {_state}]";

    protected override void RunTurn()
    {
        for (var started = 0; started < CallsPerTurn; started++)
        {
            Call? call;
            Func<Task>? step;
            lock (Gate)
            {
                step = TakeStep();
                call = step is null ? TakeRunnable() : null;
                if (call is not null)
                    NoteStarted(call);
                else
                    _turnQueued = false;
            }

            if (call is null)
            {
                _ = step?.Invoke();
                return;
            }

            Invoke(call);
        }

        lock (Gate)
            QueueTurn();
    }

    private Call? TakeRunnable()
    {
        if (_state != State.Valid)
            return null;

        if (_class.IsReentrant || _exclusive + _readOnly == 0)
            return _waiting.TakeFirst();

        return _waiting.TakeInterleaving(readOnlyToo: _exclusive == 0);
    }

    // With the gate held: asks for a turn if one could do something now.
    private void QueueTurnIfNeeded()
    {
        if (_turnQueued || !(HasStep || HasRunnable))
            return;

        _turnQueued = true;
        QueueTurn();
    }

    private bool HasRunnable =>
        _state == State.Valid
        && _waiting.Count > 0
        && (_class.IsReentrant || _exclusive + _readOnly == 0 || _waiting.HasInterleaving(readOnlyToo: _exclusive == 0));

    private void NoteStarted(Call call)
    {
        if (call.Method.AlwaysInterleave)
            _interleaved++;
        else if (call.Method.ReadOnly)
            _readOnly++;
        else
            _exclusive++;
    }

    private void NoteEnded(Call call)
    {
        if (call.Method.AlwaysInterleave)
            _interleaved--;
        else if (call.Method.ReadOnly)
            _readOnly--;
        else
            _exclusive--;

        if (call.Method.KeepsAlive)
            _lastUsed = Silo.Clock.Now;
    }

    private void Invoke(Call call)
    {
        if (call.IsAbandoned)
        {
            End(call);
            return;
        }

        var outside = ExecutionContext.Capture();
        Task? task = null;
        try
        {
            if (call.RequestContext is { } values)
                RequestContext.Current = values;

            if (call.IsCancellable && call.GetCancellationToken() is { CanBeCanceled: true } token)
                GiveOwnToken(call, token);

            task = call.Method.Filtered && (Silo.Filters.Count > 0 || GrainInstance is IIncomingGrainCallFilter)
                ? FilteredCall.Run(call, this, Silo.Filters)
                : call.Start(GrainInstance!);
        }
        catch (Exception failure)
        {
            // The method threw before its first await: to the caller this is the same as a failed task.
            call.Fail(failure);
        }
        finally
        {
            // A method that is not async could leave its ambient values behind for the next call.
            if (outside is not null && !ReferenceEquals(ExecutionContext.Capture(), outside))
                ExecutionContext.Restore(outside);
        }

        if (task is null || task.IsCompleted)
            Finish(call);
        else
            call.EndWith(task, this);
    }

    private void GiveOwnToken(Call call, CancellationToken callersToken)
    {
        var cancellation = new CalleeCancellation(this);
        call.SetCancellationToken(cancellation.Token);
        call.Cancellation = cancellation;

        // The caller may cancel at any time: either it finds the callee's token, or it is found here to have cancelled.
        Interlocked.MemoryBarrier();
        if (callersToken.IsCancellationRequested)
            cancellation.CancelInTurn();
    }

    /// <summary>Answers a call whose grain method has ended.</summary>
    internal void Finish(Call call)
    {
        if (call.Failure is { } failure)
        {
            Silo.Log.CallFailed(call, failure);
            if (failure is InconsistentStateException { IsSourceActivation: true } inconsistent)
            {
                // Only the activation whose state it is must go, not each one that the exception passes.
                inconsistent.IsSourceActivation = false;
                Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationError, failure, "The stored state is not the one in memory."));
            }
        }

        End(call);
        Silo.Path.Answer(call);
    }

    private void End(Call call)
    {
        lock (Gate)
        {
            NoteEnded(call);
            QueueTurnIfNeeded();
        }
    }
}
