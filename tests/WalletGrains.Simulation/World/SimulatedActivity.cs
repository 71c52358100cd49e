using WalletGrains.Journal;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Fraud;
using WalletGrains.Journal.Statistics;

namespace WalletGrains.Simulation.World;

/// <summary>The rows of those who follow the journal, with faults around each move.</summary>
internal sealed class SimulatedActivity
{
    private readonly MemoryStatisticsStore _statistics;

    public SimulatedActivity(CommitInterceptor interceptor, SimulatedJobs jobs)
    {
        Positions = new MemoryActivityPositions(interceptor);
        _statistics = new MemoryStatisticsStore(Positions, jobs.Durable);
        Fraud = new MemoryFraudStore(Positions, jobs.Durable);
    }

    /// <summary>How far each of them has come.</summary>
    public MemoryActivityPositions Positions { get; }

    /// <summary>Statistics of wallets.</summary>
    public IStatisticsStore Statistics => _statistics;

    /// <summary>Alerts.</summary>
    public IFraudStore Fraud { get; }

    /// <summary>Statistics as they are.</summary>
    public IReadOnlyList<StatisticsRow> FindStatistics(IEnumerable<Guid> walletIds) => _statistics.FindAsync([.. walletIds], CancellationToken.None).Result;
}
