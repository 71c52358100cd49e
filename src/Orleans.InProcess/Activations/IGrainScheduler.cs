namespace Orleans.InProcess;

/// <summary>
/// Runs work items: each exactly once, soon, never on the stack of the caller of <see cref="Queue"/>.
/// A work item is a few turns of one activation. This is the only door to threads, so another
/// implementation can decide who runs next.
/// </summary>
public interface IGrainScheduler
{
    /// <summary>
    /// Turns of one owner in a work item, before others go first: enough to make queueing cheap, few enough that a busy owner
    /// cannot keep a thread for itself. With 1 the scheduler decides after every turn.
    /// </summary>
    int TurnsPerWorkItem => 64;

    void Queue(IThreadPoolWorkItem workItem);
}

/// <summary>The scheduler of real hosts: the .NET thread pool.</summary>
public sealed class ThreadPoolGrainScheduler : IGrainScheduler
{
    public void Queue(IThreadPoolWorkItem workItem) => ThreadPool.UnsafeQueueUserWorkItem(workItem, preferLocal: true);
}
