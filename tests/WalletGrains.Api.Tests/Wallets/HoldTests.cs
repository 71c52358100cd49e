using System.Text.Json;
using Xunit;

namespace WalletGrains.Api.Tests.Wallets;

[Collection(ApiTests.Name)]
public sealed class HoldTests(ApiFixture api)
{
    private static readonly string[] Members = ["holdId", "walletId", "amount", "captured", "status", "createdAt"];

    [Fact]
    public async Task A_hold_reserves_money_and_a_capture_takes_a_part_of_it_and_releases_the_rest()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync(100);
        var placed = await caller.PostAsync($"/wallet/{walletId}/holds", """{"amount":40.50,"description":"hotel"}""");
        Assert.True(placed.Status == 201, placed.Text);
        Assert.Equal(Members, Names(placed.Json));
        Assert.Equal(walletId, placed.Json.GetProperty("walletId").GetGuid());
        Assert.Equal("40.5", placed.Json.GetProperty("amount").GetRawText());
        Assert.Equal("0", placed.Json.GetProperty("captured").GetRawText());
        Assert.Equal("ACTIVE", placed.Json.GetProperty("status").GetString());
        Assert.Matches(ApiCaller.TimePattern, placed.Json.GetProperty("createdAt").GetString());
        var path = $"/holds/{placed.Json.GetProperty("holdId").GetString()}";
        Assert.Equal(path, placed.Header("Location"));
        Assert.Equal(placed.Text, (await caller.GetAsync(path)).Text);
        Assert.Equal((100m, 40.5m, 59.5m), await ReadAsync(caller, walletId));

