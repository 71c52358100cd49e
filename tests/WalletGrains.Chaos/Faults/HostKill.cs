using WalletGrains.Chaos.Cluster;
using WalletGrains.Chaos.Traffic;

namespace WalletGrains.Chaos.Faults;

/// <summary>kill -9 of a host, which is started again at once.</summary>
internal sealed class HostKill : IFault
{
    public string Name => "kill -9 of a host";

    public async Task<ServiceWatch> StrikeAsync(ChaosCluster cluster, BankTraffic traffic, CancellationToken cancellationToken)
    {
        var host = await cluster.FindBusiestAsync(traffic, cancellationToken);
        await host.KillAsync();
        var watch = traffic.Watch();
        await cluster.StartAsync(host);
        return watch;
    }
}
