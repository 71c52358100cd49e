using Orleans.TestingHost;
using WalletGrains.Contracts.Activity;

namespace WalletGrains.Grains.Tests;

/// <content>Two silos of Orleans in this process.</content>
public sealed partial class MemoryCluster
{
    private InProcessTestCluster? _cluster;

    public IClusterClient Client => (IClusterClient)_cluster!.Client;

    private async Task StartAsync()
    {
        var builder = new InProcessTestClusterBuilder(initialSilosCount: 2);
        builder.ConfigureSilo((_, silo) => AddServices(silo
            .UseInMemoryReminderService()
            .AddMemoryGrainStorage("PubSubStore")
            .AddMemoryStreams(ActivityStreams.Provider)
            .AddIncomingGrainCallFilter(Faults.InvokeAsync)
            .Services));
        builder.ConfigureClient(client => client.AddMemoryStreams(ActivityStreams.Provider));
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    private async Task StopAsync()
    {
        await _cluster!.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }
}
