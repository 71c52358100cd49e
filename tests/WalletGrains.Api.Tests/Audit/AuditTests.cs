using System.Text;
using System.Text.Json;
using Npgsql;
using WalletGrains.Api.OpenApi;
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

        var kept = await api.FindAuditedAsync(deposited);

        Assert.Equal("POST", kept.GetProperty("method").GetString());
        Assert.Equal($"/wallet/{walletId}/deposit", kept.GetProperty("url").GetString());
        Assert.Equal("""{"amount":7,"requestId":"audited"}""", kept.GetProperty("body").GetString());
        Assert.Equal("audited", kept.GetProperty("requestId").GetString());
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
        AuditLists.AssertMade(kept, "TRANSACTION", deposited.Json.GetProperty("transactionId").GetGuid(), replayed: false);

        var again = await caller.PostAsync($"/wallet/{walletId}/deposit", """{"amount":7,"requestId":"audited"}""");
        AuditLists.AssertMade(await api.FindAuditedAsync(again), "TRANSACTION", deposited.Json.GetProperty("transactionId").GetGuid(), replayed: true);
    }

    [Fact]
    public async Task A_session_that_begins_or_goes_on_is_its_users()
    {
        var (caller, email, _) = await api.RegisterAsync();
        var login = await api.LoginAsync(email);
        Assert.Equal(caller.UserId, (await api.FindAuditedAsync(login)).GetProperty("userId").GetGuid());
        var refreshed = await api.Anonymous().PostAsync("/auth/refresh", $$"""{"refreshToken":"{{login.Json.GetProperty("refreshToken").GetString()}}"}""");
        Assert.Equal(caller.UserId, (await api.FindAuditedAsync(refreshed)).GetProperty("userId").GetGuid());
        Assert.False((await api.FindAuditedAsync(await api.LoginAsync(email, "not the password"))).TryGetProperty("userId", out _));
    }

    [Fact]
    public async Task Everything_that_is_made_is_linked()
    {
        var caller = api.Customer();
        var (from, to) = (await caller.OpenWalletAsync(100), await caller.OpenWalletAsync());

        var opened = await caller.PostAsync("/wallets", "{}");
        AuditLists.AssertMade(await api.FindAuditedAsync(opened), "WALLET", opened.Json.GetProperty("id").GetGuid(), false);
        var transferred = await caller.PostAsync($"/wallet/{from}/transfer", $$"""{"toWalletId":"{{to}}","amount":1}""");
        AuditLists.AssertMade(await api.FindAuditedAsync(transferred), "TRANSFER", transferred.Json.GetProperty("transferId").GetGuid(), false);
        var sent = await caller.PostAsync("/wallets/transfer", $$"""{"senderWalletId":"{{from}}","receiverWalletId":"{{to}}","amount":1}""");
        AuditLists.AssertMade(await api.FindAuditedAsync(sent), "TRANSFER", sent.Json.GetProperty("transferId").GetGuid(), false);
        var reversed = await api.Operator().PostAsync($"/transfers/{sent.Json.GetProperty("transferId").GetGuid()}/reverse", "");
        AuditLists.AssertMade(await api.FindAuditedAsync(reversed), "TRANSFER", reversed.Json.GetProperty("transferId").GetGuid(), false);
        var bulk = await caller.PostAsync("/wallets/bulk", $$"""{"legs":[{"senderWalletId":"{{from}}","receiverWalletId":"{{to}}","amount":1}]}""");
        AuditLists.AssertMade(await api.FindAuditedAsync(bulk), "BULK", bulk.Json.GetProperty("bulkId").GetGuid(), false);
        var schedule = await caller.PostAsync($"/wallet/{from}/schedules", $$"""{"toWalletId":"{{to}}","amount":1,"startAt":"2999-01-01T00:00:00Z"}""");
        AuditLists.AssertMade(await api.FindAuditedAsync(schedule), "SCHEDULE", schedule.Json.GetProperty("scheduleId").GetGuid(), false);

        var funded = await api.FindAuditedAsync(await caller.PostAsync("/wallets/fund", $$"""{"wallet_id":"{{to}}","amount":12.5}"""));
        var entry = await caller.GetAsync($"/transactions/{funded.GetProperty("made").GetProperty("id").GetGuid()}");
        Assert.Equal(12.5m, entry.Json.GetProperty("amount").GetDecimal());
        var held = await api.FindAuditedAsync(await caller.PostAsync($"/wallet/{from}/holds", """{"amount":3}"""));
        entry = await caller.GetAsync($"/transactions/{held.GetProperty("made").GetProperty("id").GetGuid()}");
        Assert.Equal("HOLD", entry.Json.GetProperty("type").GetString());
        var deleted = await api.FindAuditedAsync(await caller.SendAsync(HttpMethod.Delete, $"/schedules/{schedule.Json.GetProperty("scheduleId").GetGuid()}", null));
        Assert.Equal(204, deleted.GetProperty("status").GetInt32());
        Assert.False(deleted.TryGetProperty("body", out _));
        Assert.False(deleted.TryGetProperty("requestId", out _));
        var frozen = await api.FindAuditedAsync(await api.Operator().PostAsync($"/wallet/{to}/freeze", ""));
        Assert.Equal("TRANSACTION", frozen.GetProperty("made").GetProperty("kind").GetString());
        var limited = await api.FindAuditedAsync(await api.Operator().PutAsync($"/wallet/{from}/limits", """{"perDay":1}"""));
        Assert.Equal("PUT", limited.GetProperty("method").GetString());
    }

    [Fact]
    public async Task What_was_made_is_found_by_the_request_id_that_is_kept_whoever_asked_for_what()
    {
        var (caller, staff) = (api.Customer(), api.Operator());
        var (from, to, empty) = (await caller.OpenWalletAsync(100), await caller.OpenWalletAsync(), await caller.OpenWalletAsync());
        var (taken, given, sent) = (await caller.PlaceHoldAsync(from, 1), await caller.PlaceHoldAsync(from, 1), await caller.TransferAsync(from, to, 1));
        var replies = new Dictionary<string, Reply>
        {
            ["fundWallet"] = await caller.PostAsync("/wallets/fund", $$"""{"wallet_id":"{{from}}","amount":1}"""),
            ["deposit"] = await caller.PostAsync($"/wallet/{from}/deposit", """{"amount":1}"""),
            ["withdraw"] = await caller.PostAsync($"/wallet/{from}/withdraw", """{"amount":1}"""),
            ["placeHold"] = await caller.PostAsync($"/wallet/{from}/holds", """{"amount":1}"""),
            ["captureHold"] = await caller.PostAsync($"/holds/{taken}/capture", ""),
            ["releaseHold"] = await caller.PostAsync($"/holds/{given}/release", ""),
            ["transfer"] = await caller.PostAsync($"/wallet/{from}/transfer", $$"""{"toWalletId":"{{to}}","amount":1}"""),
            ["sendTransfer"] = await caller.PostAsync("/wallets/transfer", $$"""{"senderWalletId":"{{from}}","receiverWalletId":"{{to}}","amount":1}"""),
            ["reverseTransfer"] = await staff.PostAsync($"/transfers/{sent}/reverse", ""),
            ["bulkTransfer"] = await caller.PostAsync("/wallets/bulk", $$"""{"legs":[{"senderWalletId":"{{from}}","receiverWalletId":"{{to}}","amount":1}]}"""),
            ["createSchedule"] = await caller.PostAsync($"/wallet/{from}/schedules", $$"""{"toWalletId":"{{to}}","amount":1,"startAt":"2999-01-01T00:00:00Z"}"""),
            ["setLimits"] = await staff.PutAsync($"/wallet/{from}/limits", """{"perDay":1}"""),
            ["freezeWallet"] = await staff.PostAsync($"/wallet/{from}/freeze", ""),
            ["unfreezeWallet"] = await staff.PostAsync($"/wallet/{from}/unfreeze", ""),
            ["closeWallet"] = await caller.PostAsync($"/wallet/{empty}/close", ""),
        };

        // Nobody is left out; bills need billers, and are paid in UnansweredRequestTests.
        var named = api.Endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<Operation>()).Where(operation => operation is { TakesRequestId: true });
        Assert.Equal(named.Select(operation => operation!.Id).Order(), replies.Keys.Append("payBill").Order());

        await using var dataSource = NpgsqlDataSource.Create(api.ConnectionString);
        foreach (var (operation, reply) in replies)
        {
            Assert.True(reply.Status is 200 or 201, $"{operation}: {reply.Text}");
            await using var command = dataSource.CreateCommand("""
                select a.made_id, coalesce(
                    (select coalesce((convert_from(e.content, 'UTF8')::json ->> 'transferId')::uuid, e.entry_id)
                    from entries e where e.wallet_id = a.request_of and e.request_id = a.request_id),
                    (select b.bulk_id from bulks b where b.caller_id = a.request_of and b.request_id = a.request_id),
                    (select s.schedule_id from schedules s where s.wallet_id = a.request_of and s.request_id = a.request_id))
                from api_audit a where a.audit_id = $1
                """);
            command.Parameters.Add(new() { Value = (await api.FindAuditedAsync(reply)).GetProperty("auditId").GetGuid() });
            await using var row = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            Assert.True(await row.ReadAsync(TestContext.Current.CancellationToken));
            Assert.Equal((operation, row.GetGuid(0)), (operation, await row.IsDBNullAsync(1, TestContext.Current.CancellationToken) ? Guid.Empty : row.GetGuid(1)));
        }
    }

    [Fact]
    public async Task A_refused_request_shows_nothing_of_what_was_made_under_its_request_id()
    {
        var (caller, stranger) = (api.Customer(), api.Customer());
        var (walletId, other) = (await caller.OpenWalletAsync(), await caller.OpenWalletAsync());
        var id = $"rent {Guid.NewGuid()}";
        Task<Reply> DepositAsync(ApiCaller who, Guid where, string amount) =>
            who.PostAsync($"/wallet/{where}/deposit", $$"""{"amount":{{amount}},"requestId":"{{id}}"}""");

        var foreign = (await DepositAsync(stranger, walletId, "7")).AssertProblem(404, "NOT_FOUND");
        var invalid = (await DepositAsync(caller, walletId, "7.005")).AssertProblem(400, "VALIDATION");
        var made = await DepositAsync(caller, walletId, "7");
        var reused = (await DepositAsync(caller, walletId, "8")).AssertProblem(422, "REQUEST_ID_REUSED");
        var elsewhere = await DepositAsync(caller, other, "7");

        foreach (var refused in (Reply[])[foreign, invalid, reused])
        {
            var kept = await api.FindAuditedAsync(refused);
            Assert.Equal(id, kept.GetProperty("requestId").GetString());
            Assert.False(kept.TryGetProperty("made", out _), kept.GetRawText());
        }

        AuditLists.AssertMade(await api.FindAuditedAsync(elsewhere), "TRANSACTION", elsewhere.Json.GetProperty("transactionId").GetGuid(), false);
        AuditLists.AssertMade(await api.FindAuditedAsync(made), "TRANSACTION", made.Json.GetProperty("transactionId").GetGuid(), false);
        var ofCaller = (await api.ListAuditAsync($"userId={caller.UserId}&requestId={Uri.EscapeDataString(id)}")).GetProperty("items").EnumerateArray();
        Assert.Equal([200, 200, 400, 422], ofCaller.Select(item => item.GetProperty("status").GetInt32()).Order());
        Assert.Empty((await api.ListAuditAsync($"userId={caller.UserId}&requestId=rent")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task What_was_refused_is_kept_too()
    {
        var caller = api.Customer();
        Assert.Equal(401, (await api.FindAuditedAsync(await api.Anonymous().PostAsync("/wallets", "{}"))).GetProperty("status").GetInt32());
        Assert.Equal(404, (await api.FindAuditedAsync(await caller.PostAsync("/no/such/path", "{}"))).GetProperty("status").GetInt32());
        Assert.Equal(405, (await api.FindAuditedAsync(await caller.SendAsync(HttpMethod.Patch, "/wallets", null))).GetProperty("status").GetInt32());
        var refused = await api.FindAuditedAsync(await caller.PostAsync("/wallets", """{"currency":"NGN","colour":"red"}"""));
        Assert.Equal(400, refused.GetProperty("status").GetInt32());
        Assert.Equal("""{"currency":"NGN","colour":"red"}""", refused.GetProperty("body").GetString());
        Assert.False(refused.TryGetProperty("made", out _));
        var tooLong = await api.FindAuditedAsync(await caller.SendAsync(HttpMethod.Post, "/wallets", new StringContent(new string(' ', 9_000) + "{}", Encoding.UTF8, "application/json")));
        Assert.Equal(9_002, tooLong.GetProperty("bodyBytes").GetInt32());
        Assert.Equal(8_192, tooLong.GetProperty("body").GetString()!.Length);
    }

    [Fact]
    public async Task Reads_are_not_kept()
    {
        var caller = api.Customer();
        var read = await caller.GetAsync("/wallets");
        await api.FindAuditedAsync(await caller.PostAsync("/wallets", "{}"));
        Assert.Empty((await api.ListAuditAsync($"correlationId={read.Header("X-Correlation-Id")}")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Operators_filter_and_page()
    {
        var caller = api.Customer();
        for (var i = 0; i < 5; i++)
        {
            await caller.PostAsync("/wallets", """{"currency":"NGN"}""");
        }

        await api.FindAuditedAsync(await caller.PostAsync("/wallets", """{"currency":"XXX"}"""));
        var filter = $"userId={caller.UserId}&method=POST&path=/wallets&status=2xx";
        var first = await api.ListAuditAsync($"{filter}&limit=3");
        var cursor = first.GetProperty("nextCursor").GetString();
        var second = await api.ListAuditAsync($"{filter}&limit=3&cursor={cursor}");
        var items = first.GetProperty("items").EnumerateArray().Concat(second.GetProperty("items").EnumerateArray()).ToList();
        Assert.Equal(5, items.Count);
        Assert.Equal(items.OrderByDescending(item => item.GetProperty("auditId").GetString(), StringComparer.Ordinal), items);
        Assert.Equal(JsonValueKind.Null, second.GetProperty("nextCursor").ValueKind);

        Assert.Single((await api.ListAuditAsync($"userId={caller.UserId}&status=422")).GetProperty("items").EnumerateArray());
        Assert.Empty((await api.ListAuditAsync($"userId={caller.UserId}&from=2999-01-01T00:00:00Z")).GetProperty("items").EnumerateArray());
        (await api.Operator().GetAsync($"/ops/audit?userId={caller.UserId}&cursor={cursor}")).AssertProblem(400, "VALIDATION");
    }

    [Theory]
    [InlineData("status=600")]
    [InlineData("status=4x")]
    [InlineData("userId=1")]
    [InlineData("method=GET")]
    [InlineData("path=wallet")]
    [InlineData("correlationId=a%20b")]
    [InlineData("requestId=")]
    [InlineData("from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z")]
    [InlineData("limit=0")]
    [InlineData("cursor=AAAA")]
    [InlineData("colour=red")]
    public async Task A_filter_that_means_nothing_is_refused(string query) =>
        (await api.Operator().GetAsync($"/ops/audit?{query}")).AssertProblem(400, "VALIDATION");

    [Fact]
    public async Task Only_operators_see_it() => (await api.Service().GetAsync("/ops/audit")).AssertProblem(403, "FORBIDDEN");
}
