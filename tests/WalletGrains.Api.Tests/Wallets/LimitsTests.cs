using Xunit;

namespace WalletGrains.Api.Tests.Wallets;

[Collection(ApiTests.Name)]
public sealed class LimitsTests(ApiFixture api)
{
    [Fact]
    public async Task Limits_are_set_in_place_of_those_before_and_shown_alike()
    {
        var (owner, staff) = (api.Customer(), api.Operator());
        var path = $"/wallet/{await owner.OpenWalletAsync(100)}/limits";
        Assert.Equal("{}", (await owner.GetAsync(path)).Text);
        foreach (var (body, shown) in new[]
        {
            ("""{"perTransaction":10.50,"perDay":100,"countPerMinute":3}""", """{"perTransaction":10.5,"perDay":100,"countPerMinute":3}"""),
            ("""{"perDay":0.01,"perTransaction":null}""", """{"perDay":0.01}"""),
            ("""{"countPerMinute":1000000,"perDay":10000000000000}""", """{"perDay":10000000000000,"countPerMinute":1000000}"""),
            ("{}", "{}"),
        })
        {
            var set = await staff.PutAsync(path, body);
            Assert.Equal((200, shown), (set.Status, set.Text));
            foreach (var reader in new[] { owner, staff, api.Service() })
            {
                Assert.Equal((200, shown), ((await reader.GetAsync(path)).Status, (await reader.GetAsync(path)).Text));
            }
        }
    }

    [Fact]
    public async Task Limits_set_with_one_key_are_set_once_and_answered_byte_for_byte()
    {
        var staff = api.Operator();
        var path = $"/wallet/{await api.Customer().OpenWalletAsync()}/limits";
        var first = await staff.PutAsync(path, """{"perDay":1}""", ("Idempotency-Key", "one"));
        Assert.Equal(200, (await staff.PutAsync(path, """{"perDay":2}""")).Status);
        var again = await staff.PutAsync(path, """{"perDay":1.00}""", ("Idempotency-Key", "one"));
        Assert.Equal((200, first.Text, "true"), (again.Status, again.Text, again.Header("Idempotent-Replay")));
        Assert.Equal("""{"perDay":2}""", (await staff.GetAsync(path)).Text);
        (await staff.PutAsync(path, """{"perDay":3}""", ("Idempotency-Key", "one"))).AssertProblem(422, "REQUEST_ID_REUSED");
    }

    [Fact]
    public async Task A_limit_has_the_decimals_of_the_wallets_currency_and_is_no_larger_than_any_amount()
    {
        var staff = api.Operator();
        foreach (var (currency, body, status, code) in new[]
        {
            ("JPY", """{"perTransaction":1.5}""", 400, "VALIDATION"),
            ("NGN", """{"perDay":1.005}""", 400, "VALIDATION"),
            ("NGN", """{"perDay":0}""", 400, "VALIDATION"),
            ("NGN", """{"perDay":"1"}""", 400, "VALIDATION"),
            ("NGN", """{"perDay":10000000000000.01}""", 422, "AMOUNT_TOO_LARGE"),
            ("NGN", """{"perTransaction":10000000000000.01}""", 422, "AMOUNT_TOO_LARGE"),
            ("NGN", """{"requestId":"one"}""", 400, "VALIDATION"),
        })
        {
            var path = $"/wallet/{await api.Customer().OpenWalletAsync(currency: currency)}/limits";
            (await staff.PutAsync(path, body)).AssertProblem(status, code);
            Assert.Equal("{}", (await staff.GetAsync(path)).Text);
        }
    }

    [Theory]
    [InlineData("""{"perTransaction":10}""", "10.01")]
    [InlineData("""{"perDay":30}""", "10.01")] // the rest of the 20 that are spent below
    public async Task An_amount_over_a_limit_is_refused_on_every_way_out(string limits, string amount)
    {
        var owner = api.Customer();
        var (walletId, otherId) = (await owner.OpenWalletAsync(100), await owner.OpenWalletAsync());
        await api.Operator().PutAsync($"/wallet/{walletId}/limits", limits);
        Assert.Equal(200, (await owner.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":10}""")).Status);
        await owner.TransferAsync(walletId, otherId, 5);
        await owner.PlaceHoldAsync(walletId, 5);
        var before = await owner.ReadWalletAsync(walletId);
        foreach (var (path, body) in new[]
        {
            ($"/wallet/{walletId}/withdraw", $$"""{"amount":{{amount}}}"""),
            ($"/wallet/{walletId}/transfer", $$"""{"amount":{{amount}},"toWalletId":"{{otherId}}"}"""),
            ($"/wallet/{walletId}/holds", $$"""{"amount":{{amount}}}"""),
            ("/wallets/transfer", $$"""{"amount":{{amount}},"senderWalletId":"{{walletId}}","receiverWalletId":"{{otherId}}"}"""),
        })
        {
            (await owner.PostAsync(path, body)).AssertProblem(422, "LIMIT_EXCEEDED");
        }

