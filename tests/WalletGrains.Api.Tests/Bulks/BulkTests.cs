using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace WalletGrains.Api.Tests.Bulks;

[Collection(ApiTests.Name)]
public sealed class BulkTests(ApiFixture api)
{
    private static readonly Regex PerRequest = new("\"(timestamp|correlationId)\":\"[^\"]+\"");

    [Fact]
    public async Task A_bulk_pays_all_its_legs()
    {
        var (caller, other) = (api.Customer(), api.Customer());
        var (a, b, to) = (await caller.OpenWalletAsync(100), await caller.OpenWalletAsync(50), await other.OpenWalletAsync());
        var reply = await caller.PostAsync("/wallets/bulk", Body(null, Leg(a, to, "60.25", "salary"), Leg(b, to, "50"), Leg(a, b, "9")));
        Assert.True(reply.Status == 201, reply.Text);
        Assert.Equal(["bulkId", "status", "legs"], reply.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal("COMPLETED", reply.Json.GetProperty("status").GetString());
        Assert.Equal(3, reply.Json.GetProperty("legs").GetArrayLength());
        Assert.Null(reply.Header("Idempotent-Replay"));

        Assert.Equal((30.75m, 0), await MoneyAsync(caller, a));
        Assert.Equal((9, 0), await MoneyAsync(caller, b));
        Assert.Equal((110.25m, 0), await MoneyAsync(other, to));
        foreach (var leg in reply.Json.GetProperty("legs").EnumerateArray())
        {
            Assert.Equal("COMPLETED", leg.GetProperty("status").GetString());
            var transfer = await caller.GetAsync($"/transfers/{leg.GetProperty("transferId").GetGuid()}");
            Assert.Equal("COMPLETED", transfer.Json.GetProperty("status").GetString());
            Assert.Equal(["TRANSFER_OUT", "TRANSFER_IN"], transfer.Json.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("type").GetString()));
        }

        var received = (await other.GetAsync($"/wallet/{to}/history")).Json.GetProperty("items").EnumerateArray().ToList();
        Assert.Contains(received, item => item.GetProperty("description").GetString() == "salary" && item.GetProperty("amount").GetDecimal() == 60.25m);
    }

    [Fact]
    public async Task One_leg_that_is_refused_moves_nothing_and_is_named()
    {
        var (caller, other) = (api.Customer(), api.Customer());
        var (payer, poor, to, dollars) = (await caller.OpenWalletAsync(100), await caller.OpenWalletAsync(5), await other.OpenWalletAsync(), await other.OpenWalletAsync(currency: "USD"));
        var (foreign, full) = (await other.OpenWalletAsync(100), await other.OpenWalletAsync(10_000_000_000_000m));
        foreach (var (leg, status, code) in new[]
        {
            (Leg(poor, to, "5.01"), 400, "INSUFFICIENT_FUNDS"),
            (Leg(payer, to, "90.01"), 400, "INSUFFICIENT_FUNDS"),
            (Leg(payer, payer, "1"), 400, "SAME_WALLET"),
            (Leg(payer, dollars, "1"), 422, "CURRENCY_MISMATCH"),
            (Leg(payer, full, "1"), 422, "AMOUNT_TOO_LARGE"),
            (Leg(payer, Guid.CreateVersion7(), "1"), 404, "NOT_FOUND"),
            (Leg(foreign, payer, "1"), 404, "NOT_FOUND"),
            (Leg(Guid.CreateVersion7(), payer, "1"), 404, "NOT_FOUND"),
            (Leg(payer, to, "0"), 400, "VALIDATION"),
            (Leg(payer, to, "1.005"), 400, "VALIDATION"),
            (Leg(payer, to, "10000000000000.01"), 422, "AMOUNT_TOO_LARGE"),
        })
        {
            var reply = (await caller.PostAsync("/wallets/bulk", Body("bad-" + leg, Leg(payer, to, "5"), Leg(payer, to, "5"), leg, Leg(payer, to, "1")))).AssertProblem(status, code);
            Assert.True(reply.Json.GetProperty("failedLeg").GetInt32() == 2, reply.Text);
            Assert.Equal((100, 0), await MoneyAsync(caller, payer));
            Assert.Equal((5, 0), await MoneyAsync(caller, poor));
            Assert.Equal((0, 0), await MoneyAsync(other, to));
        }
    }

