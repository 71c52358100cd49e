using System.Text.RegularExpressions;
using Xunit;

namespace WalletGrains.Api.Tests.Wallets;

[Collection(ApiTests.Name)]
public sealed class LifecycleTests(ApiFixture api)
{
    private static readonly Regex PerRequest = new("\"(timestamp|correlationId)\":\"[^\"]+\"");

    [Fact]
    public async Task A_wallet_is_frozen_unfrozen_and_closed_and_shows_its_phase()
    {
        var (owner, staff) = (api.Customer(), api.Operator());
        var walletId = await owner.OpenWalletAsync();
        var opened = await owner.GetAsync($"/wallet/{walletId}");
        foreach (var (verb, status, body) in new (string, string, string?)[]
        {
            ("freeze", "FROZEN", """{"reason":"court order"}"""), ("unfreeze", "OPEN", null), ("freeze", "FROZEN", "{}"), ("unfreeze", "OPEN", "{}"),
            ("close", "CLOSED", null),
        })
        {
            var reply = await SendAsync(staff, walletId, verb, body);
            Assert.True(reply.Status == 200, reply.Text);
            Assert.Equal(opened.Json.EnumerateObject().Select(member => member.Name), reply.Json.EnumerateObject().Select(member => member.Name));
            Assert.Equal(status, reply.Json.GetProperty("status").GetString());
            Assert.Equal(reply.Text, (await owner.GetAsync($"/wallet/{walletId}")).Text);
            Assert.Equal(status, (await owner.GetAsync($"/wallets/{walletId}")).Json.GetProperty("status").GetString());
            Assert.Contains(reply.Text, (await owner.GetAsync("/wallets")).Text, StringComparison.Ordinal);
        }

        Assert.Empty((await owner.GetAsync($"/wallet/{walletId}/history")).Json.GetProperty("items").EnumerateArray());
        (await owner.GetAsync($"/wallet/{walletId}/history?type=FREEZE")).AssertProblem(400, "VALIDATION");
    }

    [Fact]
    public async Task A_repeated_request_id_is_answered_byte_for_byte_though_the_wallet_has_moved_on()
    {
        var (owner, staff) = (api.Customer(), api.Operator());
        var walletId = await owner.OpenWalletAsync(100);
        await owner.PlaceHoldAsync(walletId, 30);
        var frozen = await SendAsync(staff, walletId, "freeze", """{"reason":"why","requestId":"freeze"}""");
        Assert.Equal(30, frozen.Json.GetProperty("held").GetDecimal());
        var unfrozen = await staff.SendAsync(HttpMethod.Post, $"/wallet/{walletId}/unfreeze", content: null, ("Idempotency-Key", "unfreeze"));
        await owner.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":1}""");
        var before = await owner.ReadWalletAsync(walletId);

        var frozenAgain = await SendAsync(staff, walletId, "freeze", """{"requestId":"freeze","reason":"why"}""");
        Assert.Equal((200, frozen.Text, "true"), (frozenAgain.Status, frozenAgain.Text, frozenAgain.Header("Idempotent-Replay")));
        var unfrozenAgain = await SendAsync(staff, walletId, "unfreeze", """{"requestId":"unfreeze"}""");
        Assert.Equal((200, unfrozen.Text, "true"), (unfrozenAgain.Status, unfrozenAgain.Text, unfrozenAgain.Header("Idempotent-Replay")));

