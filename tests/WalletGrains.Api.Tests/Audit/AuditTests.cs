using System.Text;
using System.Text.Json;
using Xunit;

namespace WalletGrains.Api.Tests.Audit;

[Collection(ApiTests.Name)]
public sealed class AuditTests(ApiFixture api)
{
    [Fact]
    public async Task A_request_is_kept_with_what_it_made()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync();
        var deposited = await caller.PostAsync(
            $"/wallet/{walletId}/deposit",
            """{"amount":7,"requestId":"audited"}""",
            ("User-Agent", "monkey/1"), ("X-Forwarded-For", "203.0.113.9"));

        var kept = await FindAsync(deposited);

        Assert.Equal("POST", kept.GetProperty("method").GetString());
        Assert.Equal($"/wallet/{walletId}/deposit", kept.GetProperty("url").GetString());
        Assert.Equal("""{"amount":7,"requestId":"audited"}""", kept.GetProperty("body").GetString());
        Assert.Equal(34, kept.GetProperty("bodyBytes").GetInt32());
        Assert.Equal(1, kept.GetProperty("requests").GetInt32());
        Assert.Equal(200, kept.GetProperty("status").GetInt32());
        Assert.Equal(caller.UserId, kept.GetProperty("userId").GetGuid());
        Assert.Equal("127.0.0.1", kept.GetProperty("clientIp").GetString());
        Assert.True(kept.GetProperty("durationMs").GetDecimal() > 0);
        Assert.Matches(ApiCaller.TimePattern, kept.GetProperty("at").GetString());
        var headers = kept.GetProperty("headers");
        Assert.Equal("monkey/1", headers.GetProperty("User-Agent").GetString());
        Assert.Equal("203.0.113.9", headers.GetProperty("X-Forwarded-For").GetString());
        Assert.Equal("Bearer ***", headers.GetProperty("Authorization").GetString());
        AssertMade(kept, "TRANSACTION", deposited.Json.GetProperty("transactionId").GetGuid(), replayed: false);

