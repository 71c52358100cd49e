using System.Runtime.ExceptionServices;

namespace Orleans.InProcess.Simulation;

/// <summary>
/// A world of simulated processes: one thread, one seed, virtual time. Of all turns that are ready the seed chooses the next one;
/// when none is, time jumps to the next event (a message, a timer). The same seed makes the same run, in every process and on
/// every machine.
/// </summary>
/// <remarks>
/// No counterpart in Orleans, which cannot be run deterministically. Code that is simulated must get threads, time and chance
/// from here: its awaits come back to its turns, its delays take the <see cref="TimeProvider"/> of its process, its random
/// numbers a generator made here. A turn that is queued from another thread has escaped; the run then fails and says so.
/// </remarks>
public sealed class SimulatedWorld
{
    /// <summary>The beginning of virtual time: a date that nobody mistakes for today.</summary>
    public static readonly DateTimeOffset Epoch = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Far above what any honest moment needs: whole runs of hundreds of requests are about as many.</summary>
    private const int MaxTurnsAtOnce = 1_000_000;

    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly Random _order;
    private readonly List<(SimulatedProcess Process, IThreadPoolWorkItem Turn)> _ready = [];
    private readonly PriorityQueue<Occurrence, (long At, long Order)> _timeline = new();
    private long _occurrences;
    private int _processes;
    private Exception? _failure;

    public SimulatedWorld(int seed)
    {
        Seed = seed;
        Trace = new SimulationTrace(this);
        _order = NewRandom("order of turns");
    }

    public int Seed { get; }

    public SimulationTrace Trace { get; }

    /// <summary>Virtual time since <see cref="Epoch"/>.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>A generator that the seed and the purpose determine, so that using one more changes none of the others.</summary>
    public Random NewRandom(string purpose)
    {
        ArgumentNullException.ThrowIfNull(purpose);
        unchecked
        {
            var hash = 2166136261u ^ ((uint)Seed * 0x9e3779b1u);
            foreach (var character in purpose)
                hash = (hash ^ character) * 16777619u;

            return new Random((int)(hash ^ (hash >> 15)));
        }
    }

    /// <summary>Adds a process: something with turns and timers of its own, which may die.</summary>
    public SimulatedProcess AddProcess(string name) => new(this, name, _processes++);

    /// <summary>Does something after a while, whatever becomes of any process: how the world outside acts, and the network.</summary>
    public void After(TimeSpan delay, Action action) => Schedule(delay, null, action);

    /// <summary>Runs until <paramref name="done"/>, or for <paramref name="atMost"/> of virtual time.</summary>
    /// <returns>Whether it is done.</returns>
    /// <exception cref="InvalidOperationException">Something has escaped to another thread.</exception>
    public bool Run(Func<bool> done, TimeSpan atMost)
    {
        ArgumentNullException.ThrowIfNull(done);
        if (Environment.CurrentManagedThreadId != _thread)
            throw new InvalidOperationException("A simulation runs on the thread that made it.");

        var end = Now + atMost;
        while (true)
        {
            for (var turns = 0; _ready.Count > 0; turns++)
            {
                if (turns == MaxTurnsAtOnce)
                    throw new InvalidOperationException($"{MaxTurnsAtOnce} turns ran and no time has passed: they queue each other for ever.");

                RunTurn();
                ThrowIfFailed();
            }

            ThrowIfFailed();
            if (done())
                return true;

            if (!_timeline.TryPeek(out _, out var next) || next.At > end.Ticks)
            {
                Now = end;
                return false;
            }

            Happen(_timeline.Dequeue(), next.At);
        }
    }

    /// <summary>Runs for so long.</summary>
    public void Run(TimeSpan time) => Run(static () => false, time);

    /// <summary>Makes the run fail as soon as the current turn is over.</summary>
    public void Fail(Exception failure) => Interlocked.CompareExchange(ref _failure, failure, null);

    internal void Queue(SimulatedProcess process, IThreadPoolWorkItem turn)
    {
        if (Environment.CurrentManagedThreadId == _thread)
            _ready.Add((process, turn));
        else
            Fail(new InvalidOperationException($"A turn of {process} was queued from another thread, so this run cannot be repeated.\n{Environment.StackTrace}"));
    }

    /// <summary>Forgets the turns of a dead process.</summary>
    internal void Forget(SimulatedProcess process) => _ready.RemoveAll(ready => ready.Process == process);

    internal Occurrence Schedule(TimeSpan delay, SimulatedProcess? process, Action action)
    {
        var occurrence = new Occurrence(process, action);
        var at = Now + (delay > TimeSpan.Zero ? delay : TimeSpan.Zero);
        _timeline.Enqueue(occurrence, (at.Ticks, _occurrences++));
        return occurrence;
    }

    private void RunTurn()
    {
        var chosen = _order.Next(_ready.Count);
        var (process, turn) = _ready[chosen];
        _ready[chosen] = _ready[^1];
        _ready.RemoveAt(_ready.Count - 1);
        Trace.Mix(((long)process.Number << 32) | (uint)chosen);
        turn.Execute();
    }

    private void Happen(Occurrence occurrence, long at)
    {
        if (occurrence.IsCancelled || occurrence.Process is { IsAlive: false })
            return;

        Now = TimeSpan.FromTicks(at);
        if (occurrence.Process is { } process && process.StalledUntil > Now)
        {
            _timeline.Enqueue(occurrence, (process.StalledUntil.Ticks, _occurrences++));
            return;
        }

        Trace.Mix(at);
        occurrence.Action();
    }

    private void ThrowIfFailed()
    {
        if (Volatile.Read(ref _failure) is { } failure)
            ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>Something that is going to happen at a time, unless it is cancelled or its process dies before.</summary>
    internal sealed class Occurrence(SimulatedProcess? process, Action action)
    {
        public SimulatedProcess? Process { get; } = process;

        public Action Action { get; } = action;

        public bool IsCancelled { get; set; }
    }
}
