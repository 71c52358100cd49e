using System.Net;
using System.Net.Sockets;
using WalletGrains.Host.Actors;
using Xunit;

namespace WalletGrains.Host.Tests.Actors;

public sealed class DeadSilosTests
{
    private static readonly TimeSpan s_long = DeadSilos.HeartbeatPeriod * (DeadSilos.MissedHeartbeats + 1);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_silent_silo_on_whose_port_nobody_listens_is_declared_dead()
    {
        await using var database = await ActorDatabase.CreateAsync();
        await new SiloRow(database, Unused()).JoinAsync(s_long);

        Assert.Single(await DeadSilos.SweepAsync(database.DataSource, SiloRow.Cluster, Stop));

        var row = Assert.Single(await database.RowsAsync("MembershipReadAllKey", ("DeploymentId", SiloRow.Cluster)));
        Assert.Equal((6, 2), (row["Status"], row["Version"]));
    }

    [Fact]
    public async Task A_silent_silo_that_still_listens_is_left_alone()
    {
        await using var database = await ActorDatabase.CreateAsync();
        using var alive = new TcpListener(IPAddress.Loopback, 0);
        alive.Start();
        await new SiloRow(database, ((IPEndPoint)alive.LocalEndpoint).Port).JoinAsync(s_long);

        Assert.Empty(await DeadSilos.SweepAsync(database.DataSource, SiloRow.Cluster, Stop));

        var row = Assert.Single(await database.RowsAsync("MembershipReadAllKey", ("DeploymentId", SiloRow.Cluster)));
        Assert.Equal((3, 1), (row["Status"], row["Version"]));
    }

    [Fact]
    public async Task A_silo_with_a_fresh_heartbeat_and_the_silos_of_other_clusters_are_left_alone()
    {
        await using var database = await ActorDatabase.CreateAsync();
        await new SiloRow(database, Unused()).JoinAsync(TimeSpan.Zero);

        Assert.Empty(await DeadSilos.SweepAsync(database.DataSource, SiloRow.Cluster, Stop));
        Assert.Empty(await DeadSilos.SweepAsync(database.DataSource, "other", Stop));
    }

    [Fact]
    public async Task A_silo_joins_though_its_whole_cluster_was_killed_on_other_addresses()
    {
        await using var database = await ActorDatabase.CreateAsync();
        await new SiloRow(database, Unused()).JoinAsync(s_long);

        await using var silo = await TestHost.StartAsync(database, ActorRole.Silo, ("SiloPort", "0"), ("GatewayPort", "0"), ("AdvertisedAddress", "127.0.0.1"));

        Assert.Equal(5, await silo.Client.GetGrain<IProbeGrain>(Guid.NewGuid()).AddAsync(5));
    }

    [Fact]
    public async Task A_restarted_silo_takes_over_from_its_killed_predecessor_on_the_same_address()
    {
        await using var database = await ActorDatabase.CreateAsync();
        var port = Unused();
        await new SiloRow(database, port).JoinAsync(TimeSpan.Zero);

        await using var silo = await TestHost.StartAsync(database, ActorRole.Silo, ("SiloPort", $"{port}"), ("GatewayPort", "0"), ("AdvertisedAddress", "127.0.0.1"));

        var members = await database.RowsAsync("MembershipReadAllKey", ("DeploymentId", SiloRow.Cluster));
        Assert.Equal([3, 6], members.Select(member => (int)member["Status"]!).Order());
    }

    private static int Unused()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The membership row that a killed silo leaves behind: active, its last heartbeat some time ago.</summary>
    private sealed record SiloRow(ActorDatabase Database, int Port)
    {
        public const string Cluster = "walletgrains";

        public async Task JoinAsync(TimeSpan silence)
        {
            var heartbeat = DateTime.UtcNow - silence;
            await Database.RowsAsync("InsertMembershipVersionKey", ("DeploymentId", Cluster));
            Assert.Equal(1, await Database.ScalarAsync<int>("InsertMembershipKey",
                ("DeploymentId", Cluster), ("IAmAliveTime", heartbeat), ("SiloName", "killed"), ("HostName", "here"),
                ("Address", "127.0.0.1"), ("Port", Port), ("Generation", 1), ("StartTime", heartbeat), ("Status", 3),
                ("ProxyPort", 1), ("Version", 0)));
        }
    }
}