        Assert.Equal(before, await owner.ReadWalletAsync(walletId));
        Assert.Equal(200, (await owner.PostAsync($"/wallet/{walletId}/deposit", """{"amount":50}""")).Status);
        Assert.Equal(200, (await owner.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":10}""")).Status);
    }

    [Fact]
    public async Task Of_twenty_parallel_withdrawals_no_more_than_the_limits_allow_succeed()
    {
        var owner = api.Customer();
        foreach (var limits in new[] { """{"countPerMinute":3}""", """{"perDay":3}""" })
        {
            var walletId = await owner.OpenWalletAsync(100);
            await api.Operator().PutAsync($"/wallet/{walletId}/limits", limits);
            var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => owner.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":1}""")));
            Assert.Equal(3, replies.Count(reply => reply.Status == 200));
            Assert.All(replies.Where(reply => reply.Status != 200), reply => reply.AssertProblem(422, "LIMIT_EXCEEDED"));
            Assert.Equal(97, (await owner.ReadWalletAsync(walletId)).Balance);
        }
    }

    [Fact]
    public async Task What_is_not_captured_of_a_hold_is_given_back_to_the_limit()
    {
        var owner = api.Customer();
        var walletId = await owner.OpenWalletAsync(100);
        await api.Operator().PutAsync($"/wallet/{walletId}/limits", """{"perDay":30}""");
        var (captured, released) = (await owner.PlaceHoldAsync(walletId, 20), await owner.PlaceHoldAsync(walletId, 10));
        (await owner.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":0.01}""")).AssertProblem(422, "LIMIT_EXCEEDED");
        Assert.Equal(200, (await owner.PostAsync($"/holds/{captured}/capture", """{"amount":15}""")).Status);
        Assert.Equal(200, (await owner.PostAsync($"/holds/{released}/release", "{}")).Status);
        (await owner.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":15.01}""")).AssertProblem(422, "LIMIT_EXCEEDED");
        Assert.Equal(200, (await owner.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":15}""")).Status);
    }

    [Fact]
    public async Task A_hold_from_before_a_limit_gives_nothing_back_to_it()
    {
        var owner = api.Customer();
        var walletId = await owner.OpenWalletAsync(100);
        var holdId = await owner.PlaceHoldAsync(walletId, 30);
        await api.Operator().PutAsync($"/wallet/{walletId}/limits", """{"perDay":30}""");
        Assert.Equal(200, (await owner.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":30}""")).Status);
        Assert.Equal(200, (await owner.PostAsync($"/holds/{holdId}/release", "{}")).Status);
        (await owner.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":0.01}""")).AssertProblem(422, "LIMIT_EXCEEDED");
    }

    [Fact]
    public async Task A_transfer_that_comes_back_does_not_count()
    {
        var (owner, receiver) = (api.Customer(), api.Customer());
        var (walletId, frozenId) = (await owner.OpenWalletAsync(100), await receiver.OpenWalletAsync());
        await api.Operator().PutAsync($"/wallet/{walletId}/limits", """{"perDay":30}""");
        await api.Operator().PostAsync($"/wallet/{frozenId}/freeze", "{}");
        (await owner.PostAsync($"/wallet/{walletId}/transfer", $$"""{"amount":30,"toWalletId":"{{frozenId}}"}""")).AssertProblem(422, "WALLET_FROZEN");
        Assert.Equal(200, (await owner.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":30}""")).Status);
    }

    [Fact]
    public async Task What_left_before_a_limit_was_set_does_not_count_and_without_one_nothing_is_limited()
    {
        var (owner, staff) = (api.Customer(), api.Operator());
        var walletId = await owner.OpenWalletAsync(100);
        await owner.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":20}""");
        await staff.PutAsync($"/wallet/{walletId}/limits", """{"perDay":10,"countPerMinute":1}""");
        Assert.Equal(200, (await owner.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":10}""")).Status);
        (await owner.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":1}""")).AssertProblem(422, "LIMIT_EXCEEDED");
        await staff.PutAsync($"/wallet/{walletId}/limits", "{}");
        Assert.Equal(200, (await owner.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":70}""")).Status);
    }
}
