using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WalletGrains.Contracts.Activity;
using WalletGrains.Grains.Wallets;

namespace WalletGrains.Grains.Tests;

/// <content>One silo with real threads and real time.</content>
public sealed partial class MemoryCluster
{
    private IHost? _host;

    public IClusterClient Client => _host!.Services.GetRequiredService<IClusterClient>();

    private async Task StartAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddLogging();
        AddServices(builder.Services
            .AddInProcessOrleans(options => options.GrainAssemblies.Add(typeof(WalletGrain).Assembly))
            .UseInMemoryReminderService()
            .AddMemoryStreams(ActivityStreams.Provider)
            .AddIncomingGrainCallFilter(Faults.InvokeAsync)
            .Services);
        _host = builder.Build();
        await _host.StartAsync();
    }

    private async Task StopAsync()
    {
        await _host!.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
