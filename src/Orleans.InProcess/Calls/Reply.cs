namespace Orleans.InProcess;

/// <summary>The caller's side of a call: a promise kept once, by the outcome, the deadline or a cancellation, whichever is first.</summary>
internal abstract class Reply
{
    private int _answered;
    private CancellationTokenRegistration _cancellation;

    // Links and place in the list of open replies; guarded by the lock of the stripe.
    internal Reply? Previous;
    internal Reply? Following;
    internal ReplyDeadlines.Stripe? Stripe;

    /// <summary>The tick of the coarse clock after which the caller gives up.</summary>
    internal long Deadline;

    internal TimeSpan Timeout;
    internal Call? Call;

    public bool IsAnswered => Volatile.Read(ref _answered) != 0;

    public void Fail(Exception failure)
    {
        if (TryAnswer())
            SetException(failure);
    }

    /// <summary>Lets the caller go as soon as its own token is cancelled; the callee hears of it too.</summary>
    public void FailOnCancellation(Call call, CancellationToken token)
    {
        _cancellation = token.UnsafeRegister(
            static (state, token) =>
            {
                var call = (Call)state!;
                call.Reply!.Fail(new OperationCanceledException(token));
                call.Cancellation?.CancelInTurn();
            },
            call);

        if (IsAnswered)
            _cancellation.Dispose();
    }

    protected bool TryAnswer()
    {
        if (Interlocked.Exchange(ref _answered, 1) != 0)
            return false;

        Stripe?.Remove(this);
        _cancellation.Dispose();
        return true;
    }

    protected abstract void SetException(Exception failure);
}

/// <summary>A promise of a <typeparamref name="TResult"/>.</summary>
/// <param name="options">
/// How the caller goes on. Its code must not run inside the callee's turn, so continuations are asynchronous wherever the reply
/// is given in that turn.
/// </param>
internal sealed class Reply<TResult>(TaskCreationOptions options = TaskCreationOptions.RunContinuationsAsynchronously) : Reply
{
    private readonly TaskCompletionSource<TResult> _completion = new(options);

    public Task<TResult> Task => _completion.Task;

    public void Succeed(TResult result)
    {
        if (TryAnswer())
            _completion.SetResult(result);
    }

    protected override void SetException(Exception failure) => _completion.SetException(failure);
}
