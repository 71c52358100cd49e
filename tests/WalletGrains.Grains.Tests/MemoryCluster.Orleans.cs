using Orleans.TestingHost;

namespace WalletGrains.Grains.Tests;

/// <content>Two silos of Orleans in this process.</content>
public sealed partial class MemoryCluster
{
    private InProcessTestCluster? _cluster;

    public IClusterClient Client => (IClusterClient)_cluster!.Client;

    private async Task StartAsync()
    {
        var builder = new InProcessTestClusterBuilder(initialSilosCount: 2);
        builder.ConfigureSilo((_, silo) => AddServices(silo.UseInMemoryReminderService().AddIncomingGrainCallFilter(Faults.InvokeAsync).Services));
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    private async Task StopAsync()
    {
        await _cluster!.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }
}