    [Fact]
    public async Task A_leg_that_its_wallets_do_not_allow_moves_nothing_and_is_named()
    {
        var (caller, other) = (api.Customer(), api.Customer());
        var (payer, to) = (await caller.OpenWalletAsync(100), await other.OpenWalletAsync());
        var (frozen, closed, limited) = (await other.OpenWalletAsync(), await other.OpenWalletAsync(), await caller.OpenWalletAsync(100));
        Assert.Equal(200, (await api.Operator().PostAsync($"/wallet/{frozen}/freeze", "{}")).Status);
        Assert.Equal(200, (await other.PostAsync($"/wallet/{closed}/close", "{}")).Status);
        var limits = new StringContent("""{"perTransaction":50}""", System.Text.Encoding.UTF8, "application/json");
        Assert.Equal(200, (await api.Operator().SendAsync(HttpMethod.Put, $"/wallet/{limited}/limits", limits)).Status);
        foreach (var (leg, code) in new[]
        {
            (Leg(payer, frozen, "1"), "WALLET_FROZEN"), (Leg(payer, closed, "1"), "WALLET_CLOSED"), (Leg(limited, to, "50.01"), "LIMIT_EXCEEDED"),
        })
        {
            var reply = (await caller.PostAsync("/wallets/bulk", Body(null, Leg(payer, to, "5"), leg, Leg(payer, to, "1")))).AssertProblem(422, code);
            Assert.Equal(1, reply.Json.GetProperty("failedLeg").GetInt32());
            Assert.Equal((100, 0), await MoneyAsync(caller, payer));
            Assert.Equal((100, 0), await MoneyAsync(caller, limited));
        }

        Assert.Equal(201, (await caller.PostAsync("/wallets/bulk", Body(null, Leg(payer, to, "5"), Leg(limited, to, "50")))).Status);
        Assert.Equal((55, 0), await MoneyAsync(other, to));
    }

    [Fact]
    public async Task A_leg_is_given_back_like_any_transfer()
    {
        var caller = api.Customer();
        var (from, to) = (await caller.OpenWalletAsync(100), await caller.OpenWalletAsync());
        var made = await caller.PostAsync("/wallets/bulk", Body(null, Leg(from, to, "10"), Leg(from, to, "20")));
        var legId = made.Json.GetProperty("legs")[1].GetProperty("transferId").GetGuid();
        var reversed = await api.Operator().PostAsync($"/transfers/{legId}/reverse", """{"amount":15}""");
        Assert.True(reversed.Status == 200, reversed.Text);
        Assert.Equal((85, 0), await MoneyAsync(caller, from));
    }

