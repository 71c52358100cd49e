namespace Orleans.InProcess;

/// <summary>
/// Runs work items: each exactly once, soon, never on the stack of the caller of <see cref="Queue"/>.
/// A work item is a few turns of one activation. This is the only door to threads, so another
/// implementation can decide who runs next.
/// </summary>
public interface IGrainScheduler
{
    void Queue(IThreadPoolWorkItem workItem);
}

/// <summary>The scheduler of real hosts: the .NET thread pool.</summary>
public sealed class ThreadPoolGrainScheduler : IGrainScheduler
{
    public void Queue(IThreadPoolWorkItem workItem) => ThreadPool.UnsafeQueueUserWorkItem(workItem, preferLocal: true);
}
