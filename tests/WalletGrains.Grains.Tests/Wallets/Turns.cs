using System.Collections.Concurrent;

namespace WalletGrains.Grains.Tests.Wallets;

/// <summary>
/// The turns of one activation, run by the test when the test says so. Nothing is ever run inside of something else, as an
/// actor runtime is free to do: whatever could come between two steps does.
/// </summary>
internal sealed class Turns : TaskScheduler
{
    private readonly ConcurrentQueue<Task> _waiting = new();

    /// <summary>Queues a call; it runs with the next <see cref="RunUntilIdle"/>.</summary>
    public Task<T> Post<T>(Func<Task<T>> call) =>
        Task.Factory.StartNew(call, CancellationToken.None, TaskCreationOptions.None, this).Unwrap();

    /// <summary>Runs turns until none waits.</summary>
    public void RunUntilIdle() => Run(int.MaxValue);

    /// <summary>Runs so many turns, or fewer when no more wait.</summary>
    public void Run(int turns)
    {
        // Awaits prefer the synchronization context of the test framework to this scheduler.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            for (var left = turns; left > 0 && _waiting.TryDequeue(out var turn); left--)
            {
                TryExecuteTask(turn);
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    protected override void QueueTask(Task task) => _waiting.Enqueue(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => _waiting;
}
