using Microsoft.Extensions.DependencyInjection;
using Orleans.InProcess.Simulation;
using WalletGrains.Contracts;
using WalletGrains.Contracts.BalanceSync;
using WalletGrains.Grains.BalanceSync;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal.BalanceSync;
using WalletGrains.Simulation.Audit;
using WalletGrains.Simulation.Bugs;
using WalletGrains.Simulation.Workload;
using WalletGrains.Simulation.World;

namespace WalletGrains.Simulation.Counterparts;

/// <summary>
/// The core banking system, whose balances change all the time: it is slow, fails, asks to be left alone, and has closed an account. Beside it the sweep of
/// all users, logins, and users who ask for their balance.
/// </summary>
internal sealed class CoreBank(SimulatedWorld world, Auditor auditor, SimulatedDatabase database, PlantedBug bug, Accounts accounts, Clients clients) : ICounterpart
{
    private const string Sync = "balance-sync";
    private const string Sweep = "balance-sweep";

    private const int Users = 3;
    private const int Requests = 12;
    private const string Closed = "9000";

    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(12);

    private readonly Random _random = world.NewRandom("core bank");
    private readonly List<AccountKey> _accounts = [];
    private double _badCalls;
    private bool _isOver;

    public IReadOnlyList<string> Kinds => [Sync, Sweep];

    public IReadOnlyList<string> FinalKinds => [Sync];

    private BalanceBooks Books => auditor.Balances;

    public void AddServices(IServiceCollection services, SimulatedSilo silo, DatabaseConnection connection) => services
        .AddSingleton<IMobileUserStore>(connection)
        .AddSingleton(bug.TamperCore(new Interface(this, silo.Process)))
        .AddSingleton(new CoreBankingOptions { Interval = SweepInterval })
        .AddSingleton<IJobHandler, AccountSync>()
        .AddSingleton<IJobHandler, BalanceSweep>();

    public void Open()
    {
        for (var i = 0; i < Users; i++)
        {
            var userId = accounts.NewId();
            var number = i == 0 ? Closed : $"100{i}";
            Books.NoteBooked(number, _random.Next(1_000));
            _accounts.Add(new AccountKey(userId, number));
            database.Balances.CreateDurably(
                new MobileUserRow(userId, MobileUserRow.MobileBanking, $"{userId}", $"{userId}", "Ada Banda", "C-1", number, true, SimulatedWorld.Epoch, SimulatedWorld.Epoch),
                MobileUserRecords.ToAccount(userId, number, "SAVINGS", isPrimary: true, SimulatedWorld.Epoch));
        }
    }

    public void Begin()
    {
        _badCalls = _random.Next(2) * 0.5 * _random.NextDouble();
        for (var i = 0; i < 2 * Requests; i++)
        {
            var number = _accounts[_random.Next(_accounts.Count)].AccountNumber;
            world.After(FaultPlan.Duration * _random.NextDouble(), () => Books.NoteBooked(number, _random.Next(1_000)));
        }

        for (var i = 0; i < Requests; i++)
        {
            var account = _accounts[_random.Next(_accounts.Count)];
            world.After(FaultPlan.Duration * _random.NextDouble(), () => clients.Start(session => AskAsync(session, account)));
        }
    }

    /// <summary>Sweeps end, and every account is asked for once more: nothing is booked from now on.</summary>
    public void Heal()
    {
        (_badCalls, _isOver) = (0, true);
        clients.Start(async session =>
        {
            await Clients.UntilItWorksAsync(session, grains => grains.GetGrain<IBalanceSyncGrain>(0).StopAsync());
            foreach (var account in _accounts)
            {
                await Clients.UntilItWorksAsync(session, grains => grains.GetGrain<IMobileUserGrain>(account.MobileUserId).RequestSyncAsync());
            }
        });
    }

    public void Check() => Books.CheckAll(_accounts.Select(database.Balances.Find));

    /// <summary>A login, or a wish for a balance that is not waited for.</summary>
    private async Task AskAsync(SimulatedClient session, AccountKey account)
    {
        var sentAt = world.Now;
        var isLogin = _random.Next(2) == 0;
        try
        {
            var user = session.Cluster.GetGrain<IMobileUserGrain>(account.MobileUserId);
            if (isLogin)
            {
                Books.NoteShown(account.AccountNumber, sentAt, await user.ReadBalanceAsync(Limits.FreshBalancePatience));
            }
            else
            {
                await user.RequestSyncAsync();
            }
        }
        catch (Exception e) when (Clients.IsNoUse(e))
        {
            // Whoever it was, he looks again another time.
        }
    }

    /// <summary>The core banking system as a silo calls it.</summary>
    private sealed class Interface(CoreBank core, SimulatedProcess silo) : ICoreBanking
    {
        public bool IsConfigured => true;

        public async Task<CoreAnswer> AskAsync(string accountNumber, CancellationToken cancellationToken)
        {
            // It reads its books at some moment of the call, which takes up to four seconds now and then.
            var random = core._random;
            await Delay();
            var answer = Answer();
            await Delay();
            return answer;

            Task Delay() => Task.Delay(TimeSpan.FromSeconds(random.Next(6) == 0 && !core._isOver ? 2 : 0.05) * random.NextDouble(), silo.Clock, CancellationToken.None);

            CoreAnswer Answer() => random.NextDouble() < core._badCalls
                ? (random.Next(3) == 0 ? new CoreAnswer.NotNow(TimeSpan.FromSeconds(random.Next(1, 5)), "Simulated: not now.") : new CoreAnswer.Failed("Simulated: it failed."))
                : accountNumber == Closed && (core._isOver || random.Next(6) == 0)
                ? new CoreAnswer.Gone("Simulated: it is closed.")
                : new CoreAnswer.Balance(core.Books.BalanceOf(accountNumber), "MWK");
        }
    }
}
