using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.InProcess.Simulation;
using Orleans.Serialization.Invocation;
using WalletGrains.Contracts.Activity;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Grains;
using WalletGrains.Grains.Bulks;
using WalletGrains.Grains.Jobs;
using WalletGrains.Grains.Transfers;
using WalletGrains.Grains.Wallets;
using WalletGrains.Journal.Bulks;
using WalletGrains.Journal.Clocks;
using WalletGrains.Journal.Jobs;
using WalletGrains.Simulation.Audit;
using WalletGrains.Simulation.Bugs;
using WalletGrains.Simulation.Counterparts;
using WalletGrains.Simulation.Workload;
using WalletGrains.Simulation.World;

namespace WalletGrains.Simulation;

/// <summary>What became of a seed.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="TraceHash">A hash over everything that happened.</param>
/// <param name="Violation">What must not be; null when all is well.</param>
/// <param name="Commits">Decisions that became durable.</param>
/// <param name="Transfers">Transfers among them.</param>
/// <param name="VirtualTime">How long it took, in the simulated world.</param>
/// <param name="Faults">The kinds of faults it had.</param>
/// <param name="Coverage">What it came across.</param>
internal sealed record SeedResult(
    int Seed,
    ulong TraceHash,
    Exception? Violation,
    int Commits,
    int Transfers,
    TimeSpan VirtualTime,
    IReadOnlyList<string> Faults,
    Coverage Coverage)
{
    /// <summary>What must not be, in a line.</summary>
    public string? Reason => Violation?.Message.Split('\n')[0];

    /// <summary>Shows the run again, with everything that happened in it.</summary>
    public string ReplayLine => $"./simulate --seed {Seed} --trace";
}

/// <summary>
/// One run: the real wallet and transfer grains on three virtual silos, clients, a database, faults; then no more faults, and
/// everything must come to its end in bounded time.
/// </summary>
internal sealed class SeedRun
{
    /// <summary>Within this time after the last fault nothing may be unknown any more.</summary>
    private static readonly TimeSpan TimeToConverge = TimeSpan.FromMinutes(10);

    /// <summary>The longest that clients take with faults around them: each of their calls ends after 30 s.</summary>
    private static readonly TimeSpan LongestWorkload = TimeSpan.FromMinutes(30);

    /// <summary>By then every late message has arrived.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromMinutes(2);

    /// <summary>A stall or an outage is longer than this, so leases get lost.</summary>
    private static readonly TimeSpan ShortLease = TimeSpan.FromSeconds(4);

    private const int OrdinaryJobs = 6;

    private static readonly IReadOnlyList<string> OwnKinds = ["transfer-recovery", "bulk-recovery", "hold-expiry", Work.KindName];

    private static readonly SimulatedClusterOptions Options = NewOptions();

    private readonly SimulatedWorld _world;
    private readonly PlantedBug _bug;
    private readonly bool _isTampered;
    private readonly Auditor _auditor;
    private readonly SimulatedDatabase _database;
    private readonly Clients _clients;
    private readonly IReadOnlyList<ICounterpart> _counterparts;
    private readonly IReadOnlyList<string> _kinds;
    private readonly FaultPlan _faults;

    private SeedRun(int seed, PlantedBug? bug, Action<string>? listener)
    {
        _world = new SimulatedWorld(seed);
        _world.Trace.Listener = listener;
        _bug = bug ?? new PlantedBug();
        _isTampered = bug is not null;
        _auditor = new Auditor(_world);
        _database = new SimulatedDatabase(_world, _auditor, _bug);
        var accounts = new Accounts(_world.NewRandom("accounts"));

        // Silos begin with their cluster, and what they are given for the counterparts is there before.
        var clients = new List<SimulatedClient>();
        _clients = new Clients(_world, _auditor, accounts, clients);
        _counterparts =
        [
            new Bank(_world, _auditor, _database, accounts, _clients),
            new CoreBank(_world, _auditor, _database, _bug, accounts, _clients),
            new StandingOrders(_world, _auditor, accounts, _clients),
            new WaterBoard(_world, _auditor, _bug, accounts, _clients),
            new Followers(_auditor, _database, _clients),
        ];
        _kinds = [.. OwnKinds, .. _counterparts.SelectMany(counterpart => counterpart.Kinds)];
        _auditor.Jobs.ExpectEnds(_counterparts.SelectMany(counterpart => counterpart.FinalKinds));
        var cluster = new SimulatedCluster(_world, Options, AddServices);
        clients.AddRange([cluster.AddClient("client-0"), cluster.AddClient("client-1")]);
        var grains = clients[0].Cluster;
        cluster.Repeating = NoteRepeated;
        _auditor.DuplicatedUntil = wallet => cluster.DuplicatedUntil(grains.GetGrain<IWalletGrain>(wallet));
        _faults = new FaultPlan(_world, cluster, _database, [.. accounts.Opened], _kinds, grains);
    }

    /// <summary>Runs a seed.</summary>
    public static SeedResult Run(int seed, PlantedBug? bug = null, Action<string>? listener = null)
    {
        var run = new SeedRun(seed, bug, listener);
        Exception? violation = null;
        try
        {
            run.Run();
        }
        catch (Exception e)
        {
            violation = e;
        }

        return new SeedResult(
            seed,
            run._world.Trace.Hash,
            violation,
            run._auditor.Commits,
            run._auditor.Transfers.Count(),
            run._world.Now,
            run._faults.Kinds,
            run._auditor.Coverage);
    }

