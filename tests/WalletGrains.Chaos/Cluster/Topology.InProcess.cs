namespace WalletGrains.Chaos.Cluster;

/// <summary>
/// The shape of the cluster on the in-process runtime: one host. When it is taken for dead, an operator starts another one
/// on the same database, and for a while, when the first comes back, both run every wallet: only the database tells who may write.
/// </summary>
internal static class Topology
{
    /// <summary>Hosts that serve.</summary>
    public const int Hosts = 1;

    /// <summary>Hosts in reserve.</summary>
    public const int Standbys = 1;

    public static Dictionary<string, string> NewSettings() => [];

    /// <summary>Starts the host in reserve.</summary>
    public static Task TakeOverFromAsync(ChaosCluster cluster, HostNode frozen, CancellationToken cancellationToken) =>
        cluster.StartAsync(cluster.Nodes.First(node => node.Address is null));

    /// <summary>Nobody tells it that it was replaced: the operator ends it. It is in reserve from now on.</summary>
    public static async Task RetireAsync(ChaosCluster cluster, HostNode thawed)
    {
        cluster.Retire(thawed);
        await thawed.KillAsync();
    }
}
