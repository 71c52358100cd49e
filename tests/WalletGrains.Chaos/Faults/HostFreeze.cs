using WalletGrains.Chaos.Cluster;
using WalletGrains.Chaos.Traffic;

namespace WalletGrains.Chaos.Faults;

/// <summary>
/// A host is frozen with a commit on its way and more behind it, others take its wallets over, and it comes back believing
/// that nothing has happened. What it decided before must not be written.
/// </summary>
internal sealed class HostFreeze : IFault
{
    public string Name => "STOP past eviction, then CONT";

    public async Task<ServiceWatch> StrikeAsync(ChaosCluster cluster, BankTraffic traffic, CancellationToken cancellationToken)
    {
        var host = await cluster.FindBusiestAsync(traffic, cancellationToken);
        var number = cluster.Serving.ToList().IndexOf(host);
        var held = host.Proxy.HoldFrom(CommitMarker.Text);
        await held.Struck.WaitAsync(cancellationToken: cancellationToken);

        // To every wallet, so also to those that wait behind the commit; whoever asks this host stays with it.
        var stranded = traffic.DepositOnceAsync(cluster.PatientBank, number, cancellationToken);
        host.Freeze();
        var watch = traffic.Watch();
        await Topology.TakeOverFromAsync(cluster, host, cancellationToken);
        await watch.EveryWalletServedAsync(cancellationToken);

        var fenced = host.NextFenced();
        held.Release();
        host.Thaw();
        await fenced.WaitAsync(cancellationToken: cancellationToken);
        await Topology.RetireAsync(cluster, host);
        await stranded;
        return watch;
    }
}
