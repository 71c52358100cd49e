using WalletGrains.Chaos.Cluster;
using WalletGrains.Chaos.Traffic;

namespace WalletGrains.Chaos.Faults;

/// <summary>kill -9 of PostgreSQL, which is started again at once and has its recovery to do.</summary>
internal sealed class DatabaseKill : IFault
{
    public string Name => "kill -9 of PostgreSQL";

    public Task<ServiceWatch> StrikeAsync(ChaosCluster cluster, BankTraffic traffic, CancellationToken cancellationToken)
    {
        cluster.KillDatabase();
        return Task.FromResult(traffic.Watch());
    }
}
