using System.Globalization;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Contracts.Schedules;
using Xunit;

namespace WalletGrains.Api.Tests.Schedules;

[Collection(ApiTests.Name)]
public sealed class ScheduleTests(ApiFixture api)
{
    private const string NoTime = "must be a time with its offset, such as 2026-01-31T12:00:00.000Z.";
    private const string NoPeriod = "must be a period of ISO 8601 such as P1M, P1W or PT12H, at least PT1M and at most 100 years.";

    // Behind what any test runs: all of them share one store.
    private const string Later = "2999-01-31T08:00:00.000Z";

    private static string Now => DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    [Fact]
    public async Task A_schedule_is_made_shown_listed_and_cancelled()
    {
        var caller = api.Customer();
        var (from, to) = (await caller.OpenWalletAsync(), await caller.OpenWalletAsync());
        var made = await caller.PostAsync(
            $"/wallet/{from}/schedules",
            $$"""{"toWalletId":"{{to}}","amount":12.50,"startAt":"2999-01-31T09:00:00+01:00","every":"P1M","endAt":"3000-01-31T08:00:00Z","description":"rent"}""");
        Assert.True(made.Status == 201, made.Text);
        Assert.Equal(
            ["scheduleId", "walletId", "toWalletId", "amount", "currency", "status", "startAt", "createdAt", "nextAt", "every", "endAt", "description"],
            made.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("ACTIVE", Later, Later, "P1M", "12.5"), (Text(made, "status"), Text(made, "startAt"), Text(made, "nextAt"), Text(made, "every"), made.Json.GetProperty("amount").GetRawText()));
        var path = made.Header("Location")!;
        Assert.Equal($"/schedules/{Text(made, "scheduleId")}", path);
        Assert.Equal(made.Text, (await caller.GetAsync(path)).Text);

        for (var i = 0; i < 2; i++)
        {
            var cancelled = await caller.SendAsync(HttpMethod.Delete, path, content: null);
            Assert.Equal((204, ""), (cancelled.Status, cancelled.Text));
        }

        var after = await caller.GetAsync(path);
        Assert.Equal("CANCELLED", Text(after, "status"));
        Assert.False(after.Json.TryGetProperty("nextAt", out _));
        var listed = (await caller.GetAsync($"/wallet/{from}/schedules")).Json;
        Assert.Equal(after.Text, Assert.Single(listed.GetProperty("items").EnumerateArray()).GetRawText());
        Assert.Equal("null", listed.GetProperty("nextCursor").GetRawText());
    }

    [Fact]
    public async Task A_schedule_makes_its_transfers_and_says_what_became_of_them()
    {
        var (caller, other) = (api.Customer(), api.Customer());
        var (from, to) = (await caller.OpenWalletAsync(100), await other.OpenWalletAsync());
        var once = await caller.PostAsync($"/wallet/{from}/schedules", Body(to, "60", Now));
        var daily = await caller.PostAsync($"/wallet/{from}/schedules", Body(to, "50", Now, "\"every\":\"P1D\""));
        Assert.True((once.Status, daily.Status) == (201, 201), once.Text + daily.Text);
        await AwaitRunAsync(caller, once);
        await AwaitRunAsync(caller, daily);

        // Both are due, and there is money for one of them.
        var shown = new[] { await caller.GetAsync(once.Header("Location")!), await caller.GetAsync(daily.Header("Location")!) };
        var paid = shown.Single(schedule => !schedule.Json.TryGetProperty("lastFailureCode", out _));
        var refused = shown.Single(schedule => schedule.Json.TryGetProperty("lastFailureCode", out _));
        Assert.Equal(100 - paid.Json.GetProperty("amount").GetDecimal(), (await caller.ReadWalletAsync(from)).Balance);
        Assert.Equal("INSUFFICIENT_FUNDS", Text(refused, "lastFailureCode"));
        Assert.Matches(ApiCaller.TimePattern, Text(refused, "lastRunAt"));
        Assert.Equal(("COMPLETED", 200), ((await other.GetAsync($"/transfers/{Text(paid, "lastTransferId")}")).Json.GetProperty("status").GetString(), paid.Status));

        await api.Grains.GetGrain<IScheduleRunnerGrain>(0).RunAsync(daily.Json.GetProperty("scheduleId").GetGuid(), DateTimeOffset.UtcNow);
        Assert.Equal(2, (await caller.ReadWalletAsync(from)).Version);
    }

