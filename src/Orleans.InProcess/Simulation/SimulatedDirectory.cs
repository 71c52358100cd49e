using Orleans.Runtime;

namespace Orleans.InProcess.Simulation;

/// <summary>
/// Which silo has which grain. One table is the truth, every silo and client remembers what it has looked up; where the two
/// differ, a grain has two activations.
/// </summary>
internal sealed class SimulatedDirectory(SimulatedWorld world)
{
    private readonly Random _random = world.NewRandom("directory");
    private readonly List<SiloProcess> _members = [];
    private readonly List<SiloProcess> _silos = [];
    private readonly Dictionary<GrainId, SiloProcess> _homes = [];
    private readonly Dictionary<GrainId, Division> _divisions = [];

    /// <summary>The silos that are not known to be dead, in the order in which they joined.</summary>
    public IReadOnlyList<SiloProcess> Silos => _silos;

    public void Add(SiloProcess member)
    {
        _members.Add(member);
        if (member.HostsGrains)
            _silos.Add(member);
    }

    /// <summary>A member is known to be dead: its grains may be activated elsewhere.</summary>
    public void Remove(SiloProcess dead)
    {
        _silos.Remove(dead);
        if (!_members.Remove(dead))
            return;

        Drop(_homes, dead);
        foreach (var member in _members)
            Drop(member.Known, dead);
    }

    /// <summary>The silo that takes a call for the grain; null if there is none.</summary>
    public SiloProcess? Find(SiloProcess from, GrainId grain)
    {
        if (grain.Type == ObserverTarget.GrainType)
            return _members.Find(member => member.Silo.Directory.TryFind(grain, out _)) ?? from;

        if (_silos.Count == 0)
            return null;

        if (from.Silo.Classes.Find(grain.Type) is not { MaxLocalWorkers: 0 })
            return from.HostsGrains ? from : Any();

        if (from.Known.TryGetValue(grain, out var known))
            return known;

        if (!_homes.TryGetValue(grain, out var home))
            _homes[grain] = home = Any();

        from.Known[grain] = home;
        return home;
    }

    /// <summary>The silo that the grain lives on, when a call for it has come to a silo that has no activation of it; null to activate it here.</summary>
    public SiloProcess? HomeElsewhere(SiloProcess here, GrainId grain)
    {
        if (here.Silo.Directory.TryFind(grain, out _) || here.Silo.Classes.Find(grain.Type) is not { MaxLocalWorkers: 0 })
            return null;

        if (_homes.TryGetValue(grain, out var home))
            return home == here ? null : home;

        _homes[grain] = here;
        return null;
    }

    /// <summary>Gives the grain another home, while some silos and clients go on to call the old one.</summary>
    public void Split(GrainId grain)
    {
        if (!_homes.TryGetValue(grain, out var old) || _silos.Count < 2)
            return;

        var others = _silos.FindAll(silo => silo != old);
        _homes[grain] = others[_random.Next(others.Count)];
        foreach (var member in _members.Where(_ => _random.Next(2) == 0))
            member.Known.Remove(grain);

        _divisions[grain] = new Division();
        world.Trace.Write("directory", $"{grain} moves from {old} to {_homes[grain]}, and not all know");
    }

    /// <summary>Everybody learns where the grain lives, and activations elsewhere end.</summary>
    public void Unite(GrainId grain)
    {
        if (!_divisions.TryGetValue(grain, out var division) || division.IsUnited)
            return;

        division.IsUnited = true;
        foreach (var member in _members)
            member.Known.Remove(grain);

        var strays = _silos.FindAll(silo => silo != _homes.GetValueOrDefault(grain) && silo.Silo.Directory.TryFind(grain, out _));
        world.Trace.Write("directory", $"{grain} lives on {_homes.GetValueOrDefault(grain)}, and no more on {string.Join(", ", strays)}");
        foreach (var stray in strays)
            End(grain, stray);
    }

    /// <summary>Unites everything that is split.</summary>
    public void UniteAll()
    {
        foreach (var grain in _divisions.Keys.ToList())
            Unite(grain);
    }

    /// <summary>Until when the grain may have had more than one activation; null if it never had.</summary>
    public TimeSpan? SplitUntil(GrainId grain)
    {
        if (!_divisions.TryGetValue(grain, out var division))
            return null;

        // It takes until the others have ended what they were doing.
        if (division.IsUnited && division.Until == TimeSpan.MaxValue && CountActivations(grain) < 2)
            division.Until = world.Now;

        return division.Until;
    }

    public int CountActivations(GrainId grain) => _silos.Count(silo => silo.Process.IsAlive && silo.Silo.Directory.TryFind(grain, out _));

    private static void End(GrainId grain, SiloProcess stray)
    {
        if (stray.Process.IsAlive && stray.Silo.Directory.TryFind(grain, out var target) && target is Activation activation)
            activation.Deactivate(new DeactivationReason(DeactivationReasonCode.DuplicateActivation, "The grain lives on another silo."));
    }

    private static void Drop(Dictionary<GrainId, SiloProcess> table, SiloProcess dead)
    {
        foreach (var grain in table.Where(entry => entry.Value == dead).Select(entry => entry.Key).ToList())
            table.Remove(grain);
    }

    private SiloProcess Any() => _silos[_random.Next(_silos.Count)];

    /// <summary>A time in which not all agree where a grain lives.</summary>
    private sealed class Division
    {
        public bool IsUnited { get; set; }

        public TimeSpan Until { get; set; } = TimeSpan.MaxValue;
    }
}
