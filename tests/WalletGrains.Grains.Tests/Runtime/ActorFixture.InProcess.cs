using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.InProcess;
using WalletGrains.Grains.Tests.Runtime;
using Xunit;

[assembly: AssemblyFixture(typeof(ActorFixture))]

namespace WalletGrains.Grains.Tests.Runtime;

/// <summary>One in-process silo with real threads and real time, shared by all contract tests.</summary>
public sealed class ActorFixture : IActorFixture, IAsyncLifetime
{
    private readonly IHost _host = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings()).AddContractSilo().Build();

    public IClusterClient Client => _host.Services.GetRequiredService<IClusterClient>();

    public async ValueTask InitializeAsync() => await _host.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}

/// <summary>The silo that the contract is tested on.</summary>
internal static class ContractSilo
{
    public static HostApplicationBuilder AddContractSilo(
        this HostApplicationBuilder builder, Action<InProcessSiloOptions>? configure = null, IReminderTable? reminders = null)
    {
        builder.Services
            .AddInProcessOrleans(options =>
            {
                options.GrainAssemblies.Add(typeof(TurnGrain).Assembly);
                configure?.Invoke(options);
            })
            .AddMemoryGrainStorage(Providers.Storage)
            .AddMemoryStreams(Providers.Streams)
            .UseReminderTable(_ => reminders ?? new MemoryReminderTable())
            .AddIncomingGrainCallFilter<ContractFilter>();
        return builder;
    }
}