    [Fact]
    public async Task A_repeated_request_is_answered_byte_for_byte_though_the_schedule_has_run_since()
    {
        var caller = api.Customer();
        var (from, to) = (await caller.OpenWalletAsync(100), await caller.OpenWalletAsync());
        var body = Body(to, "10.50", Now, "\"every\":\"PT1H\",\"requestId\":\"one\"");
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => caller.PostAsync($"/wallet/{from}/schedules", body)));
        Assert.All(replies, reply => Assert.True(reply.Status == 201, reply.Text));
        Assert.Single(replies.Select(reply => reply.Text).Distinct());
        Assert.Single(replies, reply => reply.Header("Idempotent-Replay") is null);
        await AwaitRunAsync(caller, replies[0]);
        Assert.Equal(89.5m, (await caller.ReadWalletAsync(from)).Balance);

        var again = await caller.PostAsync($"/wallet/{from}/schedules", body);
        Assert.Equal((replies[0].Text, "true", 201), (again.Text, again.Header("Idempotent-Replay"), again.Status));
        (await caller.PostAsync($"/wallet/{from}/schedules", body.Replace("10.50", "10.51", StringComparison.Ordinal))).AssertProblem(422, "REQUEST_ID_REUSED");
        Assert.Null((await caller.PostAsync($"/wallet/{to}/schedules", Body(from, "1", Later, "\"requestId\":\"one\""))).Header("Idempotent-Replay"));
    }

    [Fact]
    public async Task Somebody_elses_schedules_are_not_there()
    {
        var (owner, thief) = (api.Customer(), api.Customer());
        var (from, to) = (await owner.OpenWalletAsync(), await thief.OpenWalletAsync());
        var made = await owner.PostAsync($"/wallet/{from}/schedules", Body(to, "1", Later));
        var path = made.Header("Location")!;
        foreach (var (caller, status, code) in new[] { (thief, 404, "NOT_FOUND"), (api.Anonymous(), 401, "UNAUTHENTICATED") })
        {
            (await caller.PostAsync($"/wallet/{from}/schedules", Body(to, "1", Later))).AssertProblem(status, code);
            (await caller.GetAsync($"/wallet/{from}/schedules")).AssertProblem(status, code);
            (await caller.GetAsync(path)).AssertProblem(status, code);
            (await caller.SendAsync(HttpMethod.Delete, path, content: null)).AssertProblem(status, code);
        }

        Assert.Equal("ACTIVE", Text(await api.Operator().GetAsync(path), "status"));
        Assert.Equal(201, (await api.Service().PostAsync($"/wallet/{from}/schedules", Body(to, "1", Later))).Status);
        Assert.Equal(204, (await api.Operator().SendAsync(HttpMethod.Delete, path, content: null)).Status);
        (await owner.GetAsync($"/schedules/{Guid.CreateVersion7()}")).AssertProblem(404, "NOT_FOUND");
        (await owner.SendAsync(HttpMethod.Delete, $"/schedules/{Guid.CreateVersion7()}", content: null)).AssertProblem(404, "NOT_FOUND");
        (await owner.SendAsync(HttpMethod.Delete, "/schedules/one", content: null)).AssertProblem(400, "VALIDATION");
        (await owner.GetAsync("/schedules/one")).AssertProblem(400, "VALIDATION");
    }

    [Fact]
    public async Task A_schedule_that_cannot_be_is_refused()
    {
        var caller = api.Customer();
        var (naira, dollars) = (await caller.OpenWalletAsync(), await caller.OpenWalletAsync(currency: "USD"));
        foreach (var (to, amount, status, code) in new[]
        {
            (naira, "1", 400, "SAME_WALLET"), (dollars, "1", 422, "CURRENCY_MISMATCH"), (Guid.CreateVersion7(), "1", 404, "NOT_FOUND"),
            (dollars, "10000000000000.01", 422, "AMOUNT_TOO_LARGE"),
        })
        {
            (await caller.PostAsync($"/wallet/{naira}/schedules", Body(to, amount, Later))).AssertProblem(status, code);
        }
    }

    [Theory]
    [InlineData("startAt", "null", "is required.")]
    [InlineData("startAt", "\"2020-01-01T00:00:00Z\"", "must not be in the past.")]
    [InlineData("startAt", "\"2999-01-31T08:00:00\"", NoTime)]
    [InlineData("startAt", "\"2999-01-31\"", NoTime)]
    [InlineData("startAt", "\"tomorrow\"", NoTime)]
    [InlineData("startAt", "\"\"", NoTime)]
    [InlineData("startAt", "\"2999-02-30T08:00:00Z\"", NoTime)]
    [InlineData("startAt", "32472144000000", NoTime)]
    [InlineData("endAt", "\"2999-01-31T07:59:59.999Z\"", "must not be before startAt.")]
    [InlineData("endAt", "\"never\"", NoTime)]
    [InlineData("endAt", "7", NoTime)]
    [InlineData("every", "\"\"", NoPeriod)]
    [InlineData("every", "\"monthly\"", NoPeriod)]
    [InlineData("every", "\"P0D\"", NoPeriod)]
    [InlineData("every", "\"PT59S\"", NoPeriod)]
    [InlineData("every", "\"P-1M\"", NoPeriod)]
    [InlineData("every", "\"P101Y\"", NoPeriod)]
    [InlineData("every", "\"P1M\\u0000\"", NoPeriod)]
    [InlineData("every", "30", "must be a string of whole characters.")]
    public async Task A_time_or_period_that_is_none_is_refused_and_named(string member, string json, string message)
    {
        var caller = api.Customer();
        var (from, to) = (await caller.OpenWalletAsync(), await caller.OpenWalletAsync());
        var body = member == "startAt" ? Body(to, "1", Later).Replace($"\"{Later}\"", json, StringComparison.Ordinal) : Body(to, "1", Later, $"\"{member}\":{json}");
        var reply = (await caller.PostAsync($"/wallet/{from}/schedules", body)).AssertProblem(400, "VALIDATION");
        Assert.Equal($"{member} {message}", reply.Json.GetProperty("errors").GetProperty(member)[0].GetString());
        Assert.Empty((await caller.GetAsync($"/wallet/{from}/schedules")).Json.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task The_schedules_of_a_wallet_are_paged_and_limited()
    {
        var caller = api.Customer();
        var (from, to) = (await caller.OpenWalletAsync(), await caller.OpenWalletAsync());
        var made = await Task.WhenAll(Enumerable.Range(0, 103).Select(_ => caller.PostAsync($"/wallet/{from}/schedules", Body(to, "1", Later))));
        Assert.Equal(100, made.Count(reply => reply.Status == 201));
        Assert.All(made.Where(reply => reply.Status != 201), reply => reply.AssertProblem(422, "TOO_MANY_SCHEDULES"));

        var (ids, path) = (new List<string>(), $"/wallet/{from}/schedules?limit=40");
        for (var cursor = ""; cursor is not null;)
        {
            var page = (await caller.GetAsync(path + cursor)).Json;
            ids.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("scheduleId").GetString()!));
            cursor = page.GetProperty("nextCursor").GetString() is { } next ? "&cursor=" + next : null;
        }

        Assert.Equal(made.Where(reply => reply.Status == 201).Select(reply => Text(reply, "scheduleId")).Order(StringComparer.Ordinal), ids);
        var stranger = (await caller.GetAsync(path)).Json.GetProperty("nextCursor").GetString();
        (await caller.GetAsync($"/wallet/{to}/schedules?cursor={stranger}")).AssertProblem(400, "VALIDATION");
        foreach (var query in new[] { "limit=0", "limit=201", "limit=-1", "limit=1000000000", "cursor=forged", "page=2", "limit=1&limit=2" })
        {
            (await caller.GetAsync($"/wallet/{from}/schedules?{query}")).AssertProblem(400, "VALIDATION");
        }
    }

    private static string Body(Guid to, string amount, string startAt, string? more = null) =>
        $$"""{"toWalletId":"{{to}}","amount":{{amount}},"startAt":"{{startAt}}"{{(more is null ? "" : "," + more)}}}""";

    private static string Text(Reply reply, string member) => reply.Json.GetProperty(member).GetString()!;

    /// <summary>Waits until a schedule has been run by its job; its time must have come.</summary>
    private async Task AwaitRunAsync(ApiCaller caller, Reply created)
    {
        await api.Grains.GetGrain<IJobGrain>("schedule").WakeAsync();
        await caller.GetUntilAsync(created.Header("Location")!, schedule => schedule.TryGetProperty("lastRunAt", out _));
    }
}
