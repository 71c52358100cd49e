using WalletGrains.Chaos.Cluster;
using WalletGrains.Chaos.Traffic;

namespace WalletGrains.Chaos.Faults;

/// <summary>
/// The answer to a commit is lost. First the host finds out by itself; then it is killed before it can, and its clients must.
/// </summary>
internal sealed class LostAnswer : IFault
{
    private const int CutsWithoutKill = 3;

    public string Name => "cut after the commit, before its answer";

    public async Task<ServiceWatch> StrikeAsync(ChaosCluster cluster, BankTraffic traffic, CancellationToken cancellationToken)
    {
        var host = await cluster.FindBusiestAsync(traffic, cancellationToken);
        for (var cut = 0; cut < CutsWithoutKill; cut++)
        {
            await host.Proxy.CutAfterAnswerTo(CommitMarker.Text).WaitAsync(cancellationToken: cancellationToken);
            await traffic.Watch().EveryWalletServedAsync(cancellationToken);
        }

        // Without new connections it cannot ask whether the commit went through, and waits with its clients.
        host.Proxy.Refuses = true;
        await host.Proxy.CutAfterAnswerTo(CommitMarker.Text).WaitAsync(cancellationToken: cancellationToken);
        var watch = traffic.Watch();
        await host.KillAsync();
        host.Proxy.Refuses = false;
        await cluster.StartAsync(host);
        return watch;
    }
}
