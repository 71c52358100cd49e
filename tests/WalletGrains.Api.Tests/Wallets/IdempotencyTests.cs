using System.Text.RegularExpressions;
using Xunit;

namespace WalletGrains.Api.Tests.Wallets;

[Collection(ApiTests.Name)]
public sealed class IdempotencyTests(ApiFixture api)
{
    private static readonly Regex PerRequest = new("\"(timestamp|correlationId)\":\"[^\"]+\"");

    [Theory]
    [InlineData("deposit")]
    [InlineData("withdraw")]
    [InlineData("transfer")]
    public async Task A_repeated_request_id_of_family_2_is_answered_byte_for_byte(string verb)
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync(100);
        var path = $"/wallet/{walletId}/{verb}";
        var to = verb == "transfer" ? $",\"toWalletId\":\"{await caller.OpenWalletAsync()}\"" : "";
        var first = await caller.PostAsync(path, $$"""{"amount":10.50,"requestId":"one","description":"d"{{to}}}""");
        Assert.True(first.Status == 200, first.Text);
        Assert.Null(first.Header("Idempotent-Replay"));
        await caller.PostAsync($"/wallet/{walletId}/deposit", """{"amount":5}""");
        var before = await caller.ReadWalletAsync(walletId);

        var again = await caller.PostAsync(path, $$"""{"requestId":"one","amount":10.5,"description":"d"{{to}}}""");
        Assert.Equal(first.Text, again.Text);
        Assert.Equal(200, again.Status);
        Assert.Equal("true", again.Header("Idempotent-Replay"));

        var byHeader = await caller.PostAsync(path, $$"""{"amount":10.5,"description":"d"{{to}}}""", ("Idempotency-Key", "one"));
        Assert.Equal(first.Text, byHeader.Text);

        foreach (var other in new[] { "\"amount\":10.51,\"description\":\"d\"", "\"amount\":10.5,\"description\":\"e\"", "\"amount\":10.5" })
        {
            (await caller.PostAsync(path, $$"""{{{other}},"requestId":"one"{{to}}}""")).AssertProblem(422, "REQUEST_ID_REUSED");
        }

