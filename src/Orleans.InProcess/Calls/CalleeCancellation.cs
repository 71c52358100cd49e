namespace Orleans.InProcess;

/// <summary>
/// The callee's own token for a call whose caller may cancel. It is cancelled in a turn of the callee,
/// so that callbacks registered by the grain never run beside its other code.
/// </summary>
internal sealed class CalleeCancellation(TaskScheduler turns) : CancellationTokenSource
{
    public void CancelInTurn() =>
        _ = Task.Factory.StartNew(
            static self => ((CalleeCancellation)self!).Cancel(),
            this,
            CancellationToken.None,
            TaskCreationOptions.DenyChildAttach,
            turns);
}
