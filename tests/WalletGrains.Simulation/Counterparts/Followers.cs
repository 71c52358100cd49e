using Microsoft.Extensions.DependencyInjection;
using Orleans.InProcess.Simulation;
using WalletGrains.Contracts.Activity;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Fraud;
using WalletGrains.Journal.Statistics;
using WalletGrains.Simulation.Audit;
using WalletGrains.Simulation.Workload;
using WalletGrains.Simulation.World;

namespace WalletGrains.Simulation.Counterparts;

/// <summary>Who follows the journal: the relays, and statistics, fraud and the synchronization of balances behind them. In the end each entry was counted once.</summary>
internal sealed class Followers(Auditor auditor, SimulatedDatabase database, Clients clients) : ICounterpart
{
    public IReadOnlyList<string> Kinds => [];

    public IReadOnlyList<string> FinalKinds => [];

    public void AddServices(IServiceCollection services, SimulatedSilo silo, DatabaseConnection connection) => services
        .AddSingleton<IActivityLog>(connection)
        .AddSingleton<IActivityPositions>(connection)
        .AddSingleton<IStatisticsStore>(connection)
        .AddSingleton<IFraudStore>(connection)
        .AddSingleton(new ActivityOptions { Partitions = 1 });

    public void Open() => clients.Start(session => Clients.UntilItWorksAsync(session, grains => grains.GetGrain<IJournalRelayGrain>(0).StartAsync()));

    public void Begin()
    {
    }

    public void Heal()
    {
    }

    public bool IsSettled => auditor.IsCounted(Statistics());

    public void Check() => auditor.CheckStatistics(Statistics());

    private IReadOnlyList<StatisticsRow> Statistics() => database.Activity.FindStatistics(auditor.Wallets.Select(wallet => wallet.WalletId));
}