        (await SendAsync(staff, walletId, "freeze", """{"requestId":"freeze"}""")).AssertProblem(422, "REQUEST_ID_REUSED");
        (await SendAsync(staff, walletId, "unfreeze", """{"requestId":"freeze","reason":"why"}""")).AssertProblem(422, "REQUEST_ID_REUSED");
        Assert.Equal(before, await owner.ReadWalletAsync(walletId));
    }

    [Fact]
    public async Task A_phase_that_the_wallet_is_in_already_is_refused_and_stays_refused_under_its_request_id()
    {
        var (owner, staff) = (api.Customer(), api.Operator());
        var walletId = await owner.OpenWalletAsync();
        (await SendAsync(staff, walletId, "unfreeze", """{"requestId":"one"}""")).AssertProblem(422, "WALLET_NOT_FROZEN");
        Assert.Equal(200, (await SendAsync(staff, walletId, "freeze")).Status);
        (await SendAsync(staff, walletId, "freeze")).AssertProblem(422, "WALLET_FROZEN");
        Assert.Equal("true", (await SendAsync(staff, walletId, "unfreeze", """{"requestId":"one"}""")).AssertProblem(422, "WALLET_NOT_FROZEN").Header("Idempotent-Replay"));
        Assert.Equal(200, (await SendAsync(staff, walletId, "unfreeze")).Status);
        Assert.Equal(200, (await SendAsync(owner, walletId, "close")).Status);
        foreach (var verb in new[] { "freeze", "unfreeze", "close" })
        {
            (await SendAsync(staff, walletId, verb)).AssertProblem(422, "WALLET_CLOSED");
        }
    }

    [Fact]
    public async Task A_frozen_wallet_refuses_money_in_and_out_and_the_refusal_is_replayed()
    {
        var (owner, payer) = (api.Customer(), api.Customer());
        var (walletId, otherId, payersId) = (await owner.OpenWalletAsync(100), await owner.OpenWalletAsync(), await payer.OpenWalletAsync(100));
        await SendAsync(api.Operator(), walletId, "freeze");
        var before = await owner.ReadWalletAsync(walletId);
        foreach (var (path, body) in new[]
        {
            ($"/wallet/{walletId}/deposit", """{"amount":1,"requestId":"deposit"}"""),
            ($"/wallet/{walletId}/withdraw", """{"amount":1,"requestId":"withdraw"}"""),
            ($"/wallet/{walletId}/transfer", $$"""{"amount":1,"toWalletId":"{{otherId}}","requestId":"transfer"}"""),
            ($"/wallet/{walletId}/holds", """{"amount":1,"requestId":"hold"}"""),
        })
        {
            var first = await owner.PostAsync(path, body);
            var again = await owner.PostAsync(path, body);
            first.AssertProblem(422, "WALLET_FROZEN");
            Assert.Equal("true", again.AssertProblem(422, "WALLET_FROZEN").Header("Idempotent-Replay"));
            Assert.Equal(PerRequest.Replace(first.Text, ""), PerRequest.Replace(again.Text, ""));
        }

        (await owner.PostAsync("/wallets/fund", $$"""{"amount":1,"wallet_id":"{{walletId}}"}""")).AssertProblem(422, "WALLET_FROZEN");
        (await owner.PostAsync("/wallets/transfer", $$"""{"amount":1,"senderWalletId":"{{walletId}}","receiverWalletId":"{{otherId}}"}""")).AssertProblem(422, "WALLET_FROZEN");

        // Money sent to it goes back to its payer.
        var sent = (await payer.PostAsync($"/wallet/{payersId}/transfer", $$"""{"amount":1,"toWalletId":"{{walletId}}"}""")).AssertProblem(422, "WALLET_FROZEN");
        var transfer = (await payer.GetAsync($"/transfers/{sent.Json.GetProperty("transferId").GetString()}")).Json;
        Assert.Equal(("COMPENSATED", "WALLET_FROZEN"), (transfer.GetProperty("status").GetString(), transfer.GetProperty("failureCode").GetString()));
        Assert.Equal(100, (await payer.ReadWalletAsync(payersId)).Balance);
        Assert.Equal(before, await owner.ReadWalletAsync(walletId));
    }

    [Fact]
    public async Task A_frozen_wallet_lets_come_to_its_end_what_was_begun()
    {
        var (owner, staff, payer) = (api.Customer(), api.Operator(), api.Customer());
        var (walletId, payersId) = (await owner.OpenWalletAsync(100), await payer.OpenWalletAsync(100));
        var (captured, released) = (await owner.PlaceHoldAsync(walletId, 10), await owner.PlaceHoldAsync(walletId, 10));
        var (received, sent) = (await payer.TransferAsync(payersId, walletId, 50), await owner.TransferAsync(walletId, payersId, 50));
        await SendAsync(staff, walletId, "freeze");

        Assert.Equal(200, (await owner.PostAsync($"/holds/{captured}/capture", "{}")).Status);
        Assert.Equal(200, (await owner.PostAsync($"/holds/{released}/release", "{}")).Status);
        Assert.Equal(200, (await staff.PostAsync($"/transfers/{received}/reverse", "{}")).Status);
        Assert.Equal(200, (await staff.PostAsync($"/transfers/{sent}/reverse", "{}")).Status);
        Assert.Equal(200, (await staff.PutAsync($"/wallet/{walletId}/limits", """{"perDay":1}""")).Status);
        var wallet = (await owner.GetAsync($"/wallet/{walletId}")).Json;
        Assert.Equal(("FROZEN", 90m), (wallet.GetProperty("status").GetString(), wallet.GetProperty("available").GetDecimal()));
        Assert.Equal(100, (await payer.ReadWalletAsync(payersId)).Balance);
    }

    [Fact]
    public async Task An_owner_does_not_undo_a_freeze_by_closing_the_wallet_before_money_comes_back()
    {
        var (owner, staff) = (api.Customer(), api.Operator());
        var (walletId, otherId) = (await owner.OpenWalletAsync(100), await owner.OpenWalletAsync());
        var transferId = await owner.TransferAsync(walletId, otherId, 100);
        await SendAsync(staff, walletId, "freeze");
        (await SendAsync(owner, walletId, "close")).AssertProblem(422, "WALLET_FROZEN");
        Assert.Equal(200, (await staff.PostAsync($"/transfers/{transferId}/reverse", "{}")).Status);
        (await owner.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":1}""")).AssertProblem(422, "WALLET_FROZEN");
    }

    [Fact]
    public async Task An_operator_closes_a_frozen_wallet()
    {
        var staff = api.Operator();
        var walletId = await api.Customer().OpenWalletAsync();
        await SendAsync(staff, walletId, "freeze");
        Assert.Equal("CLOSED", (await SendAsync(staff, walletId, "close")).Json.GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_wallet_with_money_is_not_closed()
    {
        var owner = api.Customer();
        var walletId = await owner.OpenWalletAsync(10);
        var holdId = await owner.PlaceHoldAsync(walletId, 10);
        (await SendAsync(owner, walletId, "close")).AssertProblem(422, "WALLET_NOT_EMPTY");
        Assert.Equal(200, (await owner.PostAsync($"/holds/{holdId}/capture", "{}")).Status);
        var closed = await SendAsync(owner, walletId, "close", """{"requestId":"close"}""");
        Assert.Equal("CLOSED", closed.Json.GetProperty("status").GetString());
        Assert.Equal(closed.Text, (await SendAsync(owner, walletId, "close", """{"requestId":"close"}""")).Text);
    }

    [Fact]
    public async Task A_closed_wallet_refuses_everything_but_money_that_comes_back_which_opens_it_again()
    {
        var (owner, staff) = (api.Customer(), api.Operator());
        var (walletId, otherId) = (await owner.OpenWalletAsync(100), await owner.OpenWalletAsync(5));
        var transferId = await owner.TransferAsync(walletId, otherId, 100);
        Assert.Equal(200, (await SendAsync(owner, walletId, "close")).Status);
        foreach (var (path, body) in new[]
        {
            ($"/wallet/{walletId}/deposit", """{"amount":1}"""),
            ($"/wallet/{walletId}/withdraw", """{"amount":1}"""),
            ($"/wallet/{walletId}/transfer", $$"""{"amount":1,"toWalletId":"{{otherId}}"}"""),
            ($"/wallet/{walletId}/holds", """{"amount":1}"""),
            ($"/wallet/{otherId}/transfer", $$"""{"amount":1,"toWalletId":"{{walletId}}"}"""),
        })
        {
            (await owner.PostAsync(path, body)).AssertProblem(422, "WALLET_CLOSED");
        }

        (await staff.PutAsync($"/wallet/{walletId}/limits", """{"perDay":1}""")).AssertProblem(422, "WALLET_CLOSED");
        Assert.Equal(0, (await owner.ReadWalletAsync(walletId)).Balance);

        Assert.Equal(200, (await staff.PostAsync($"/transfers/{transferId}/reverse", """{"amount":40}""")).Status);
        var wallet = (await owner.GetAsync($"/wallet/{walletId}")).Json;
        Assert.Equal(("OPEN", 40m), (wallet.GetProperty("status").GetString(), wallet.GetProperty("balance").GetDecimal()));
    }

    [Fact]
    public async Task A_payer_learns_of_a_receiver_it_does_not_own_that_it_is_frozen_and_nothing_more()
    {
        var (payer, receiver) = (api.Customer(), api.Customer());
        var (fromId, toId) = (await payer.OpenWalletAsync(100), await receiver.OpenWalletAsync(1_234));
        await SendAsync(api.Operator(), toId, "freeze");
        var refused = await payer.PostAsync("/wallets/transfer", $$"""{"amount":1,"senderWalletId":"{{fromId}}","receiverWalletId":"{{toId}}"}""");
        Assert.DoesNotContain("1234", refused.AssertProblem(422, "WALLET_FROZEN").Text.Replace(toId.ToString(), "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private static Task<Reply> SendAsync(ApiCaller caller, Guid walletId, string verb, string? body = null) => body is null
        ? caller.SendAsync(HttpMethod.Post, $"/wallet/{walletId}/{verb}", content: null)
        : caller.PostAsync($"/wallet/{walletId}/{verb}", body);
}
