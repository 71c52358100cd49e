using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;
using WalletGrains.Grains.Tests.Runtime;
using Xunit;

[assembly: AssemblyFixture(typeof(ActorFixture))]

namespace WalletGrains.Grains.Tests.Runtime;

/// <summary>Two Orleans silos in this process, shared by all contract tests.</summary>
public sealed class ActorFixture : IActorFixture, IAsyncLifetime
{
    private readonly InProcessTestCluster _cluster;

    public ActorFixture()
    {
        var builder = new InProcessTestClusterBuilder(initialSilosCount: 2);
        builder.ConfigureSilo((_, silo) => silo
            .AddMemoryGrainStorage(Providers.Storage)
            .AddMemoryGrainStorage("PubSubStore")
            .AddMemoryStreams(Providers.Streams)
            .UseInMemoryReminderService()
            .AddIncomingGrainCallFilter<ContractFilter>()
            // A silo that takes another for the owner of a reminder hands it over in the table, and the owner reads it at its next refresh.
            .Services.Configure<ReminderOptions>(options => options.RefreshReminderListPeriod = TimeSpan.FromMilliseconds(500)));
        builder.ConfigureClient(client => client.AddMemoryStreams(Providers.Streams));
        _cluster = builder.Build();
    }

    public IClusterClient Client => (IClusterClient)_cluster.Client;

    public async ValueTask InitializeAsync() => await _cluster.DeployAsync();

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }
}
