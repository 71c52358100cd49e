using WalletGrains.Contracts.VirtualAccounts;
using Xunit;

namespace WalletGrains.Api.Tests.Push;

/// <summary>Clients of a host that runs no grains, and entries that two silos commit.</summary>
public sealed class AcrossProcessesTests : IAsyncLifetime
{
    private readonly ApiFixture _silo = new();
    private readonly ApiFixture _otherSilo = new();
    private readonly ApiFixture _frontDoor = new();

    public async ValueTask InitializeAsync()
    {
        string[] cluster = ["--Actors:Clustering=Database", "--Actors:AdvertisedAddress=127.0.0.1", "--Actors:SiloPort=0", "--Actors:GatewayPort=0"];
        await _silo.StartAsync("Development", proxied: null, cluster);
        await _otherSilo.StartAsync("Development", _ => _silo.ConnectionString, cluster);
        await _frontDoor.StartAsync("Development", _ => _silo.ConnectionString, ["--role=api", .. cluster]);
    }

    public async ValueTask DisposeAsync()
    {
        await _frontDoor.DisposeAsync();
        await _otherSilo.DisposeAsync();
        await _silo.DisposeAsync();
    }

    [Fact]
    public async Task A_virtual_account_that_a_silo_has_made_reaches_the_clients_of_a_front_door()
    {
        await using var clients = JavaScriptClients.Start(_frontDoor.Address);
        await using var jobs = await JobWatch.StartAsync(_silo.ConnectionString);
        var (caller, _, walletId) = await _frontDoor.RegisterAsync();
        await jobs.DoneAsync("create-virtual-account", walletId.ToString());
        var number = (await caller.GetAsync($"/wallets/{walletId}/virtual-account")).Json.GetProperty("accountNumber").GetString()!;
        await clients.ConnectedAsync("ada", caller.Token);

        // Once more, as the job's next attempt would after a crash.
        await _silo.Grains.GetGrain<IVirtualAccountGrain>(number).AnnounceAsync();
        Assert.Equal(number, Assert.Single(await clients.AccountsAsync("ada", 1)).GetProperty("accountNumber").GetString());
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

    [Fact]
    public async Task Wallets_of_several_silos_are_told_of_in_their_order()
    {
        const int Wallets = 24;
        const int Deposits = 5;
        await using var clients = JavaScriptClients.Start(_frontDoor.Address);
        var caller = _frontDoor.Customer();
        var walletIds = await Task.WhenAll(Enumerable.Range(0, Wallets).Select(_ => caller.OpenWalletAsync()));
        await clients.ConnectedAsync("ada", caller.Token);

        await Task.WhenAll(walletIds.SelectMany((walletId, i) => Enumerable.Range(0, Deposits).Select(async n =>
        {
            var silo = (i + n) % 2 == 0 ? _silo : _otherSilo;
            Assert.Equal(200, (await silo.Operator().PostAsync($"/wallet/{walletId}/deposit", """{"amount":1}""")).Status);
        })));

        foreach (var walletId in walletIds)
        {
            var updates = await clients.UpdatesAsync("ada", walletId, Deposits);
            Assert.Equal(Enumerable.Range(1, Deposits), updates.Where(update => update.GetProperty("walletId").GetGuid() == walletId).Select(update => update.GetProperty("version").GetInt32()));
        }

        // Both silos have wallets, so both have committed.
        var statistics = await _silo.Grains.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics();
        Assert.Equal(2, statistics.Where(grain => walletIds.Contains(grain.GrainId.TryGetGuidKey(out var key, out _) ? key : Guid.Empty)).Select(grain => grain.SiloAddress).Distinct().Count());
    }
}
