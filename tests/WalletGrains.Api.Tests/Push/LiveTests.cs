using System.Text.Json;
using Xunit;

namespace WalletGrains.Api.Tests.Push;

/// <summary>What connected clients are told as it happens.</summary>
public sealed class LiveTests(PushFixture push) : IClassFixture<PushFixture>
{
    [Fact]
    public async Task An_owner_is_told_of_its_wallets_on_all_its_connections_and_nobody_else_is()
    {
        var (ada, obi) = (push.Api.Customer(), push.Api.Customer());
        var (adas, obis) = (await ada.OpenWalletAsync(100), await obi.OpenWalletAsync(100));
        var others = new[] { ("service", push.Api.Service()), ("operator", push.Api.Operator()) };
        foreach (var (id, caller) in others.Concat([("ada1", ada), ("ada2", ada), ("obi", obi)]))
        {
            await push.Clients.ConnectedAsync(id, caller.Token, resume: $$"""{"{{adas}}":1,"{{obis}}":1}""");
        }

        await obi.PlaceHoldAsync(obis, 10);
        await obi.TransferAsync(obis, adas, 30);
        await ada.PostAsync($"/wallet/{adas}/withdraw", """{"amount":1}""");
        foreach (var id in new[] { "ada1", "ada2" })
        {
            Assert.Equal([$"{adas} 2 TRANSFER_IN 130", $"{adas} 3 WITHDRAW 129"], Shown(await push.Clients.UpdatesAsync(id, adas, 3)));
        }

        Assert.Equal([$"{obis} 2 HOLD 90", $"{obis} 3 TRANSFER_OUT 60"], Shown(await push.Clients.UpdatesAsync("obi", obis, 3)));

        // Had they got any of it, they would have it before what is theirs.
        foreach (var (id, caller) in others)
        {
            var own = await caller.OpenWalletAsync(7);
            Assert.Equal([$"{own} 1 FUND 7"], Shown(await push.Clients.UpdatesAsync(id, own, 1)));
        }
    }

    [Fact]
    public async Task A_wallet_that_is_opened_while_its_owner_is_connected_is_followed_at_once()
    {
        var caller = push.Api.Customer();
        await push.Clients.ConnectedAsync("early", caller.Token);
        var walletId = await caller.OpenWalletAsync(5);
        Assert.Equal([$"{walletId} 1 FUND 5"], Shown(await push.Clients.UpdatesAsync("early", walletId, 1)));
    }

    [Fact]
    public async Task A_client_that_resumes_nothing_gets_what_came_meanwhile_after_the_window()
    {
        var caller = push.Api.Customer();
        var walletId = await caller.OpenWalletAsync();
        await push.Clients.ConnectedAsync("plain", caller.Token, resume: null);
        await caller.PostAsync($"/wallet/{walletId}/deposit", """{"amount":1}""");
        Assert.Single(await push.Clients.UpdatesAsync("plain", walletId, 1));
    }

    [Fact]
    public async Task Operators_are_told_of_fraud_alerts()
    {
        await push.Clients.ConnectedAsync("watch", push.Api.Operator().Token);
        await push.Clients.ConnectedAsync("customer", push.Api.Customer().Token);
        var caller = push.Api.Customer();
        var walletId = await caller.OpenWalletAsync(20_000);
        Assert.Equal(200, (await caller.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":15000}""")).Status);

        var alert = Assert.Single(await push.Clients.AlertsAsync("watch", 1));
        Assert.Equal(walletId, alert.GetProperty("walletId").GetGuid());
        var listed = (await push.Api.Operator().GetAsync($"/ops/fraud-alerts?walletId={walletId}")).Json.GetProperty("items")[0];
        Assert.Equal(listed.GetRawText(), alert.GetRawText());
        Assert.Empty(await push.Clients.AlertsAsync("customer", 0));
    }

    [Fact]
    public async Task Whoever_comes_back_with_Resume_misses_nothing_and_gets_nothing_twice_while_a_writer_goes_on()
    {
        const int Rounds = 8;
        var caller = push.Api.Customer();
        var walletIds = new[] { await caller.OpenWalletAsync(), await caller.OpenWalletAsync() };
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var written = new long[walletIds.Length];
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                Assert.Equal(200, (await caller.PostAsync($"/wallet/{walletIds[writer % 2]}/deposit", """{"amount":1}""")).Status);
                Interlocked.Increment(ref written[writer % 2]);
            }
        })).ToList();

        var received = walletIds.ToDictionary(id => id, _ => new List<long>());
        try
        {
            for (var round = 1; round < Rounds; round++)
            {
                // Behind the replay some live ones.
                await ComeBackAsync($"resume{round}", index => Volatile.Read(ref written[index]) + 5);
            }
        }
        finally
        {
            await enough.CancelAsync();
            await Task.WhenAll(writers);
        }

        await ComeBackAsync("last", index => written[index]);
        for (var i = 0; i < walletIds.Length; i++)
        {
            Assert.Equal(Enumerable.Range(1, (int)written[i]).Select(version => (long)version), received[walletIds[i]]);
        }

        async Task ComeBackAsync(string id, Func<int, long> until)
        {
            await push.Clients.ConnectedAsync(id, caller.Token, resume: null);
            var known = walletIds.Select(walletId => (walletId, received[walletId].LastOrDefault())).ToArray();
            Assert.Equal(known.ToDictionary(of => of.walletId, of => of.Item2), await push.Clients.ResumeAsync(id, known));
            for (var i = 0; i < walletIds.Length; i++)
            {
                await push.Clients.UpdatesAsync(id, walletIds[i], until(i));
            }

            // What it has got when the network goes is what it knows.
            foreach (var update in await push.Clients.CutAsync(id))
            {
                received[update.GetProperty("walletId").GetGuid()].Add(update.GetProperty("version").GetInt64());
            }
        }
    }

    private static IEnumerable<string> Shown(JsonElement[] updates) => updates.Select(update =>
        $"{update.GetProperty("walletId")} {update.GetProperty("version")} {update.GetProperty("reason")} {update.GetProperty("available")}");
}
