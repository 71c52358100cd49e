using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.InProcess;

/// <summary>
/// One call on its way: method, typed arguments (in generated subclasses), target and the caller's promise.
/// It is what a path carries from caller to activation and back; when it comes back it holds the outcome.
/// </summary>
internal abstract class Call : IInvokable
{
    private Activation? _activation;
    private Exception? _failure;
    private bool _hasFilteredResult;
    private object? _filteredResult;

    /// <summary>The next waiting call of the same queue.</summary>
    internal Call? Next;

    public CallMethod Method { get; internal set; } = null!;

    public GrainId Target { get; internal set; }

    /// <summary>The activation in whose turn the call was made; null for clients.</summary>
    public IGrainContext? Sender { get; internal set; }

    /// <summary>The caller's request context; null when it is empty.</summary>
    public Dictionary<string, object>? RequestContext { get; internal set; }

    /// <summary>What the caller waits for; null for one-way calls.</summary>
    public Reply? Reply { get; internal set; }

    /// <summary>How many activations have passed the call on.</summary>
    public int Forwards { get; internal set; }

    /// <summary>What the path needs to bring the outcome back. Only the path looks at it.</summary>
    internal object? Passage { get; set; }

    /// <summary>Whether nobody waits for the outcome any more.</summary>
    public bool IsAbandoned => Reply is { IsAnswered: true };

    /// <summary>Set by a call whose token the caller can still cancel, while it runs.</summary>
    internal CalleeCancellation? Cancellation { get; set; }

    /// <summary>The task of the grain method, once started.</summary>
    protected abstract Task? Running { get; }

    /// <summary>The exception with which the call ended, or null.</summary>
    public Exception? Failure
    {
        get
        {
            if (_failure is not null || Running is not { IsCompletedSuccessfully: false } task || _hasFilteredResult)
                return _failure;

            return task.Exception?.InnerException ?? new TaskCanceledException(task);
        }
    }

    /// <summary>Calls the grain method. The task may already be complete.</summary>
    public abstract Task Start(object grain);

    /// <summary>Has the activation finish the call when the task of the grain method ends, in a turn of its own.</summary>
    internal void EndWith(Task running, Activation activation)
    {
        _activation = activation;
        running.GetAwaiter().UnsafeOnCompleted(Finish);
    }

    /// <summary>Gives the outcome to the caller, if it still waits.</summary>
    public void Answer()
    {
        if (Reply is not { } reply)
            return;

        if (Failure is { } failure)
            reply.Fail(failure);
        else if (_hasFilteredResult)
            AnswerWith(reply, _filteredResult);
        else
            AnswerWithResult(reply);
    }

    public void Fail(Exception failure) => _failure = failure;

    /// <summary>A second copy of the same call, for paths that repeat messages.</summary>
    public Call Repeat()
    {
        var copy = (Call)MemberwiseClone();
        copy.Next = null;
        copy.Cancellation = null;
        return copy;
    }

    /// <summary>The result of the finished grain method, boxed, for filters.</summary>
    internal abstract object? BoxedResult { get; }

    /// <summary>Replaces the result by what the filters made of it.</summary>
    internal void SetFilteredResult(object? result)
    {
        _filteredResult = result;
        _hasFilteredResult = true;
    }

    private void Finish() => _activation!.Finish(this);

    protected abstract void AnswerWithResult(Reply reply);

    protected abstract void AnswerWith(Reply reply, object? result);

    public virtual int GetArgumentCount() => 0;

    public virtual object? GetArgument(int index) => throw new ArgumentOutOfRangeException(nameof(index));

    public virtual void SetArgument(int index, object? value) => throw new ArgumentOutOfRangeException(nameof(index));

    public virtual CancellationToken GetCancellationToken() => default;

    internal virtual void SetCancellationToken(CancellationToken token)
    {
    }

    public bool IsCancellable => Method.IsCancellable;

    public string GetMethodName() => Method.Name;

    public string GetInterfaceName() => Method.InterfaceName;

    public string GetActivityName() => $"{Method.InterfaceType.Name}/{Method.Name}";

    public MethodInfo GetMethod() => Method.Info;

    public Type GetInterfaceType() => Method.InterfaceType;

    public TimeSpan? GetDefaultResponseTimeout() => Method.ResponseTimeout;

    public override string ToString() => $"{Method} of {Target}";
}

/// <summary>A call with a result.</summary>
internal abstract class Call<TResult> : Call
{
    private Task<TResult>? _running;

    protected sealed override Task? Running => _running;

    // Both read a task that has completed: they are asked only after Running was awaited, and never wait.
    internal sealed override object? BoxedResult => _running!.Result;

    public sealed override Task Start(object grain) =>
        _running = InvokeTarget(grain) ?? throw new InvalidOperationException($"{Method} returned null instead of a task.");

    protected abstract Task<TResult> InvokeTarget(object grain);

    protected sealed override void AnswerWithResult(Reply reply) => ((Reply<TResult>)reply).Succeed(_running!.Result);

    protected sealed override void AnswerWith(Reply reply, object? result) => ((Reply<TResult>)reply).Succeed((TResult)result!);
}

/// <summary>A call without a result.</summary>
internal abstract class ActionCall : Call
{
    private Task? _running;

    protected sealed override Task? Running => _running;

    internal sealed override object? BoxedResult => null;

    public sealed override Task Start(object grain) =>
        _running = InvokeTarget(grain) ?? throw new InvalidOperationException($"{Method} returned null instead of a task.");

    protected abstract Task InvokeTarget(object grain);

    protected sealed override void AnswerWithResult(Reply reply) => ((Reply<object?>)reply).Succeed(null);

    protected sealed override void AnswerWith(Reply reply, object? result) => ((Reply<object?>)reply).Succeed(null);
}
