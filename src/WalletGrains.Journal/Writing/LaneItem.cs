using Span = System.Diagnostics.Activity;

namespace WalletGrains.Journal.Writing;

/// <summary>Something a lane commits, and the task its caller awaits.</summary>
/// <remarks>
/// The result is kept aside until the whole round is decided and then completed in the order of the calls: a caller that
/// sees one of its appends fail may rely on all earlier ones being decided.
/// </remarks>
internal abstract class LaneItem
{
    /// <summary>Rough size on the wire, in bytes; it bounds a batch, so it only has to be in proportion.</summary>
    public abstract int Size { get; }

    /// <summary>The span it came from; null while nobody listens.</summary>
    public Span? Origin { get; } = JournalTracing.Origin;

    /// <summary>The error to answer with; null when there is a result.</summary>
    public Exception? Error { get; set; }

    /// <summary>Answers the caller. Its continuation runs elsewhere, never on the lane.</summary>
    public abstract void Complete();
}

/// <summary>An append that waits for its commit.</summary>
internal sealed class PendingAppend(WalletAppend append) : LaneItem
{
    // The fixed columns of head, entry and transfer, once each.
    private const int FixedSize = 320;

    private readonly TaskCompletionSource<AppendStatus> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public WalletAppend Append { get; } = append;

    public AppendStatus Status { get; set; } = AppendStatus.HeadMoved;

    /// <summary>An earlier append of the same batch has the same wallet and request id.</summary>
    public bool IsRepeated { get; set; }

    public Task<AppendStatus> Task => _completion.Task;

    public override int Size { get; } = FixedSize + (append.Entry?.Content ?? append.Refusal!.Content).Length + append.RequestId.Length;

    public override void Complete()
    {
        if (Error is null)
        {
            _completion.TrySetResult(Status);
        }
        else
        {
            _completion.TrySetException(Error);
        }
    }
}

/// <summary>The opening of a wallet that waits for its commit.</summary>
internal sealed class PendingOpening(WalletHead head) : LaneItem
{
    private readonly TaskCompletionSource<bool> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public WalletHead Head { get; } = head;

    public bool Created { get; set; }

    public Task<bool> Task => _completion.Task;

    public override int Size => 256;

    public override void Complete()
    {
        if (Error is null)
        {
            _completion.TrySetResult(Created);
        }
        else
        {
            _completion.TrySetException(Error);
        }
    }
}
