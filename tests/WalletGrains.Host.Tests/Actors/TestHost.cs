using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WalletGrains.Host.Actors;
using Xunit;

namespace WalletGrains.Host.Tests.Actors;

/// <summary>A host with the actor runtime as the product sets it up, on a test's database.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly IHost _host;

    private TestHost(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    public IClusterClient Client => _host.Services.GetRequiredService<IClusterClient>();

    public static async Task<TestHost> StartAsync(ActorDatabase database, ActorRole role, params (string Name, string Value)[] settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        foreach (var (name, value) in settings)
            builder.Configuration[$"Actors:{name}"] = value;
        var options = ActorOptions.Read(builder.Configuration, role, embeddedDatabase: role == ActorRole.All);
        SiloSetup.AddActors(builder, role, options, _ => database.DataSource, typeof(ProbeGrain).Assembly);
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new TestHost(host);
    }

    /// <summary>Stops in order, as on SIGTERM.</summary>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
