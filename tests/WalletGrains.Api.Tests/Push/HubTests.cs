using System.Text.Json.Nodes;
using Xunit;

namespace WalletGrains.Api.Tests.Push;

/// <summary>Who is let in to the hub, and what Resume answers.</summary>
public sealed class HubTests(PushFixture push) : IClassFixture<PushFixture>
{
    private const string SessionInvalid = "Authentication error: Session invalid";

    [Fact]
    public async Task A_client_without_a_valid_token_is_told_so_and_disconnected()
    {
        var expired = push.Api.Customer(TimeSpan.FromSeconds(-1)).Token!;
        var altered = push.Api.Customer().Token![..^1];
        foreach (var (token, inQuery) in new[] { (expired, false), (altered, false), ("", false), (expired, true), (altered, true), ("a.b.c", true) })
        {
            var id = Guid.NewGuid().ToString();
            var refusal = await push.Clients.ConnectAsync(id, token, inQuery, resume: null) ?? await push.Clients.ClosedAsync(id);
            Assert.EndsWith(SessionInvalid, refusal, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_token_may_come_in_the_query_and_is_in_no_log()
    {
        var token = push.Api.Customer().Token!;
        Assert.Null(await push.Clients.ConnectAsync("query", token, inQuery: true));
        await push.Clients.StopAsync("query");
        var log = await push.Api.ReadLogAsync();
        Assert.Contains("access_token=", log, StringComparison.Ordinal);
        Assert.DoesNotContain(token, log, StringComparison.Ordinal);
        Assert.DoesNotContain(token[^30..], log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_ends_when_its_token_does()
    {
        var caller = push.Api.Customer(TimeSpan.FromSeconds(3));
        await push.Clients.ConnectedAsync("short", caller.Token);
        await push.Clients.ClosedAsync("short");
        Assert.EndsWith(SessionInvalid, await push.Clients.ConnectAsync("again", caller.Token, resume: null) ?? await push.Clients.ClosedAsync("again"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_may_have_a_number_of_connections()
    {
        var caller = push.Api.Customer();
        for (var i = 0; i < 5; i++)
        {
            await push.Clients.ConnectedAsync($"many{i}", caller.Token);
        }

        var refusal = await push.Clients.ConnectAsync("many5", caller.Token, resume: null) ?? await push.Clients.ClosedAsync("many5");
        Assert.EndsWith("Too many connections", refusal, StringComparison.Ordinal);
        await push.Clients.ConnectedAsync("other", push.Api.Customer().Token);
    }

    [Fact]
    public async Task Resume_replays_what_was_missed_and_says_from_where()
    {
        var caller = push.Api.Customer();
        var walletId = await caller.OpenWalletAsync(10);
        await caller.PlaceHoldAsync(walletId, 4);
        Assert.Equal(200, (await push.Api.Operator().PostAsync($"/wallet/{walletId}/freeze", "")).Status);
        await push.Clients.ConnectedAsync("resume", caller.Token, resume: null);
        Assert.Equal(0, (await push.Clients.ResumeAsync("resume", (walletId, 0)))[walletId]);

        var updates = await push.Clients.UpdatesAsync("resume", walletId, 3);
        var transactions = (await caller.GetAsync($"/wallet/{walletId}/history")).Json.GetProperty("items");
        Assert.Equal(
            [
                $$"""{"walletId":"{{walletId}}","version":1,"reason":"FUND","transactionId":"{{transactions[1].GetProperty("id")}}","amount":10,"balance":10,"available":10,"currency":"NGN","occurredAt":"{{transactions[1].GetProperty("createdAt")}}"}""",
                $$"""{"walletId":"{{walletId}}","version":2,"reason":"HOLD","transactionId":"{{transactions[0].GetProperty("id")}}","amount":4,"balance":10,"available":6,"currency":"NGN","occurredAt":"{{transactions[0].GetProperty("createdAt")}}"}""",
                $$"""{"walletId":"{{walletId}}","version":3,"reason":"FREEZE","balance":10,"available":6,"currency":"NGN","occurredAt":"{{updates[2].GetProperty("occurredAt")}}"}""",
            ],
            updates.Select(update => update.GetRawText()));
    }

    [Fact]
    public async Task Resume_sends_only_what_the_client_has_not()
    {
        var caller = push.Api.Customer();
        var walletId = await caller.OpenWalletAsync(10);
        await caller.PlaceHoldAsync(walletId, 1);
        await caller.PlaceHoldAsync(walletId, 1);
        await push.Clients.ConnectedAsync("rest", caller.Token, resume: null);
        Assert.Equal(2, (await push.Clients.ResumeAsync("rest", (walletId, 2)))[walletId]);
        Assert.Equal(3, Assert.Single(await push.Clients.UpdatesAsync("rest", walletId, 3)).GetProperty("version").GetInt64());

        // It has been told of 3 by now, whatever it says.
        Assert.Equal(3, (await push.Clients.ResumeAsync("rest", (walletId, 0)))[walletId]);

        // Nobody knows more than there is.
        await push.Clients.ConnectedAsync("future", caller.Token, resume: null);
        Assert.Equal(3, (await push.Clients.ResumeAsync("future", (walletId, 1_000)))[walletId]);
    }

    [Fact]
    public async Task Resume_of_somebody_elses_wallet_is_as_that_of_one_that_is_not_there()
    {
        var caller = push.Api.Operator();
        var own = await caller.OpenWalletAsync(1);
        var foreign = await push.Api.Customer().OpenWalletAsync(1);
        await push.Clients.ConnectedAsync("foreign", caller.Token, resume: null);
        Assert.Equal([own], (await push.Clients.ResumeAsync("foreign", (foreign, 0), (Guid.NewGuid(), 0), (own, 0))).Keys);
        Assert.Single(await push.Clients.UpdatesAsync("foreign", own, 1));
    }

    [Fact]
    public async Task Who_missed_too_much_gets_the_newest_state_and_the_number_of_what_is_left_out()
    {
        var caller = push.Api.Customer();
        var walletId = await caller.OpenWalletAsync();
        const int Entries = ApiLimits.MaxReplayedEntriesOfWallet + 2;
        await Task.WhenAll(Enumerable.Range(0, Entries).Select(_ => caller.PostAsync($"/wallet/{walletId}/deposit", """{"amount":1}""")));
        await push.Clients.ConnectedAsync("long", caller.Token, resume: null);
        await push.Clients.ResumeAsync("long", (walletId, 1));
        var newest = Assert.Single(await push.Clients.UpdatesAsync("long", walletId, Entries));
        Assert.Equal(Entries, newest.GetProperty("version").GetInt64());
        Assert.Equal(Entries - 2, newest.GetProperty("skipped").GetInt64());
        Assert.Equal(Entries, newest.GetProperty("balance").GetInt32());

        await push.Clients.ConnectedAsync("just", caller.Token, resume: null);
        await push.Clients.ResumeAsync("just", (walletId, 2));
        var all = await push.Clients.UpdatesAsync("just", walletId, Entries);
        Assert.Equal(Enumerable.Range(3, Entries - 2), all.Select(update => update.GetProperty("version").GetInt32()));
    }

    [Theory]
    [InlineData("null", "Resume takes one object")]
    [InlineData("[]", "Resume takes one object")]
    [InlineData("""{"abc":1}""", "the id of each wallet once")]
    [InlineData("""{"00000000-0000-0000-0000-000000000001":-1}""", "the id of each wallet once")]
    [InlineData("""{"00000000-0000-0000-0000-000000000001":"1"}""", "the id of each wallet once")]
    [InlineData("""{"00000000-0000-0000-0000-000000000001":1.5}""", "the id of each wallet once")]
    public async Task Anything_else_is_refused_with_the_reason_and_the_connection_goes_on(string argument, string reason)
    {
        var caller = push.Api.Customer();
        var walletId = await caller.OpenWalletAsync(1);
        var id = $"bad {argument}";
        await push.Clients.ConnectedAsync(id, caller.Token);
        var refused = await Assert.ThrowsAsync<JavaScriptException>(() => push.Clients.InvokeResumeAsync(id, JsonNode.Parse(argument)));
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        await push.Clients.ResumeAsync(id, (walletId, 0));
        Assert.Single(await push.Clients.UpdatesAsync(id, walletId, 1));
    }

    [Fact]
    public async Task A_message_above_the_limit_ends_the_connection()
    {
        await push.Clients.ConnectedAsync("large", push.Api.Customer().Token);
        await Assert.ThrowsAsync<JavaScriptException>(() => push.Clients.InvokeResumeAsync("large", new string('x', ApiLimits.MaxHubMessageBytes)));
        Assert.NotNull(await push.Clients.ClosedAsync("large"));
    }
}
