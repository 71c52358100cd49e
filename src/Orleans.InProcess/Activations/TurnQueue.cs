namespace Orleans.InProcess;

/// <summary>
/// Turns of one owner, one at a time and in order. A turn is a continuation of the owner's own code (a task queued here
/// because this is the current task scheduler) or the start of waiting calls (<see cref="RunTurn"/>).
/// </summary>
internal abstract class TurnQueue : TaskScheduler, IThreadPoolWorkItem
{
    private static readonly Action<object?> Turn = static state => ((TurnQueue)state!).RunTurn();

    private readonly IGrainScheduler _scheduler;
    private readonly int _turnsPerWorkItem;

    // A null stands for the owner's own turn: its task is made only when it runs.
    private readonly Queue<Task?> _ready = new();
    private bool _scheduled;
    private Task? _ownTurn;

    protected TurnQueue(IGrainScheduler scheduler) => (_scheduler, _turnsPerWorkItem) = (scheduler, scheduler.TurnsPerWorkItem);

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Guards the queue and the state of the owner.</summary>
    protected Lock Gate { get; } = new();

    void IThreadPoolWorkItem.Execute()
    {
        for (var turn = 0; turn < _turnsPerWorkItem; turn++)
        {
            Task? task;
            lock (Gate)
            {
                if (!_ready.TryDequeue(out task))
                {
                    _scheduled = false;
                    return;
                }
            }

            if (task is not null)
                TryExecuteTask(task);
            else
                RunOwnTurn();
        }

        _scheduler.Queue(this);
    }

    /// <summary>The owner's own turn. Must not throw.</summary>
    protected abstract void RunTurn();

    /// <summary>Queues a turn of the owner. To be called with <see cref="Gate"/> held.</summary>
    protected void QueueTurn() => Enqueue(null);

    protected sealed override void QueueTask(Task task)
    {
        lock (Gate)
            Enqueue(task);
    }

    // Inlining is sound only for code that already runs inside a turn of this queue.
    protected sealed override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued
        && (ReferenceEquals(Current, this) || ReferenceEquals(task, _ownTurn))
        && TryExecuteTask(task);

    protected sealed override IEnumerable<Task> GetScheduledTasks()
    {
        lock (Gate)
            return [.. _ready.OfType<Task>()];
    }

    // The task makes this queue the current scheduler, so that the awaits in the turn come back here.
    private void RunOwnTurn()
    {
        var task = new Task(Turn, this, TaskCreationOptions.DenyChildAttach);
        _ownTurn = task;
        task.RunSynchronously(this);
        _ownTurn = null;
    }

    private void Enqueue(Task? task)
    {
        _ready.Enqueue(task);
        if (_scheduled)
            return;

        _scheduled = true;
        _scheduler.Queue(this);
    }
}
