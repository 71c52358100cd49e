namespace Orleans.InProcess.Simulation;

/// <summary>A virtual silo: its place in the cluster, through all its lives.</summary>
/// <remarks>Differs from Orleans: stopping is always a crash; what a silo keeps over a restart is its name and its wrong clock.</remarks>
public sealed class SimulatedSilo
{
    private readonly SimulatedCluster _cluster;
    private readonly int _number;
    private SiloProcess? _life;
    private TimeSpan _clockOffset;
    private int _generation;

    internal SimulatedSilo(SimulatedCluster cluster, int number)
    {
        _cluster = cluster;
        _number = number;
        Name = $"silo-{number}";
    }

    public string Name { get; }

    public bool IsUp => Process is { IsAlive: true };

    /// <summary>The process of the present life, or of the last one.</summary>
    public SimulatedProcess Process { get; private set; } = null!;

    /// <summary>How much the silo's time of day is ahead of the true one.</summary>
    public TimeSpan ClockOffset
    {
        get => _clockOffset;
        set
        {
            _clockOffset = value;
            Process.Clock.Offset = value;
        }
    }

    /// <summary>Kills the silo where it stands. The others notice later.</summary>
    public void Crash()
    {
        if (!IsUp || _life is not { } life)
            return;

        _cluster.World.Trace.Write(Name, "crashes");
        Process.Kill();
        _cluster.Detect(life);
    }

    /// <summary>Starts the silo anew, with nothing in memory. Whoever has not noticed its crash does so now.</summary>
    public void Restart()
    {
        if (Process is not null)
        {
            Crash();
            _cluster.Declare(_life!);
        }

        Process = _cluster.World.AddProcess(Name);
        Process.Clock.Offset = _clockOffset;
        _life = new SiloProcess(_cluster, Process, _number, ++_generation, hostsGrains: true);
        _cluster.Directory.Add(_life);
        _life.Start();
        _cluster.World.Trace.Write(Name, $"starts for the {_generation}. time");
    }

    public override string ToString() => Name;
}

/// <summary>A client of a simulated cluster, in a process of its own.</summary>
/// <remarks>Differs from Orleans: it is connected at once and stays so.</remarks>
public sealed class SimulatedClient
{
    private readonly SiloProcess _process;

    internal SimulatedClient(SiloProcess process) => _process = process;

    /// <summary>The process that the client's code has to run in; see <see cref="SimulatedProcess.Start"/>.</summary>
    public SimulatedProcess Process => _process.Process;

    public IClusterClient Cluster => _process.Silo.GrainFactory;
}
