using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.InProcess.Simulation;

/// <summary>What the silos of a simulated cluster have in common. May be shared by any number of simulations, also at the same time.</summary>
/// <remarks>No counterpart in Orleans.</remarks>
public sealed class SimulatedClusterOptions
{
    private readonly Lazy<GrainClasses> _classes;

    public SimulatedClusterOptions()
    {
        _classes = new Lazy<GrainClasses>(() => new GrainClasses(Silo));

        // Fewer timers to simulate, the same number of workers on every machine, and reminders that soon find another silo.
        Silo.HousekeepingPeriod = TimeSpan.FromSeconds(1);
        Silo.DefaultMaxLocalWorkers = 2;
        Silo.RefreshReminderListPeriod = TimeSpan.FromSeconds(30);
    }

    /// <summary>The options of every silo. Not to be changed after the first use.</summary>
    public InProcessSiloOptions Silo { get; } = new();

    public int Silos { get; set; } = 3;

    /// <summary>How long a crashed silo stays unnoticed at most. Until then calls to it are lost; then its callers are told.</summary>
    public TimeSpan MaxDetectionTime { get; set; } = TimeSpan.FromSeconds(5);

    internal GrainClasses Classes => _classes.Value;
}

/// <summary>
/// A cluster of virtual silos in a simulation: grains are placed on them, calls are messages, and silos, messages and the
/// directory fail on demand.
/// </summary>
/// <remarks>
/// Differs from Orleans: the directory answers at once, membership is known to all at the same time, stateless workers are taken
/// from the caller's own silo or, for clients, from any, placement attributes are ignored, events of streams
/// are in the memory of the publisher's silo and die with it, cancellation does not travel, and nothing is serialized.
/// </remarks>
public sealed class SimulatedCluster
{
    private readonly Action<InProcessSiloBuilder, SimulatedSilo> _configure;
    private readonly SimulatedDirectory _directory;
    private readonly MemoryReminderTable _reminders = new();
    private readonly Random _random;
    private int _clients;

    /// <summary>Starts the silos.</summary>
    /// <param name="world">The world they live in.</param>
    /// <param name="options">What they have in common.</param>
    /// <param name="configure">Adds the services of a silo; called at each of its starts.</param>
    public SimulatedCluster(SimulatedWorld world, SimulatedClusterOptions options, Action<InProcessSiloBuilder, SimulatedSilo> configure)
    {
        World = world;
        Options = options;
        _configure = configure;
        _random = world.NewRandom("cluster");
        _directory = new SimulatedDirectory(world);
        Network = new SimulatedNetwork(world, _directory);
        Silos = [.. Enumerable.Range(0, options.Silos).Select(number => new SimulatedSilo(this, number))];
        foreach (var silo in Silos)
            silo.Restart();
    }

    public SimulatedWorld World { get; }

    public IReadOnlyList<SimulatedSilo> Silos { get; }

    /// <summary>What happens to messages between silos and clients.</summary>
    public NetworkFaults NetworkFaults => Network.Faults;

    /// <summary>Who rings the reminders.</summary>
    public ReminderRinging Reminders { get; set; }

    /// <summary>Told of every call that will be executed twice because its message is repeated.</summary>
    public Action<IInvokable>? Repeating
    {
        set => Network.Repeating = value;
    }

    internal SimulatedClusterOptions Options { get; }

    internal SimulatedNetwork Network { get; }

    internal SimulatedDirectory Directory => _directory;

    internal ExplicitSubscriptions Subscriptions { get; } = new();

    /// <summary>Adds a client of the cluster, in a process of its own.</summary>
    public SimulatedClient AddClient(string name)
    {
        const int FirstPort = 1_000;
        var process = new SiloProcess(this, World.AddProcess(name), FirstPort + _clients++, generation: 1, hostsGrains: false);
        _directory.Add(process);
        process.Start();
        return new SimulatedClient(process);
    }

    /// <summary>
    /// Makes a grain be activated a second time: the directory gives it another silo, while some callers go on to use the old one.
    /// </summary>
    public void Duplicate(IAddressable grain) => _directory.Split(grain.GetGrainId());

    /// <summary>Ends what <see cref="Duplicate"/> began: all but one of the activations are deactivated.</summary>
    public void Unite(IAddressable grain) => _directory.Unite(grain.GetGrainId());

    /// <summary>Unites every grain that was ever duplicated.</summary>
    public void UniteAll() => _directory.UniteAll();

    /// <summary>Until when the grain had, or may have had, two activations; null if it never had.</summary>
    public TimeSpan? DuplicatedUntil(IAddressable grain) => _directory.SplitUntil(grain.GetGrainId());

    /// <summary>How many activations the grain has at the moment.</summary>
    public int CountActivations(IAddressable grain) => _directory.CountActivations(grain.GetGrainId());

    internal void Configure(InProcessSiloBuilder builder, SiloProcess process)
    {
        builder.UseReminderTable(_ => new SimulatedReminderTable(_reminders, grain => Rings(process, grain)));
        _configure(builder, Silos.Single(silo => silo.Name == process.Process.Name));
    }

    /// <summary>Has the others notice after a while that the process is dead.</summary>
    internal void Detect(SiloProcess dead) =>
        World.After(Options.MaxDetectionTime * _random.NextDouble(), () => Declare(dead));

    /// <summary>Has everybody know that the process is dead.</summary>
    internal void Declare(SiloProcess dead)
    {
        World.Trace.Write(dead.Process.Name, "is known to be dead");
        _directory.Remove(dead);
        dead.BreakIncoming();
    }

    private bool Rings(SiloProcess process, GrainId grain) => Reminders switch
    {
        ReminderRinging.ByNobody => false,
        ReminderRinging.ByAll => true,
        _ => _directory.Silos.Count > 0 && _directory.Silos[(int)(grain.GetUniformHashCode() % _directory.Silos.Count)] == process,
    };
}
