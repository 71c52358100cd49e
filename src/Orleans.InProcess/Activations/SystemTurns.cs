namespace Orleans.InProcess;

/// <summary>Turns of code that belongs to the runtime and not to a grain, such as reminders and stream deliveries.</summary>
internal sealed class SystemTurns(IGrainScheduler scheduler) : TurnQueue(scheduler)
{
    /// <summary>Starts the work as a turn of its own; its awaits come back to these turns. It must not throw.</summary>
    public void Run(Func<Task> work) =>
        _ = WithoutAmbientValues.Do(() => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this));

    protected override void RunTurn()
    {
    }
}
