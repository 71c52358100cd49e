using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using WalletGrains.Chaos.Traffic;
using WalletGrains.Journal.Embedded;
using WalletGrains.Testing;
using WalletGrains.Testing.Processes;

namespace WalletGrains.Chaos.Cluster;

/// <summary>The cluster under test: hosts as processes, each behind a proxy of its own, on one PostgreSQL that is kept running.</summary>
internal sealed class ChaosCluster : IAsyncDisposable
{
    /// <summary>Shorter than the product lets a caller wait, so that clients turn to another host while the first still works.</summary>
    private static readonly TimeSpan ClientTimeout = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan PatientClientTimeout = TimeSpan.FromMinutes(2);

    private readonly TestFolder _folder;
    private readonly EmbeddedPostgres _postgres;

    private ChaosCluster(TestFolder folder, EmbeddedPostgres postgres, string connectionString)
    {
        (_folder, _postgres, ConnectionString) = (folder, postgres, connectionString);
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(48));
        Nodes = [.. Enumerable.Range(0, Topology.Hosts + Topology.Standbys).Select(number =>
            new HostNode(number, connectionString, new Dictionary<string, string>(Topology.NewSettings()) { ["Jwt__Key"] = key }))];
    }

    /// <summary>The hosts; those in reserve come last.</summary>
    public IReadOnlyList<HostNode> Nodes { get; }

    /// <summary>The hosts that clients are sent to.</summary>
    public IReadOnlyList<HostNode> Serving => [.. Nodes.Where(node => node.Address is not null)];

    /// <summary>The database itself, past all proxies.</summary>
    public string ConnectionString { get; }

    /// <summary>Clients that go to another host when one does not answer.</summary>
    public BankClient Bank { get; } = new(ClientTimeout);

    /// <summary>Clients that wait for the host they asked as long as it lives.</summary>
    public BankClient PatientBank { get; } = new(PatientClientTimeout);

    public static async Task<ChaosCluster> StartAsync(CancellationToken cancellationToken)
    {
        await TestFolders.RemoveAbandonedAsync();
        var folder = TestFolders.Create("chaos");
        var postgres = new EmbeddedPostgres(
            TestPostgres.Options(folder.Path) with { StopTimeLimit = TimeSpan.Zero }, TimeProvider.System, NullLogger<EmbeddedPostgres>.Instance);
        ChaosCluster? cluster = null;
        try
        {
            var server = await postgres.StartAsync(cancellationToken);
            cluster = new ChaosCluster(folder, postgres, server.ConnectionString);
            // The first one creates the schema.
            await cluster.StartAsync(cluster.Nodes[0]);
            await Task.WhenAll(cluster.Nodes.Take(Topology.Hosts).Skip(1).Select(cluster.StartAsync));
            return cluster;
        }
        catch
        {
            await (cluster?.DisposeAsync() ?? postgres.DisposeAsync());
            throw;
        }
    }

    /// <summary>
    /// The host that works most now, which is seen while every wallet is served once: a fault that hits one without wallets
    /// shows nothing, and the actor runtime may well put most of them in one place.
    /// </summary>
    public async Task<HostNode> FindBusiestAsync(BankTraffic traffic, CancellationToken cancellationToken)
    {
        var sent = Serving.Select(node => (Node: node, Before: node.Proxy.BytesToServer)).ToList();
        await traffic.Watch().EveryWalletServedAsync(cancellationToken);
        return sent.MaxBy(host => host.Node.Proxy.BytesToServer - host.Before).Node;
    }

    public async Task StartAsync(HostNode node)
    {
        await node.StartAsync();
        TellClients();
    }

    public void Retire(HostNode node)
    {
        node.Retire();
        TellClients();
    }

    /// <summary>kill -9 of PostgreSQL; whoever keeps it running starts it again.</summary>
    public void KillDatabase() => PosixSignal.Kill.SendTo(_postgres.ServerProcessId!.Value);

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }

        Bank.Dispose();
        PatientBank.Dispose();
        await _postgres.DisposeAsync();
        await _folder.DisposeAsync();
    }

    private void TellClients() => Bank.Addresses = PatientBank.Addresses = [.. Serving.Select(node => node.Address!)];
}