    [Fact]
    public async Task A_repeated_bulk_is_answered_byte_for_byte_and_other_legs_are_another_request()
    {
        var caller = api.Customer();
        var (from, to) = (await caller.OpenWalletAsync(100), await caller.OpenWalletAsync());
        var body = Body("one", Leg(from, to, "10.50", "d"), Leg(from, to, "1"));
        var replies = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => caller.PostAsync("/wallets/bulk", body)));
        Assert.All(replies, reply => Assert.True(reply.Status == 201, reply.Text));
        Assert.Single(replies.Select(reply => reply.Text).Distinct());
        Assert.Single(replies, reply => reply.Header("Idempotent-Replay") is null);

        var again = await caller.PostAsync("/wallets/bulk", Body(null, Leg(from, to, "10.5", "d"), Leg(from, to, "1.00")), ("Idempotency-Key", "one"));
        Assert.Equal((replies[0].Text, "true"), (again.Text, again.Header("Idempotent-Replay")));
        (await caller.PostAsync("/wallets/bulk", Body("one", Leg(from, to, "10.5", "d"), Leg(from, to, "2")))).AssertProblem(422, "REQUEST_ID_REUSED");
        (await caller.PostAsync("/wallets/bulk", Body("one", Leg(from, to, "10.5", "d")))).AssertProblem(422, "REQUEST_ID_REUSED");
        Assert.Equal((88.5m, 0), await MoneyAsync(caller, from));

        // Request ids are the caller's own.
        var other = api.Service();
        var others = await other.PostAsync("/wallets/bulk", body);
        Assert.True(others.Status == 201, others.Text);
        Assert.Null(others.Header("Idempotent-Replay"));
        Assert.Equal((77m, 0), await MoneyAsync(caller, from));
    }

    [Fact]
    public async Task A_refused_bulk_stays_refused_under_its_request_id()
    {
        var caller = api.Customer();
        var (from, to) = (await caller.OpenWalletAsync(10), await caller.OpenWalletAsync());
        var body = Body("one", Leg(from, to, "6"), Leg(from, to, "6"));
        var first = (await caller.PostAsync("/wallets/bulk", body)).AssertProblem(400, "INSUFFICIENT_FUNDS");
        Assert.Null(first.Header("Idempotent-Replay"));
        await caller.PostAsync($"/wallet/{from}/deposit", """{"amount":100}""");
        var again = (await caller.PostAsync("/wallets/bulk", body)).AssertProblem(400, "INSUFFICIENT_FUNDS");
        Assert.Equal("true", again.Header("Idempotent-Replay"));
        Assert.Equal(PerRequest.Replace(first.Text, ""), PerRequest.Replace(again.Text, ""));
        Assert.Equal(201, (await caller.PostAsync("/wallets/bulk", body.Replace("\"one\"", "\"two\"", StringComparison.Ordinal))).Status);
    }

    [Fact]
    public async Task Only_who_may_use_every_payer_makes_a_bulk_and_a_request_turned_away_uses_no_id_up()
    {
        var (caller, other) = (api.Customer(), api.Customer());
        var (own, foreign) = (await caller.OpenWalletAsync(10), await other.OpenWalletAsync(10));
        var body = Body("one", Leg(own, foreign, "1"), Leg(foreign, own, "2"));
        var reply = (await caller.PostAsync("/wallets/bulk", body)).AssertProblem(404, "NOT_FOUND");
        Assert.Equal(1, reply.Json.GetProperty("failedLeg").GetInt32());
        (await api.Anonymous().PostAsync("/wallets/bulk", body)).AssertProblem(401, "UNAUTHENTICATED");
        foreach (var allowed in new[] { api.Service(), api.Operator() })
        {
            var made = await allowed.PostAsync("/wallets/bulk", body);
            Assert.True(made.Status == 201, made.Text);
        }

        Assert.Equal(201, (await caller.PostAsync("/wallets/bulk", Body("one", Leg(own, foreign, "1")))).Status);
    }

    [Fact]
    public async Task Twenty_bulks_at_the_same_time_that_drain_a_wallet_make_exactly_what_fits()
    {
        var caller = api.Customer();
        var (from, a, b) = (await caller.OpenWalletAsync(1_000), await caller.OpenWalletAsync(), await caller.OpenWalletAsync());
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => caller.PostAsync("/wallets/bulk", Body(null, Leg(from, a, "60"), Leg(from, b, "40")))));
        var paid = replies.Count(reply => reply.Status == 201);
        Assert.All(replies.Where(reply => reply.Status != 201), reply => reply.AssertProblem(400, "INSUFFICIENT_FUNDS"));
        Assert.InRange(paid, 1, 10);
        Assert.Equal((1_000 - (paid * 100), 0), await MoneyAsync(caller, from));
        Assert.Equal((paid * 60, 0), await MoneyAsync(caller, a));
        Assert.Equal((paid * 40, 0), await MoneyAsync(caller, b));
    }

    [Fact]
    public async Task Twenty_bulks_of_one_leg_at_the_same_time_empty_a_wallet()
    {
        var caller = api.Customer();
        var (from, to) = (await caller.OpenWalletAsync(1_000), await caller.OpenWalletAsync());
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => caller.PostAsync("/wallets/bulk", Body(null, Leg(from, to, "100")))));
        Assert.Equal(10, replies.Count(reply => reply.Status == 201));
        Assert.All(replies.Where(reply => reply.Status != 201), reply => reply.AssertProblem(400, "INSUFFICIENT_FUNDS"));
        Assert.Equal((0, 0), await MoneyAsync(caller, from));
        Assert.Equal((1_000, 0), await MoneyAsync(caller, to));
    }

    [Fact]
    public async Task A_hundred_legs_are_a_bulk_and_a_hundred_and_one_are_not()
    {
        var caller = api.Customer();
        var (from, to) = (await caller.OpenWalletAsync(1_000), await caller.OpenWalletAsync());
        var legs = Enumerable.Range(0, 101).Select(_ => Leg(from, to, "10", new string('d', 300))).ToArray();
        var made = await caller.PostAsync("/wallets/bulk", Body(null, legs[..100]));
        Assert.True(made.Status == 201, made.Text);
        Assert.Equal(100, made.Json.GetProperty("legs").EnumerateArray().Select(leg => leg.GetProperty("transferId").GetGuid()).Distinct().Count());
        Assert.Equal((1_000, 0), await MoneyAsync(caller, to));
        Assert.True((await caller.PostAsync("/wallets/bulk", Body(null, legs))).AssertProblem(400, "VALIDATION").Json.GetProperty("errors").TryGetProperty("legs", out _));
    }

    [Theory]
    [InlineData("""{"legs":[]}""", "legs")]
    [InlineData("""{"legs":null}""", "legs")]
    [InlineData("""{"requestId":"x"}""", "legs")]
    [InlineData("""{"legs":{}}""", "legs")]
    [InlineData("""{"legs":"all"}""", "legs")]
    [InlineData("""{"legs":[null]}""", "legs[0]")]
    [InlineData("""{"legs":[1]}""", "legs[0]")]
    [InlineData("""{"legs":[[]]}""", "legs[0]")]
    [InlineData("""{"legs":[{leg},{}]}""", "legs[1].amount")]
    [InlineData("""{"legs":[{leg},{}]}""", "legs[1].senderWalletId")]
    [InlineData("""{"legs":[{leg},{}]}""", "legs[1].receiverWalletId")]
    [InlineData("""{"legs":[{leg},{"senderWalletId":"ada"}]}""", "legs[1].senderWalletId")]
    [InlineData("""{"legs":[{"amount":"1","senderWalletId":"{own}","receiverWalletId":"{own}"}]}""", "legs[0].amount")]
    [InlineData("""{"legs":[{"amount":1,"amount":1,"senderWalletId":"{own}","receiverWalletId":"{own}"}]}""", "legs[0].amount")]
    [InlineData("""{"legs":[{"amount":1,"bogus":1}]}""", "legs[0].bogus")]
    [InlineData("""{"legs":[{"amount":1,"odd name":1}]}""", "legs[0]['odd name']")]
    [InlineData("""{"legs":[{"Amount":1}]}""", "legs[0].Amount")]
    [InlineData("""{"legs":[{"amount":1,"description":"\u0000","senderWalletId":"{own}","receiverWalletId":"{own}"}]}""", "legs[0].description")]
    [InlineData("""{"legs":[{"amount":1,"description":7}]}""", "legs[0].description")]
    [InlineData("""{"legs":[{"amount":-1,"senderWalletId":"{own}","receiverWalletId":"{own}"}]}""", "legs[0].amount")]
    [InlineData("""{"legs":[{leg}],"requestId":""}""", "requestId")]
    [InlineData("""{"legs":[{leg}],"requestId":"\u0001"}""", "requestId")]
    [InlineData("""{"legs":[{leg}],"requestId":7}""", "requestId")]
    public async Task A_bulk_with_a_wrong_field_is_refused_and_the_field_named(string body, string field)
    {
        var caller = api.Customer();
        var own = await caller.OpenWalletAsync(10);
        var filled = body.Replace("{leg}", Leg(own, await caller.OpenWalletAsync(), "1"), StringComparison.Ordinal).Replace("{own}", own.ToString(), StringComparison.Ordinal);
        var reply = (await caller.PostAsync("/wallets/bulk", filled)).AssertProblem(400, "VALIDATION");
        Assert.True(reply.Json.GetProperty("errors").TryGetProperty(field, out _), reply.Text);
        Assert.Equal((10, 0), await MoneyAsync(caller, own));
    }

    private static string Leg(Guid from, Guid to, string amount, string? description = null) =>
        $$"""{"senderWalletId":"{{from}}","receiverWalletId":"{{to}}","amount":{{amount}}{{(description is null ? "" : $",\"description\":\"{description}\"")}}}""";

    private static string Body(string? requestId, params string[] legs) =>
        $$"""{"legs":[{{string.Join(',', legs)}}]{{(requestId is null ? "" : $",\"requestId\":{JsonSerializer.Serialize(requestId)}")}}}""";

    private static async Task<(decimal Balance, decimal Held)> MoneyAsync(ApiCaller caller, Guid walletId)
    {
        var wallet = (await caller.GetAsync($"/wallet/{walletId}")).Json;
        return (wallet.GetProperty("balance").GetDecimal(), wallet.GetProperty("held").GetDecimal());
    }
}
