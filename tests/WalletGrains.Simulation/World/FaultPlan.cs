using Orleans.InProcess.Simulation;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Simulation.World;

/// <summary>
/// The faults of a run, drawn from its seed. Each kind is in half of the runs, so that some see one fault alone and some see
/// all of them together; what every run had would hide what needs its absence.
/// </summary>
internal sealed class FaultPlan(SimulatedWorld world, SimulatedCluster cluster, SimulatedDatabase database, IReadOnlyList<Guid> wallets, IReadOnlyList<string> kinds, IGrainFactory grains)
{
    /// <summary>How long faults begin to happen; some last longer.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(30);

    // From what looks right to what a wrong year makes.
    private static readonly TimeSpan[] Jumps = [TimeSpan.FromSeconds(4), TimeSpan.FromMinutes(2), TimeSpan.FromHours(12), TimeSpan.FromDays(365)];

    private readonly Random _random = world.NewRandom("faults");
    private bool _isOver;

    /// <summary>The names of the kinds that this run has.</summary>
    public List<string> Kinds { get; } = [];

    /// <summary>Lets the faults happen as time passes.</summary>
    public void Begin()
    {
        var (network, storage) = (cluster.NetworkFaults, database.Faults);
        Maybe("crashes", 3, CrashAndRestart);
        Maybe("duplicate activations", 10, Duplicate);
        Maybe("stalls", 3, () => Silo().Process.Stall(UpTo(TimeSpan.FromSeconds(6))));
        Maybe("clock jumps", 3, Jump);
        Maybe("reminders missed or repeated", 2, () => Ring(_random.Next(2) == 0 ? ReminderRinging.ByNobody : ReminderRinging.ByAll));
        Maybe("lost messages", 2, () => Share(0.15, share => network.Lose = share));
        Maybe("late messages", 2, () => Share(0.15, share => network.Delay = share));
        Maybe("repeated messages", 2, () => Share(0.3, share => network.Repeat = share));
        Maybe("errors before commit", 2, () => Share(0.4, share => storage.FailBefore = share));
        Maybe("errors after commit", 2, () => Share(0.4, share => storage.FailAfter = share));
        Maybe("lost appends", 2, () => Share(0.2, share => storage.LoseAppend = share));
        Maybe("lost commit answers", 2, () => Share(0.2, share => storage.LoseAnswer = share));
        Maybe("slow storage", 2, () => Share(0.2, share => storage.Slow = share));
        Maybe("slow reads", 2, () => Share(0.3, share => storage.SlowRead = share));
        Maybe("overloaded storage", 2, () => Share(0.3, share => storage.Overload = share));
        Maybe("failing reads", 2, () => Share(0.4, share => storage.FailRead = share));
        Maybe("storage away", 2, () => Window(TimeSpan.FromSeconds(20), isOn => storage.IsAway = isOn));
    }

    /// <summary>No more faults: silos up, clocks right, reminders ringing, one activation for each grain.</summary>
    public void End()
    {
        _isOver = true;
        cluster.NetworkFaults.Heal();
        database.Faults.Heal();
        cluster.Reminders = ReminderRinging.ByOne;
        cluster.UniteAll();
        foreach (var silo in cluster.Silos)
        {
            silo.ClockOffset = TimeSpan.Zero;
            if (!silo.IsUp)
            {
                silo.Restart();
            }
        }
    }

    private void Maybe(string kind, int most, Action fault)
    {
        if (_random.Next(2) == 0)
        {
            return;
        }

        Kinds.Add(kind);
        for (var i = _random.Next(1, most + 1); i > 0; i--)
        {
            After(UpTo(Duration), fault);
        }
    }

    private void CrashAndRestart()
    {
        var silo = Silo();
        silo.Crash();
        After(UpTo(TimeSpan.FromSeconds(20)), silo.Restart);
    }

    private void Jump()
    {
        var silo = Silo();
        silo.ClockOffset = Jumps[_random.Next(Jumps.Length)] * ((2 * _random.NextDouble()) - 1);
        After(UpTo(TimeSpan.FromSeconds(20)), () => silo.ClockOffset = TimeSpan.Zero);
    }

    private void Duplicate()
    {
        IAddressable grain = _random.Next(10) switch
        {
            < 2 => grains.GetGrain<IJobGrain>(kinds[_random.Next(kinds.Count)]),
            _ => grains.GetGrain<IWalletGrain>(wallets[_random.Next(3) == 0 ? _random.Next(wallets.Count) : 0]),
        };
        cluster.Duplicate(grain);
        After(UpTo(TimeSpan.FromSeconds(15)), () => cluster.Unite(grain));
    }

    private void Ring(ReminderRinging ringing)
    {
        cluster.Reminders = ringing;
        After(UpTo(2 * Duration), () => cluster.Reminders = ReminderRinging.ByOne);
    }

    private void Share(double most, Action<double> set)
    {
        var share = most * _random.NextDouble();
        Window(TimeSpan.FromSeconds(15), isOn => set(isOn ? share : 0));
    }

    private void Window(TimeSpan longest, Action<bool> set)
    {
        set(true);
        After(UpTo(longest), () => set(false));
    }

    private void After(TimeSpan delay, Action action) => world.After(delay, () =>
    {
        if (!_isOver)
        {
            action();
        }
    });

    private SimulatedSilo Silo() => cluster.Silos[_random.Next(cluster.Silos.Count)];

    private TimeSpan UpTo(TimeSpan longest) => longest * _random.NextDouble();
}