        var again = await caller.PostAsync($"/wallet/{walletId}/deposit", """{"amount":7,"requestId":"audited"}""");
        AssertMade(await FindAsync(again), "TRANSACTION", deposited.Json.GetProperty("transactionId").GetGuid(), replayed: true);
    }

    [Fact]
    public async Task A_session_that_begins_or_goes_on_is_its_users()
    {
        var (caller, email, _) = await api.RegisterAsync();
        var login = await api.LoginAsync(email);
        Assert.Equal(caller.UserId, (await FindAsync(login)).GetProperty("userId").GetGuid());
        var refreshed = await api.Anonymous().PostAsync("/auth/refresh", $$"""{"refreshToken":"{{login.Json.GetProperty("refreshToken").GetString()}}"}""");
        Assert.Equal(caller.UserId, (await FindAsync(refreshed)).GetProperty("userId").GetGuid());
        Assert.False((await FindAsync(await api.LoginAsync(email, "not the password"))).TryGetProperty("userId", out _));
    }

    [Fact]
    public async Task Everything_that_is_made_is_linked()
    {
        var caller = api.Customer();
        var (from, to) = (await caller.OpenWalletAsync(100), await caller.OpenWalletAsync());

        var opened = await caller.PostAsync("/wallets", "{}");
        AssertMade(await FindAsync(opened), "WALLET", opened.Json.GetProperty("id").GetGuid(), false);
        var transferred = await caller.PostAsync($"/wallet/{from}/transfer", $$"""{"toWalletId":"{{to}}","amount":1}""");
        AssertMade(await FindAsync(transferred), "TRANSFER", transferred.Json.GetProperty("transferId").GetGuid(), false);
        var sent = await caller.PostAsync("/wallets/transfer", $$"""{"senderWalletId":"{{from}}","receiverWalletId":"{{to}}","amount":1}""");
        AssertMade(await FindAsync(sent), "TRANSFER", sent.Json.GetProperty("transferId").GetGuid(), false);
        var reversed = await api.Operator().PostAsync($"/transfers/{sent.Json.GetProperty("transferId").GetGuid()}/reverse", "");
        AssertMade(await FindAsync(reversed), "TRANSFER", reversed.Json.GetProperty("transferId").GetGuid(), false);
        var bulk = await caller.PostAsync("/wallets/bulk", $$"""{"legs":[{"senderWalletId":"{{from}}","receiverWalletId":"{{to}}","amount":1}]}""");
        AssertMade(await FindAsync(bulk), "BULK", bulk.Json.GetProperty("bulkId").GetGuid(), false);
        var schedule = await caller.PostAsync($"/wallet/{from}/schedules", $$"""{"toWalletId":"{{to}}","amount":1,"startAt":"2999-01-01T00:00:00Z"}""");
        AssertMade(await FindAsync(schedule), "SCHEDULE", schedule.Json.GetProperty("scheduleId").GetGuid(), false);

        var funded = await FindAsync(await caller.PostAsync("/wallets/fund", $$"""{"wallet_id":"{{to}}","amount":12.5}"""));
        var entry = await caller.GetAsync($"/transactions/{funded.GetProperty("made").GetProperty("id").GetGuid()}");
        Assert.Equal(12.5m, entry.Json.GetProperty("amount").GetDecimal());
        var held = await FindAsync(await caller.PostAsync($"/wallet/{from}/holds", """{"amount":3}"""));
        entry = await caller.GetAsync($"/transactions/{held.GetProperty("made").GetProperty("id").GetGuid()}");
        Assert.Equal("HOLD", entry.Json.GetProperty("type").GetString());
        var deleted = await FindAsync(await caller.SendAsync(HttpMethod.Delete, $"/schedules/{schedule.Json.GetProperty("scheduleId").GetGuid()}", null));
        Assert.Equal(204, deleted.GetProperty("status").GetInt32());
        var frozen = await FindAsync(await api.Operator().PostAsync($"/wallet/{to}/freeze", ""));
        Assert.Equal("TRANSACTION", frozen.GetProperty("made").GetProperty("kind").GetString());
        var limited = await FindAsync(await api.Operator().PutAsync($"/wallet/{from}/limits", """{"perDay":1}"""));
        Assert.Equal("PUT", limited.GetProperty("method").GetString());
    }

    [Fact]
    public async Task What_was_refused_is_kept_too()
    {
        var caller = api.Customer();
        Assert.Equal(401, (await FindAsync(await api.Anonymous().PostAsync("/wallets", "{}"))).GetProperty("status").GetInt32());
        Assert.Equal(404, (await FindAsync(await caller.PostAsync("/no/such/path", "{}"))).GetProperty("status").GetInt32());
        Assert.Equal(405, (await FindAsync(await caller.SendAsync(HttpMethod.Patch, "/wallets", null))).GetProperty("status").GetInt32());
        var refused = await FindAsync(await caller.PostAsync("/wallets", """{"currency":"NGN","colour":"red"}"""));
        Assert.Equal(400, refused.GetProperty("status").GetInt32());
        Assert.Equal("""{"currency":"NGN","colour":"red"}""", refused.GetProperty("body").GetString());
        Assert.False(refused.TryGetProperty("made", out _));
        var tooLong = await FindAsync(await caller.SendAsync(HttpMethod.Post, "/wallets", new StringContent(new string(' ', 9_000) + "{}", Encoding.UTF8, "application/json")));
        Assert.Equal(9_002, tooLong.GetProperty("bodyBytes").GetInt32());
        Assert.Equal(8_192, tooLong.GetProperty("body").GetString()!.Length);
    }

    [Fact]
    public async Task Reads_are_not_kept()
    {
        var caller = api.Customer();
        var read = await caller.GetAsync("/wallets");
        await FindAsync(await caller.PostAsync("/wallets", "{}"));
        Assert.Empty((await ListAsync($"correlationId={read.Header("X-Correlation-Id")}")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Operators_filter_and_page()
    {
        var caller = api.Customer();
        for (var i = 0; i < 5; i++)
        {
            await caller.PostAsync("/wallets", """{"currency":"NGN"}""");
        }

        await FindAsync(await caller.PostAsync("/wallets", """{"currency":"XXX"}"""));
        var filter = $"userId={caller.UserId}&method=POST&path=/wallets&status=2xx";
        var first = await ListAsync($"{filter}&limit=3");
        var cursor = first.GetProperty("nextCursor").GetString();
        var second = await ListAsync($"{filter}&limit=3&cursor={cursor}");
        var items = first.GetProperty("items").EnumerateArray().Concat(second.GetProperty("items").EnumerateArray()).ToList();
        Assert.Equal(5, items.Count);
        Assert.Equal(items.OrderByDescending(item => item.GetProperty("auditId").GetString(), StringComparer.Ordinal), items);
        Assert.Equal(JsonValueKind.Null, second.GetProperty("nextCursor").ValueKind);

        Assert.Single((await ListAsync($"userId={caller.UserId}&status=422")).GetProperty("items").EnumerateArray());
        Assert.Empty((await ListAsync($"userId={caller.UserId}&from=2999-01-01T00:00:00Z")).GetProperty("items").EnumerateArray());
        (await api.Operator().GetAsync($"/ops/audit?userId={caller.UserId}&cursor={cursor}")).AssertProblem(400, "VALIDATION");
    }

    [Theory]
    [InlineData("status=600")]
    [InlineData("status=4x")]
    [InlineData("userId=1")]
    [InlineData("method=GET")]
    [InlineData("path=wallet")]
    [InlineData("correlationId=a%20b")]
    [InlineData("from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z")]
    [InlineData("limit=0")]
    [InlineData("cursor=AAAA")]
    [InlineData("colour=red")]
    public async Task A_filter_that_means_nothing_is_refused(string query) =>
        (await api.Operator().GetAsync($"/ops/audit?{query}")).AssertProblem(400, "VALIDATION");

    [Fact]
    public async Task Only_operators_see_it() => (await api.Service().GetAsync("/ops/audit")).AssertProblem(403, "FORBIDDEN");

    private static void AssertMade(JsonElement kept, string kind, Guid id, bool replayed)
    {
        var made = kept.GetProperty("made");
        Assert.Equal(kind, made.GetProperty("kind").GetString());
        Assert.Equal(id, made.GetProperty("id").GetGuid());
        Assert.Equal(replayed, made.GetProperty("replayed").GetBoolean());
    }

    /// <summary>What was kept of the request that was answered like this, as soon as it is there.</summary>
    private async Task<JsonElement> FindAsync(Reply reply)
    {
        while (true)
        {
            var list = await ListAsync($"correlationId={reply.Header("X-Correlation-Id")}");
            if (list.GetProperty("items").GetArrayLength() > 0)
            {
                return Assert.Single(list.GetProperty("items").EnumerateArray());
            }

            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task<JsonElement> ListAsync(string query)
    {
        var reply = await api.Operator().GetAsync($"/ops/audit?{query}");
        Assert.True(reply.Status == 200, reply.Text);
        return reply.Json;
    }
}
