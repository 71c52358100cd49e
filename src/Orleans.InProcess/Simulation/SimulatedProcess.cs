namespace Orleans.InProcess.Simulation;

/// <summary>
/// A process of a simulation: its turns, its clock, its timers. When it is killed, none of its turns and timers ever runs again,
/// wherever it stood; what it has sent is on its way all the same.
/// </summary>
/// <remarks>No counterpart in Orleans.</remarks>
public sealed class SimulatedProcess : IGrainScheduler
{
    private readonly SimulatedWorld _world;
    private readonly SystemTurns _turns;
    private readonly List<IThreadPoolWorkItem> _stalled = [];

    internal SimulatedProcess(SimulatedWorld world, string name, int number)
    {
        _world = world;
        Name = name;
        Number = number;
        Clock = new VirtualClock(this, world);
        _turns = new SystemTurns(this);
    }

    public string Name { get; }

    public bool IsAlive { get; private set; } = true;

    /// <summary>Virtual time as this process sees it.</summary>
    public VirtualClock Clock { get; }

    int IGrainScheduler.TurnsPerWorkItem => 1;

    /// <summary>Processes are numbered in the order in which they were added.</summary>
    public int Number { get; }

    /// <summary>Until when the process stands still.</summary>
    internal TimeSpan StalledUntil { get; private set; }

    /// <summary>Starts work of the process; its awaits come back to the turns of the process. If it throws, the run fails.</summary>
    public void Start(Func<Task> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (IsAlive)
            _turns.Run(() => GuardAsync(work));
    }

    /// <summary>Does something after a while, unless the process is dead by then.</summary>
    public void After(TimeSpan delay, Action action) => _world.Schedule(delay, this, action);

    /// <summary>Stops the process for good, between two turns.</summary>
    public void Kill()
    {
        IsAlive = false;
        _stalled.Clear();
        _world.Forget(this);
    }

    /// <summary>Lets the process stand still for a while, as a long collection of garbage or a starved machine does.</summary>
    public void Stall(TimeSpan time)
    {
        StalledUntil = _world.Now + time;
        _world.After(time, Resume);
    }

    public override string ToString() => Name;

    void IGrainScheduler.Queue(IThreadPoolWorkItem workItem)
    {
        if (!IsAlive)
            return;

        if (StalledUntil > _world.Now)
            _stalled.Add(workItem);
        else
            _world.Queue(this, workItem);
    }

    private void Resume()
    {
        if (StalledUntil > _world.Now)
            return;

        foreach (var turn in _stalled)
            _world.Queue(this, turn);

        _stalled.Clear();
    }

    private async Task GuardAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception failure)
        {
            _world.Fail(failure);
        }
    }
}