    private void Run()
    {
        _clients.Open(_kinds);
        ForAll(counterpart => counterpart.Open());
        Await(() => _clients.AreDone, TimeToConverge, "The wallets were not opened");

        _faults.Begin();
        _clients.Begin();
        EnqueueJobs();
        ForAll(counterpart => counterpart.Begin());
        _world.Run(FaultPlan.Duration);
        Await(() => _clients.AreDone, LongestWorkload, "The clients were not answered");

        _faults.End();
        ForAll(counterpart => counterpart.Heal());
        Await(() => _clients.AreDone, TimeToConverge, "The counterparts did not come to their end");
        Await(() => _auditor.Transfers.All(transfer => transfer.IsFinal), TimeToConverge, "Some transfers did not come to their end");
        Await(() => _auditor.Bulks.All(bulk => bulk.IsFinal), TimeToConverge, "Some bulk transfers did not come to their end");
        Await(() => _auditor.Bills.AreFinal, TimeToConverge, "Some bills did not come to their end");
        Await(() => _auditor.Jobs.AreFinal, TimeToConverge, "Some jobs did not come to their end");
        Await(() => !_auditor.HasOverdueHolds, TimeToConverge, "Some holds did not end at their time");

        _clients.Resolve();
        Await(() => _clients.AreDone, TimeToConverge, "Some requests did not come to be known");

        _world.Run(Aftermath);
        _clients.AskAgain();
        Await(() => _clients.AreDone, TimeToConverge, "Some repeats were not answered");
        Await(() => _counterparts.All(counterpart => counterpart.IsSettled), TimeToConverge, "Those who follow the entries did not come to their end");
        _auditor.CheckAll(_database.Durable);
        ForAll(counterpart => counterpart.Check());
        _world.Run(TimeSpan.Zero);
    }

    /// <summary>Has jobs enqueued over all the time of the faults, as by transactions that have committed.</summary>
    private void EnqueueJobs()
    {
        var random = _world.NewRandom("jobs");
        for (var i = 0; i < OrdinaryJobs; i++)
        {
            Enqueue($"job {i}");
        }

        Enqueue(Work.Poison);
        Enqueue(Work.Hanging);

        void Enqueue(string key)
        {
            var job = new NewJob(new SimulatedIds(_database.Process.Clock, random).NewId(), Work.KindName, key, ReadOnlyMemory<byte>.Empty, Lane: (JobLane)random.Next(2));
            _world.After(FaultPlan.Duration * random.NextDouble(), () => _database.Process.Start(() => _database.EnqueueAsync(job)));
        }
    }

    private void ForAll(Action<ICounterpart> act)
    {
        foreach (var counterpart in _counterparts)
        {
            act(counterpart);
        }
    }

    private void Await(Func<bool> done, TimeSpan atMost, string otherwise)
    {
        if (!_world.Run(done, atMost))
        {
            throw new AuditException($"{otherwise} in {atMost}.");
        }
    }

    private void AddServices(InProcessSiloBuilder builder, SimulatedSilo silo)
    {
        var connection = new DatabaseConnection(_database, silo.Process);
        var clock = new DatabaseClock(silo.Process.Clock);
        var comparison = new ClockComparison(clock, connection.ReadTimeAsync, NullLogger<ClockComparison>.Instance);
        silo.Process.Start(() => comparison.RunAsync(CancellationToken.None));
        builder.AddMemoryStreams(ActivityStreams.Provider).Services
            .AddSingleton(_bug.TamperSilo(connection, silo.Process))
            .AddSingleton<TimeProvider>(clock)
            .AddSingleton<IBulkStore>(connection)
            .AddSingleton<IJobStore>(connection)
            .AddSingleton(new JobOptions { Lease = ShortLease })
            .AddSingleton<ILoggerFactory>(new ErrorLog(_world))
            .AddSingleton<IdGenerator>(new SimulatedIds(clock, _world.NewRandom($"ids of process {silo.Process.Number}")))
            .AddWalletGrains()

            // Those whose stores are simulated.
            .RemoveAll<IJobHandler>()
            .AddSingleton<IJobHandler, TransferRecovery>()
            .AddSingleton<IJobHandler, BulkRecovery>()
            .AddSingleton<IJobHandler, HoldExpiry>()
            .AddSingleton<IJobHandler>(new Work(silo.Process, _world.NewRandom($"work of process {silo.Process.Number}"), _auditor.Jobs));
        ForAll(counterpart => counterpart.AddServices(builder.Services, silo, connection));
        if (_isTampered)
        {
            builder.AddIncomingGrainCallFilter(_bug.InvokeAsync);
        }
    }

    private void NoteRepeated(IInvokable call)
    {
        for (var i = 0; i < call.GetArgumentCount(); i++)
        {
            switch (call.GetArgument(i))
            {
                case WalletCommand command:
                    _auditor.NoteRepeated(command.RequestId.Value);
                    break;
                case StartTransfer transfer:
                    _auditor.NoteRepeated(transfer.RequestId.Value);
                    break;
                case ReverseTransfer reversal:
                    _auditor.NoteRepeated(reversal.RequestId.Value);
                    break;
            }
        }
    }

    private static SimulatedClusterOptions NewOptions()
    {
        var options = new SimulatedClusterOptions();
        options.Silo.GrainAssemblies.Add(typeof(WalletGrain).Assembly);
        options.Silo.CollectionAge = TimeSpan.FromMinutes(1);
        return options;
    }
}
