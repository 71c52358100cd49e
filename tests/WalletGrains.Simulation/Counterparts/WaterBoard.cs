using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.InProcess.Simulation;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Bills;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Grains.Bills;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal.Bills;
using WalletGrains.Simulation.Audit;
using WalletGrains.Simulation.Bugs;
using WalletGrains.Simulation.Workload;
using WalletGrains.Simulation.World;

namespace WalletGrains.Simulation.Counterparts;

/// <summary>
/// A biller, and the customers who pay it. It is slow, loses calls and answers, gets calls long after who made them has given up, turns them away, is at payments for a
/// while, and declines some. A reference it takes once.
/// </summary>
internal sealed class WaterBoard(SimulatedWorld world, Auditor auditor, PlantedBug bug, Accounts accounts, Clients clients) : ICounterpart
{
    private const string Code = "water";
    private const int Payments = 10;

    private static readonly TimeSpan LongestOnTheWay = TimeSpan.FromSeconds(20);

    private static readonly BillOptions Options = new()
    {
        ReversalDelay = TimeSpan.FromSeconds(1),
        StatusDelay = TimeSpan.FromSeconds(1),
        UnreachedPatience = TimeSpan.FromSeconds(10),
    };

    private static readonly IConfiguration Backoffs = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
    {
        ["Jobs:Kinds:bill-payment:MaxBackoff"] = "00:00:05",
        ["Jobs:Kinds:bill-status:MaxBackoff"] = "00:00:20",
    }).Build();

    private readonly Random _random = world.NewRandom("water board");
    private readonly Dictionary<string, Booked> _book = [];
    private double _badCalls;
    private bool _isAway;

    public IReadOnlyList<string> Kinds { get; } = [BillJobs.Payment, BillJobs.Status, BillJobs.Reversal];

    public IReadOnlyList<string> FinalKinds => Kinds;

    private BillBooks Books => auditor.Bills;

    public void AddServices(IServiceCollection services, SimulatedSilo silo, DatabaseConnection connection) => services
        .AddSingleton<IBillStore>(connection)
        .AddSingleton<IBillers>(new Interface(this, silo.Process))
        .AddSingleton(Options)
        .AddSingleton(Backoffs)
        .AddSingleton<IJobHandler, BillCalling>()
        .AddSingleton<IJobHandler, BillAsking>()
        .AddSingleton<IJobHandler, BillReversing>();

    public void Open()
    {
    }

    public void Begin()
    {
        _badCalls = _random.Next(3) switch { 0 => 0, var worse => 0.4 * worse * _random.NextDouble() };
        if (_random.Next(3) == 0)
        {
            _isAway = true;
            world.After(FaultPlan.Duration * _random.NextDouble(), () => _isAway = false);
        }

        for (var i = 0; i < Payments; i++)
        {
            var wallet = _random.Next(6) == 0 ? accounts.Purse : accounts.Ring[_random.Next(accounts.Ring.Count)];
            var command = new PayBill(
                RequestId.FromClient($"bill {i}"), wallet, Code, $"WB-{_random.Next(3)}", new Money(_random.Next(1, 1_500), Accounts.Home));
            world.After(FaultPlan.Duration * _random.NextDouble(), () => clients.Start(session => PayAsync(session, command)));
        }
    }

    /// <summary>An operator tries again what was given up.</summary>
    public void Heal()
    {
        (_badCalls, _isAway) = (0, false);
        clients.Start(async session =>
        {
            foreach (var kind in Kinds)
            {
                await OverAsync(session, kind);
                foreach (var jobId in auditor.Jobs.DeadOf(kind))
                {
                    await Clients.UntilItWorksAsync(session, grains => grains.GetGrain<IJobListGrain>(0).RetryAsync(jobId));
                }

                await OverAsync(session, kind);
            }
        });
    }

    public void Check() => Books.CheckAll();

    private async Task PayAsync(SimulatedClient session, PayBill command)
    {
        Books.NoteAsked(command);
        BillOutcome? outcome = null;
        await Clients.UntilItWorksAsync(session, async grains =>
        {
            outcome = await grains.GetGrain<IBillGrain>(0).PayAsync(command);
            if (outcome is BillOutcome.NotDecided)
            {
                throw new UnavailableException("Not known yet.");
            }
        });
        Books.NoteOutcome(command, outcome!);
    }

    private async Task OverAsync(SimulatedClient session, string kind)
    {
        while (!auditor.Jobs.AreOver(kind))
        {
            await Task.Delay(TimeSpan.FromSeconds(1), session.Process.Clock);
        }
    }

    private BillerAnswer Take(BillOrder order)
    {
        if (!_book.TryGetValue(order.Reference, out var booked))
        {
            _book[order.Reference] = booked = new Booked(Succeeds: _random.Next(6) > 0) { QueriesLeft = _random.Next(4) == 0 ? _random.Next(1, 4) : 0 };
            Books.NoteTaken(order, booked.IsFinal ? booked.Succeeds : null);
        }

        return Show(order, booked);
    }

    private static BillerAnswer Show(BillOrder order, Booked booked) =>
        !booked.IsFinal ? new BillerAnswer.Pending($"B-{order.Reference}")
        : booked.Succeeds ? new BillerAnswer.Paid($"B-{order.Reference}", null)
        : new BillerAnswer.Failed("DECLINED", "Simulated: it declines.");

    private sealed record Booked(bool Succeeds)
    {
        public int QueriesLeft { get; set; }

        public bool IsFinal => QueriesLeft == 0;
    }

    /// <summary>The biller as a silo calls it.</summary>
    private sealed class Interface : IBillers, IBiller
    {
        private readonly WaterBoard _board;
        private readonly SimulatedProcess _silo;
        private readonly IBiller _called;

        public Interface(WaterBoard board, SimulatedProcess silo)
        {
            (_board, _silo) = (board, silo);
            _called = board.Bug.TamperBiller(this);
        }

        public IReadOnlyList<Biller> All => [Profile];

        public Biller Profile { get; } = new(
            Code, "Water Board", Accounts.Home, "Account", "WB-.*", "WB-1", new Money(1, Accounts.Home), new Money(100_000, Accounts.Home), NameEnquiry: false);

        public IBiller? Find(string code) => code == Code ? _called : null;

        public bool Accepts(string customerReference) => customerReference.StartsWith("WB-", StringComparison.Ordinal);

        public async Task<BillerAnswer> PayAsync(BillOrder order, CancellationToken cancellationToken)
        {
            await DelayAsync();
            if (_board._isAway)
            {
                return new BillerAnswer.NotSent(null, "Simulated: no connection.");
            }

            switch (_board._random.NextDouble() < _board._badCalls ? _board._random.Next(4) : -1)
            {
                case 0:
                    return NotSent();
                case 1:
                    return new BillerAnswer.Unknown("Simulated: the call is lost.");
                case 2:
                    _board.Books.NoteOnTheWay(order, 1);
                    _board.World.After(LongestOnTheWay * _board._random.NextDouble(), () =>
                    {
                        _board.Books.NoteOnTheWay(order, -1);
                        _board.Take(order);
                    });
                    return new BillerAnswer.Unknown("Simulated: the call is late.");
                case 3:
                    _board.Take(order);
                    return new BillerAnswer.Unknown("Simulated: the answer is lost.");
                default:
                    return _board.Take(order);
            }
        }

        public async Task<BillerAnswer> FindAsync(BillOrder order, CancellationToken cancellationToken)
        {
            await DelayAsync();
            if (_board._isAway || _board._random.NextDouble() < _board._badCalls)
            {
                return _board._random.Next(2) == 0 ? NotSent() : new BillerAnswer.Unknown("Simulated: it does not say.");
            }

            if (!_board._book.TryGetValue(order.Reference, out var booked))
            {
                return new BillerAnswer.NotFound();
            }

            if (!booked.IsFinal && --booked.QueriesLeft == 0)
            {
                _board.Books.NoteTaken(order, booked.Succeeds);
            }

            return Show(order, booked);
        }

        public Task<CustomerAnswer> EnquireAsync(string customerReference, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("This biller tells no names.");

        private BillerAnswer.NotSent NotSent() =>
            new(_board._random.Next(2) == 0 ? TimeSpan.FromSeconds(_board._random.Next(1, 4)) : null, "Simulated: turned away.");

        private Task DelayAsync() => Task.Delay(TimeSpan.FromSeconds(2) * _board._random.NextDouble(), _silo.Clock, CancellationToken.None);
    }

    private PlantedBug Bug => bug;

    private SimulatedWorld World => world;
}