        var captured = await caller.PostAsync($"{path}/capture", """{"amount":15.25}""");
        Assert.True(captured.Status == 200, captured.Text);
        Assert.Equal(Members, Names(captured.Json));
        Assert.Equal("15.25", captured.Json.GetProperty("captured").GetRawText());
        Assert.Equal("40.5", captured.Json.GetProperty("amount").GetRawText());
        Assert.Equal("CAPTURED", captured.Json.GetProperty("status").GetString());
        Assert.Equal(captured.Text, (await caller.GetAsync(path)).Text);
        Assert.Equal((84.75m, 0m, 84.75m), await ReadAsync(caller, walletId));
    }

    [Theory]
    [InlineData("capture", null, "CAPTURED", 60)]
    [InlineData("capture", "", "CAPTURED", 60)]
    [InlineData("capture", "{}", "CAPTURED", 60)]
    [InlineData("capture", """{"amount":null}""", "CAPTURED", 60)]
    [InlineData("capture", """{"amount":40}""", "CAPTURED", 60)]
    [InlineData("release", null, "RELEASED", 100)]
    [InlineData("release", "{}", "RELEASED", 100)]
    [InlineData("release", """{"requestId":null}""", "RELEASED", 100)]
    public async Task A_hold_is_captured_in_full_or_released_with_and_without_a_body(string verb, string? body, string status, decimal balance)
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync(100);
        var path = $"/holds/{await caller.PlaceHoldAsync(walletId, 40)}/{verb}";
        var ended = body is null ? await caller.SendAsync(HttpMethod.Post, path, content: null) : await caller.PostAsync(path, body);
        Assert.True(ended.Status == 200, ended.Text);
        Assert.Equal(status, ended.Json.GetProperty("status").GetString());
        Assert.Equal(100 - balance, ended.Json.GetProperty("captured").GetDecimal());
        Assert.Equal((balance, 0m, balance), await ReadAsync(caller, walletId));
    }

    [Fact]
    public async Task A_hold_says_when_it_ends_by_itself()
    {
        var caller = api.Customer();
        var placed = await caller.PostAsync($"/wallet/{await caller.OpenWalletAsync(100)}/holds", """{"amount":1,"expiresInSeconds":90}""");
        Assert.Equal([.. Members[..^1], "expiresAt", "createdAt"], Names(placed.Json));
        var lasts = placed.Json.GetProperty("expiresAt").GetDateTimeOffset() - placed.Json.GetProperty("createdAt").GetDateTimeOffset();
        Assert.Equal(TimeSpan.FromSeconds(90), lasts);

        var longest = await caller.PostAsync($"/wallet/{await caller.OpenWalletAsync(100)}/holds", """{"amount":1,"expiresInSeconds":31622400}""");
        Assert.Equal(201, longest.Status);
    }

    [Fact]
    public async Task A_repeated_request_id_of_a_hold_is_answered_byte_for_byte_even_when_it_has_ended()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync(100);
        const string Body = """{"amount":10.50,"requestId":"hold","expiresInSeconds":60,"description":"d","metadata":{"a":"b"}}""";
        var placed = await caller.PostAsync($"/wallet/{walletId}/holds", Body);
        Assert.True(placed.Status == 201, placed.Text);
        Assert.Null(placed.Header("Idempotent-Replay"));
        var path = $"/holds/{placed.Json.GetProperty("holdId").GetString()}";
        var captured = await caller.PostAsync($"{path}/capture", """{"amount":4,"requestId":"capture"}""");
        Assert.Null(captured.Header("Idempotent-Replay"));
        var before = await caller.ReadWalletAsync(walletId);

        foreach (var (first, again) in new[]
        {
            (placed, await caller.PostAsync($"/wallet/{walletId}/holds", Body)),
            (placed, await caller.PostAsync(
                $"/wallet/{walletId}/holds",
                """{"metadata":{"a":"b"},"amount":10.5,"description":"d","expiresInSeconds":60}""",
                ("Idempotency-Key", "hold"))),
            (captured, await caller.PostAsync($"{path}/capture", """{"requestId":"capture","amount":4.00}""")),
            (captured, await caller.PostAsync($"{path}/capture", """{"amount":4}""", ("Idempotency-Key", "capture"))),
        })
        {
            Assert.Equal(first.Text, again.Text);
            Assert.Equal(first.Status, again.Status);
            Assert.Equal(first.Header("Location"), again.Header("Location"));
            Assert.Equal("true", again.Header("Idempotent-Replay"));
        }

        Assert.Equal(before, await caller.ReadWalletAsync(walletId));
    }

    [Fact]
    public async Task A_release_by_a_key_in_the_header_without_a_body_is_repeated_byte_for_byte()
    {
        var caller = api.Customer();
        var path = $"/holds/{await caller.PlaceHoldAsync(await caller.OpenWalletAsync(100), 10)}/release";
        var first = await caller.SendAsync(HttpMethod.Post, path, content: null, ("Idempotency-Key", "one"));
        var again = await caller.SendAsync(HttpMethod.Post, path, content: null, ("Idempotency-Key", "one"));
        Assert.Equal((200, first.Text), (again.Status, again.Text));
        Assert.Equal("true", again.Header("Idempotent-Replay"));
        (await caller.SendAsync(HttpMethod.Post, path, content: null, ("Idempotency-Key", "two"))).AssertProblem(422, "HOLD_NOT_ACTIVE");
    }

    [Fact]
    public async Task A_request_that_was_refused_before_it_reached_the_wallet_uses_no_request_id_up()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync(100);
        var path = $"/holds/{await caller.PlaceHoldAsync(walletId, 10)}/capture";
        (await caller.PostAsync(path, """{"amount":0,"requestId":"one"}""")).AssertProblem(400, "VALIDATION");
        (await caller.PostAsync(path, """{"amount":"5","requestId":"one"}""")).AssertProblem(400, "VALIDATION");
        (await api.Anonymous().PostAsync(path, """{"amount":4,"requestId":"one"}""")).AssertProblem(401, "UNAUTHENTICATED");
        (await api.Customer().PostAsync(path, """{"amount":4,"requestId":"one"}""")).AssertProblem(404, "NOT_FOUND");
        var captured = await caller.PostAsync(path, """{"amount":5,"requestId":"one"}""");
        Assert.True(captured.Status == 200, captured.Text);
        Assert.Null(captured.Header("Idempotent-Replay"));
    }

    [Fact]
    public async Task A_request_id_reused_with_other_content_is_refused()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync(100);
        var (first, second) = (await caller.PlaceHoldAsync(walletId, 10), await caller.PlaceHoldAsync(walletId, 10));
        Assert.Equal(201, (await caller.PostAsync($"/wallet/{walletId}/holds", """{"amount":10,"requestId":"hold","expiresInSeconds":60}""")).Status);
        Assert.Equal(200, (await caller.PostAsync($"/holds/{first}/capture", """{"amount":5,"requestId":"capture"}""")).Status);
        var before = await caller.ReadWalletAsync(walletId);

        foreach (var (path, body) in new[]
        {
            ($"/wallet/{walletId}/holds", """{"amount":10,"requestId":"hold"}"""),
            ($"/wallet/{walletId}/holds", """{"amount":10,"requestId":"hold","expiresInSeconds":61}"""),
            ($"/wallet/{walletId}/holds", """{"amount":11,"requestId":"hold","expiresInSeconds":60}"""),
            ($"/wallet/{walletId}/holds", """{"amount":10,"requestId":"hold","expiresInSeconds":60,"metadata":{"a":"b"}}"""),
            ($"/wallet/{walletId}/withdraw", """{"amount":10,"requestId":"hold"}"""),
            ($"/holds/{first}/capture", """{"amount":6,"requestId":"capture"}"""),
            ($"/holds/{first}/capture", """{"requestId":"capture"}"""),
            ($"/holds/{first}/release", """{"requestId":"capture"}"""),
            ($"/holds/{second}/capture", """{"amount":5,"requestId":"capture"}"""),
        })
        {
            (await caller.PostAsync(path, body)).AssertProblem(422, "REQUEST_ID_REUSED");
        }

        Assert.Equal(before, await caller.ReadWalletAsync(walletId));
    }

    [Fact]
    public async Task Second_capture_of_a_hold_that_has_ended_is_refused_and_so_is_its_release()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync(100);
        foreach (var verb in new[] { "capture", "release" })
        {
            var holdId = await caller.PlaceHoldAsync(walletId, 10);
            Assert.Equal(200, (await caller.PostAsync($"/holds/{holdId}/{verb}", "{}")).Status);
            var before = await caller.ReadWalletAsync(walletId);
            (await caller.PostAsync($"/holds/{holdId}/capture", "{}")).AssertProblem(422, "HOLD_NOT_ACTIVE");
            (await caller.PostAsync($"/holds/{holdId}/capture", """{"amount":1}""")).AssertProblem(422, "HOLD_NOT_ACTIVE");
            (await caller.PostAsync($"/holds/{holdId}/release", "{}")).AssertProblem(422, "HOLD_NOT_ACTIVE");
            Assert.Equal(before, await caller.ReadWalletAsync(walletId));
        }
    }

    [Fact]
    public async Task A_capture_of_more_than_is_held_is_refused_and_the_hold_stays()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync(100);
        var holdId = await caller.PlaceHoldAsync(walletId, 10);
        var refused = await caller.PostAsync($"/holds/{holdId}/capture", """{"amount":10.01,"requestId":"one"}""");
        refused.AssertProblem(422, "CAPTURE_EXCEEDS_HOLD");
        var again = await caller.PostAsync($"/holds/{holdId}/capture", """{"amount":10.01,"requestId":"one"}""");
        Assert.Equal("true", again.AssertProblem(422, "CAPTURE_EXCEEDS_HOLD").Header("Idempotent-Replay"));
        (await caller.PostAsync($"/holds/{holdId}/capture", """{"amount":10000000000000.01}""")).AssertProblem(422, "AMOUNT_TOO_LARGE");
        Assert.Equal("ACTIVE", (await caller.GetAsync($"/holds/{holdId}")).Json.GetProperty("status").GetString());
        Assert.Equal((100m, 10m, 90m), await ReadAsync(caller, walletId));
        Assert.Equal(200, (await caller.PostAsync($"/holds/{holdId}/capture", """{"amount":10}""")).Status);
    }

    [Fact]
    public async Task Held_money_can_not_be_spent()
    {
        var caller = api.Customer();
        var (walletId, otherId) = (await caller.OpenWalletAsync(100), await caller.OpenWalletAsync());
        await caller.PlaceHoldAsync(walletId, 90);
        (await caller.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":10.01}""")).AssertProblem(400, "INSUFFICIENT_FUNDS");
        (await caller.PostAsync($"/wallet/{walletId}/transfer", $$"""{"amount":10.01,"toWalletId":"{{otherId}}"}""")).AssertProblem(400, "INSUFFICIENT_FUNDS");
        (await caller.PostAsync($"/wallet/{walletId}/holds", """{"amount":10.01}""")).AssertProblem(400, "INSUFFICIENT_FUNDS");
        (await caller.PostAsync($"/wallet/{walletId}/holds", """{"amount":10000000000000.01}""")).AssertProblem(422, "AMOUNT_TOO_LARGE");
        Assert.Equal(200, (await caller.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":10}""")).Status);
    }

    [Fact]
    public async Task Of_six_parallel_holds_of_1000_on_5000_one_is_refused()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync(5_000);
        var replies = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => caller.PostAsync($"/wallet/{walletId}/holds", """{"amount":1000}""")));
        Assert.Equal(5, replies.Count(reply => reply.Status == 201));
        Assert.Single(replies, reply => reply.Status == 400).AssertProblem(400, "INSUFFICIENT_FUNDS");
        Assert.Equal((5_000m, 5_000m, 0m), await ReadAsync(caller, walletId));
    }

    [Fact]
    public async Task Of_twenty_parallel_captures_and_releases_of_one_hold_exactly_one_succeeds()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync(100);
        var holdId = await caller.PlaceHoldAsync(walletId, 40);
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => caller.PostAsync($"/holds/{holdId}/{(i % 4 == 3 ? "release" : "capture")}", "{}")));
        var ended = Assert.Single(replies, reply => reply.Status == 200);
        Assert.All(replies.Where(reply => reply.Status != 200), reply => reply.AssertProblem(422, "HOLD_NOT_ACTIVE"));
        Assert.Equal(ended.Text, (await caller.GetAsync($"/holds/{holdId}")).Text);
        var captured = ended.Json.GetProperty("captured").GetDecimal();
        Assert.Equal((100 - captured, 0m, 100 - captured), await ReadAsync(caller, walletId));
    }

    [Fact]
    public async Task Fifty_parallel_captures_with_one_request_id_are_one_capture_and_fifty_equal_answers()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync(100);
        var holdId = await caller.PlaceHoldAsync(walletId, 40);
        var replies = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => caller.PostAsync($"/holds/{holdId}/capture", """{"amount":30,"requestId":"one"}""")));
        Assert.All(replies, reply => Assert.True(reply.Status == 200, reply.Text));
        Assert.Single(replies.Select(reply => reply.Text).Distinct());
        Assert.Single(replies, reply => reply.Header("Idempotent-Replay") is null);
        Assert.Equal((70m, 0m, 70m), await ReadAsync(caller, walletId));
    }

    [Fact]
    public async Task The_history_tells_of_holds_and_is_filtered_by_them()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync(100);
        var (captured, released) = (await caller.PlaceHoldAsync(walletId, 40), await caller.PlaceHoldAsync(walletId, 20));
        await caller.PostAsync($"/holds/{captured}/capture", """{"amount":30}""");
        await caller.PostAsync($"/holds/{released}/release", "{}");

        var history = (await caller.GetAsync($"/wallet/{walletId}/history")).Json.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(
            [("RELEASE", 20m, 70m, 70m), ("CAPTURE", 30m, 100m, 70m), ("HOLD", 20m, 100m, 100m), ("HOLD", 40m, 100m, 100m), ("FUND", 100m, 0m, 100m)],
            history.Select(item => (
                item.GetProperty("type").GetString(),
                item.GetProperty("amount").GetDecimal(),
                item.GetProperty("balanceBefore").GetDecimal(),
                item.GetProperty("balanceAfter").GetDecimal())));
        foreach (var (type, count) in new[] { ("HOLD", 2), ("CAPTURE", 1), ("RELEASE", 1) })
        {
            var filtered = (await caller.GetAsync($"/wallet/{walletId}/history?type={type}")).Json.GetProperty("items");
            Assert.Equal(count, filtered.GetArrayLength());
            Assert.All(filtered.EnumerateArray(), item => Assert.Equal(type, item.GetProperty("type").GetString()));
        }
    }

    [Fact]
    public async Task A_wallet_has_256_open_holds_at_most()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync(1_000);
        var replies = await Task.WhenAll(Enumerable.Range(0, 257).Select(_ => caller.PostAsync($"/wallet/{walletId}/holds", """{"amount":1}""")));
        Assert.Single(replies, reply => reply.Status != 201).AssertProblem(422, "TOO_MANY_HOLDS");
        await caller.PostAsync($"/holds/{replies.First(reply => reply.Status == 201).Json.GetProperty("holdId").GetString()}/release", "{}");
        await caller.PlaceHoldAsync(walletId, 1);
    }

    private static async Task<(decimal Balance, decimal Held, decimal Available)> ReadAsync(ApiCaller caller, Guid walletId)
    {
        var wallet = (await caller.GetAsync($"/wallet/{walletId}")).Json;
        return (wallet.GetProperty("balance").GetDecimal(), wallet.GetProperty("held").GetDecimal(), wallet.GetProperty("available").GetDecimal());
    }

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(member => member.Name);
}
