using System.Globalization;
using Npgsql;

namespace WalletGrains.Chaos.Cluster;

/// <summary>The shape of the cluster on the Orleans runtime: three silos, which give up the one that does not answer.</summary>
internal static class Topology
{
    /// <summary>Hosts that serve.</summary>
    public const int Hosts = 3;

    /// <summary>Hosts in reserve: the living silos are enough.</summary>
    public const int Standbys = 0;

    private static readonly TimeSpan EvictionLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(100);

    public static Dictionary<string, string> NewSettings() => new()
    {
        ["Actors__AdvertisedAddress"] = "127.0.0.1",
        ["Actors__SiloPort"] = FreePort.Take().ToString(CultureInfo.InvariantCulture),
        ["Actors__GatewayPort"] = FreePort.Take().ToString(CultureInfo.InvariantCulture),
        // The default is patient with a loaded network; here nobody should wait for it.
        ["Actors__ProbeTimeoutSeconds"] = "1",
    };

    /// <summary>Waits until the others have declared a frozen silo dead.</summary>
    public static async Task TakeOverFromAsync(ChaosCluster cluster, HostNode frozen, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(cluster.ConnectionString);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(EvictionLimit);
        while (true)
        {
            // Membership is only to be had by asking. A silo that came back has its earlier lives in the table, all dead.
            await using var alive = database.CreateCommand("select count(*) from OrleansMembershipTable where status = 3");
            if ((long)(await alive.ExecuteScalarAsync(limit.Token))! < Hosts)
            {
                return;
            }

            await Task.Delay(PollPeriod, limit.Token);
        }
    }

    /// <summary>A silo that learns that it was declared dead ends itself; whoever keeps it running starts it again.</summary>
    public static async Task RetireAsync(ChaosCluster cluster, HostNode thawed)
    {
        await thawed.WaitForEndAsync();
        await cluster.StartAsync(thawed);
    }
}
