using Xunit;

namespace WalletGrains.Api.Tests.Push;

/// <summary>A host and a process of JavaScript clients, shared by the tests of the hub.</summary>
public sealed class PushFixture : IAsyncLifetime
{
    private readonly Lazy<JavaScriptClients> _clients;

    public PushFixture() => _clients = new Lazy<JavaScriptClients>(() => JavaScriptClients.Start(Api.Address));

    /// <summary>The host.</summary>
    public ApiFixture Api { get; } = new();

    /// <summary>The clients, from their first use on: the test that has no use without them is skipped, and no other.</summary>
    public JavaScriptClients Clients => _clients.Value;

    public async ValueTask InitializeAsync() => await Api.StartAsync(
        "Development", proxied: null, "--Push:MaxConnectionsPerUser=5", "--Serilog:MinimumLevel:Override:Microsoft.AspNetCore.Hosting=Verbose");

    public async ValueTask DisposeAsync()
    {
        if (_clients.IsValueCreated)
        {
            await _clients.Value.DisposeAsync();
        }

        await Api.DisposeAsync();
    }
}
