using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Api.Tests.Push;

/// <summary>The hub while the database is away, and after it.</summary>
public sealed class PushOutageTests : IAsyncLifetime
{
    private readonly ApiFixture _api = new();
    private TcpProxy? _proxy;

    public async ValueTask InitializeAsync() => await _api.StartAsync("Development", connectionString =>
    {
        _proxy = TcpProxy.To(connectionString);
        return _proxy.ConnectionStringThrough(connectionString);
    });

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        if (_proxy is not null)
        {
            await _proxy.DisposeAsync();
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task What_cannot_be_replayed_ends_the_connection_and_all_others_go_on_where_they_were()
    {
        await using var clients = JavaScriptClients.Start(_api.Address);
        var caller = _api.Customer();
        var walletId = await caller.OpenWalletAsync(1);
        await clients.ConnectedAsync("stays", caller.Token, resume: $$"""{"{{walletId}}":0}""");
        await clients.ConnectedAsync("asks", caller.Token);
        _proxy!.Refuses = true;
        _proxy.CutNow();

        var resume = clients.ResumeAsync("asks", (walletId, 0));
        Assert.Contains("cannot reach its store", await clients.ClosedAsync("asks"), StringComparison.Ordinal);
        await Assert.ThrowsAsync<JavaScriptException>(() => resume);

        _proxy.Refuses = false;
        Reply deposit;
        do
        {
            deposit = await caller.PostAsync($"/wallet/{walletId}/deposit", """{"amount":1,"requestId":"again"}""");
        }
        while (deposit.Status == 503);

        Assert.Equal(200, deposit.Status);
        await clients.ConnectedAsync("asks again", caller.Token, resume: $$"""{"{{walletId}}":0}""");
        foreach (var id in new[] { "stays", "asks again" })
        {
            Assert.Equal([1, 2], (await clients.UpdatesAsync(id, walletId, 2)).Select(update => update.GetProperty("version").GetInt32()));
        }
    }
}