        Assert.Equal(before, await caller.ReadWalletAsync(walletId));
    }

    [Fact]
    public async Task A_refusal_of_family_2_stays_a_refusal_under_its_request_id()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync(10);
        var first = await caller.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":11,"requestId":"one"}""");
        first.AssertProblem(400, "INSUFFICIENT_FUNDS");
        Assert.Null(first.Header("Idempotent-Replay"));
        await caller.PostAsync($"/wallet/{walletId}/deposit", """{"amount":100}""");

        var again = await caller.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":11,"requestId":"one"}""");
        again.AssertProblem(400, "INSUFFICIENT_FUNDS");
        Assert.Equal("true", again.Header("Idempotent-Replay"));
        Assert.Equal(PerRequest.Replace(first.Text, ""), PerRequest.Replace(again.Text, ""));
        Assert.Equal(110, (await caller.ReadWalletAsync(walletId)).Balance);
        Assert.Equal(200, (await caller.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":11,"requestId":"two"}""")).Status);
    }

    [Fact]
    public async Task A_repeated_idempotency_key_of_family_1_is_a_conflict_that_names_the_original()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync();
        var otherId = await caller.OpenWalletAsync();
        var fund = $$"""{"amount":10,"wallet_id":"{{walletId}}","idempotencyKey":"fund"}""";
        Assert.Equal(201, (await caller.PostAsync("/wallets/fund", fund)).Status);
        var funding = (await caller.GetAsync($"/wallet/{walletId}/history")).Json.GetProperty("items")[0].GetProperty("id").GetGuid();
        var send = $$"""{"amount":4,"senderWalletId":"{{walletId}}","receiverWalletId":"{{otherId}}","idempotencyKey":"send"}""";
        Assert.Equal(201, (await caller.PostAsync("/wallets/transfer", send)).Status);
        var debit = (await caller.GetAsync($"/wallet/{walletId}/history")).Json.GetProperty("items")[0].GetProperty("id").GetGuid();

        foreach (var (path, body, original) in new[]
        {
            ("/wallets/fund", fund, funding),
            ("/wallets/fund", fund.Replace("\"amount\":10,", "\"amount\":11,", StringComparison.Ordinal), funding),
            ("/wallets/transfer", send, debit),
            ("/wallets/transfer", send.Replace("\"amount\":4,", "\"amount\":5,", StringComparison.Ordinal), debit),
        })
        {
            var again = (await caller.PostAsync(path, body)).AssertProblem(409, "DUPLICATE_IDEMPOTENCY_KEY");
            Assert.Equal(original, again.Json.GetProperty("transactionId").GetGuid());
        }

        Assert.Equal((6, 2), await caller.ReadWalletAsync(walletId));
        Assert.Equal((4, 1), await caller.ReadWalletAsync(otherId));
    }

    [Fact]
    public async Task A_repeated_idempotency_key_of_a_refused_transfer_is_a_conflict_without_an_original()
    {
        var caller = api.Customer();
        var send = $$"""{"amount":4,"senderWalletId":"{{await caller.OpenWalletAsync()}}","receiverWalletId":"{{await caller.OpenWalletAsync()}}","idempotencyKey":"send"}""";
        (await caller.PostAsync("/wallets/transfer", send)).AssertProblem(400, "INSUFFICIENT_FUNDS");
        var again = (await caller.PostAsync("/wallets/transfer", send)).AssertProblem(409, "DUPLICATE_IDEMPOTENCY_KEY");
        Assert.False(again.Json.TryGetProperty("transactionId", out _));
    }

    [Fact]
    public async Task A_request_that_was_refused_before_it_reached_the_wallet_uses_no_request_id_up()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync();
        (await caller.PostAsync($"/wallet/{walletId}/deposit", """{"amount":0,"requestId":"one"}""")).AssertProblem(400, "VALIDATION");
        (await api.Anonymous().PostAsync($"/wallet/{walletId}/deposit", """{"amount":9,"requestId":"one"}""")).AssertProblem(401, "UNAUTHENTICATED");
        (await api.Customer().PostAsync($"/wallet/{walletId}/deposit", """{"amount":9,"requestId":"one"}""")).AssertProblem(404, "NOT_FOUND");
        (await caller.PostAsync($"/wallet/{walletId}/transfer", $$"""{"amount":9,"toWalletId":"{{walletId}}","requestId":"one"}""")).AssertProblem(400, "SAME_WALLET");

        var accepted = await caller.PostAsync($"/wallet/{walletId}/deposit", """{"amount":1,"requestId":"one"}""");
        Assert.Equal(200, accepted.Status);
        Assert.Null(accepted.Header("Idempotent-Replay"));
    }

    [Fact]
    public async Task Two_requests_of_equal_content_without_a_request_id_are_two_payments()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync();
        await caller.PostAsync($"/wallet/{walletId}/deposit", """{"amount":1}""");
        await caller.PostAsync($"/wallet/{walletId}/deposit", """{"amount":1}""");
        Assert.Equal((2, 2), await caller.ReadWalletAsync(walletId));
    }

    [Fact]
    public async Task One_request_id_on_two_wallets_is_two_requests()
    {
        var caller = api.Customer();
        foreach (var walletId in new[] { await caller.OpenWalletAsync(), await caller.OpenWalletAsync() })
        {
            var deposit = await caller.PostAsync($"/wallet/{walletId}/deposit", """{"amount":1,"requestId":"same"}""");
            Assert.Null(deposit.Header("Idempotent-Replay"));
        }
    }

    [Fact]
    public async Task Fifty_parallel_deposits_with_one_request_id_are_one_deposit_and_fifty_equal_answers()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync();
        var replies = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ =>
            caller.PostAsync($"/wallet/{walletId}/deposit", """{"amount":10,"requestId":"one"}""")));
        Assert.All(replies, reply => Assert.Equal(200, reply.Status));
        Assert.Single(replies.Select(reply => reply.Text).Distinct());
        Assert.Single(replies, reply => reply.Header("Idempotent-Replay") is null);
        Assert.Equal((10, 1), await caller.ReadWalletAsync(walletId));
    }

    [Fact]
    public async Task Fifty_parallel_transfers_with_one_request_id_are_one_transfer_and_fifty_equal_answers()
    {
        var caller = api.Customer();
        var (fromId, toId) = (await caller.OpenWalletAsync(100), await caller.OpenWalletAsync());
        var replies = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ =>
            caller.PostAsync($"/wallet/{fromId}/transfer", $$"""{"amount":10,"toWalletId":"{{toId}}","requestId":"one"}""")));
        Assert.All(replies, reply => Assert.True(reply.Status == 200, reply.Text));
        Assert.Single(replies.Select(reply => reply.Text).Distinct());
        Assert.Equal((90, 2), await caller.ReadWalletAsync(fromId));
        Assert.Equal((10, 1), await caller.ReadWalletAsync(toId));
    }

    [Fact]
    public async Task Of_fifty_parallel_fundings_with_one_idempotency_key_one_is_made_and_the_others_name_it()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync();
        var replies = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ =>
            caller.PostAsync("/wallets/fund", $$"""{"amount":10,"wallet_id":"{{walletId}}","idempotencyKey":"one"}""")));
        Assert.Single(replies, reply => reply.Status == 201);
        var original = (await caller.GetAsync($"/wallet/{walletId}/history")).Json.GetProperty("items")[0].GetProperty("id").GetGuid();
        foreach (var reply in replies.Where(reply => reply.Status != 201))
        {
            Assert.Equal(original, reply.AssertProblem(409, "DUPLICATE_IDEMPOTENCY_KEY").Json.GetProperty("transactionId").GetGuid());
        }

        Assert.Equal((10, 1), await caller.ReadWalletAsync(walletId));
    }

    [Fact]
    public async Task Of_twenty_parallel_withdrawals_of_a_whole_balance_exactly_one_succeeds()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync(100);
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => caller.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":100}""")));
        Assert.Single(replies, reply => reply.Status == 200);
        Assert.Equal(19, replies.Count(reply => reply.Status == 400 && reply.AssertProblem(400, "INSUFFICIENT_FUNDS").Code == "INSUFFICIENT_FUNDS"));
        Assert.Equal((0, 2), await caller.ReadWalletAsync(walletId));
    }
}
