using Xunit;

namespace WalletGrains.Api.Tests.Push;

/// <summary>Clients of a host that runs no grains, and entries that others commit.</summary>
public sealed class AcrossProcessesTests : IAsyncLifetime
{
    private readonly ApiFixture _silo = new();
    private readonly ApiFixture _frontDoor = new();

    public async ValueTask InitializeAsync()
    {
        string[] cluster = ["--Actors:Clustering=Database", "--Actors:AdvertisedAddress=127.0.0.1", "--Actors:SiloPort=0", "--Actors:GatewayPort=0"];
        await _silo.StartAsync("Development", proxied: null, cluster);
        await _frontDoor.StartAsync("Development", _ => _silo.ConnectionString, ["--role=api", .. cluster]);
    }

    public async ValueTask DisposeAsync()
    {
        await _frontDoor.DisposeAsync();
        await _silo.DisposeAsync();
    }

    [Fact]
    public async Task What_another_process_commits_reaches_the_clients_of_a_front_door()
    {
        await using var clients = JavaScriptClients.Start(_frontDoor.Address);
        var caller = _frontDoor.Customer();
        var walletId = await caller.OpenWalletAsync();
        await clients.ConnectedAsync("ada", caller.Token);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(200, (await _silo.Operator().PostAsync($"/wallet/{walletId}/deposit", """{"amount":1}""")).Status);
        }

        var updates = await clients.UpdatesAsync("ada", walletId, 20);
        Assert.Equal(Enumerable.Range(1, 20), updates.Select(update => update.GetProperty("version").GetInt32()));

        await clients.ConnectedAsync("again", caller.Token, resume: $$"""{"{{walletId}}":15}""");
        Assert.Equal(Enumerable.Range(16, 5), (await clients.UpdatesAsync("again", walletId, 20)).Select(update => update.GetProperty("version").GetInt32()));
    }
}
