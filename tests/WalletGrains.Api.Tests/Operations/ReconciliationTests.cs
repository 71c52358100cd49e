using System.Text.Json;
using Xunit;

namespace WalletGrains.Api.Tests.Operations;

[Collection(ApiTests.Name)]
public sealed class ReconciliationTests(ApiFixture api)
{
    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"full":true}""")]
    public async Task An_operator_reconciles_the_books_and_the_result_is_kept(string body)
    {
        await api.Customer().OpenWalletAsync(5);
        var ran = await api.Operator().PostAsync("/ops/reconciliation/run", body);
        Assert.True(ran.Status == 200, ran.Text);
        Assert.True(ran.Json.GetProperty("ok").GetBoolean(), ran.Text);
        Assert.Equal(body.Length > 2, ran.Json.GetProperty("full").GetBoolean());
        Assert.True(ran.Json.GetProperty("entriesChecked").GetInt64() > 0, ran.Text);
        Assert.Equal(0, ran.Json.GetProperty("differences").GetArrayLength());
        Assert.Matches(ApiCaller.TimePattern, ran.Json.GetProperty("ranAt").GetString());

        var kept = await api.Operator().GetAsync("/ops/reconciliation");
        Assert.Equal(200, kept.Status);
        Assert.True(kept.Json.GetProperty("ranAt").GetDateTimeOffset() >= ran.Json.GetProperty("ranAt").GetDateTimeOffset());
    }

    [Fact]
    public async Task The_result_of_a_full_run_is_not_behind_those_that_follow_it()
    {
        var full = await api.Operator().PostAsync("/ops/reconciliation/run", """{"full":true}""");
        Assert.True(full.Status == 200, full.Text);
        Assert.Equal(200, (await api.Operator().PostAsync("/ops/reconciliation/run", "{}")).Status);

        var kept = await api.Operator().GetAsync("/ops/reconciliation?full=true");
        Assert.Equal((200, true), (kept.Status, kept.Json.GetProperty("full").GetBoolean()));
        Assert.True(kept.Json.GetProperty("ranAt").GetDateTimeOffset() >= full.Json.GetProperty("ranAt").GetDateTimeOffset());
        Assert.Equal(200, (await api.Operator().GetAsync("/ops/reconciliation?full=false")).Status);
    }

    [Theory]
    [InlineData("full=yes")]
    [InlineData("full=")]
    [InlineData("ful=true")]
    public async Task A_question_for_a_result_that_means_nothing_is_refused(string query) =>
        (await api.Operator().GetAsync($"/ops/reconciliation?{query}")).AssertProblem(400, "VALIDATION");

    [Fact]
    public async Task Nothing_need_not_say_of_which_type_it_is() =>
        Assert.Equal(200, (await api.Operator().SendAsync(HttpMethod.Post, "/ops/reconciliation/run", content: null)).Status);

    [Theory]
    [InlineData("""{"full":"yes"}""")]
    [InlineData("""{"Full":true}""")]
    [InlineData("[]")]
    [InlineData("null")]
    public async Task A_body_that_means_nothing_is_refused(string body) =>
        (await api.Operator().PostAsync("/ops/reconciliation/run", body)).AssertProblem(400, "VALIDATION");

    [Fact]
    public async Task What_is_neither_true_nor_false_is_named() => Assert.Equal(
        "full must be true or false.",
        (await api.Operator().PostAsync("/ops/reconciliation/run", """{"full":"yes"}""")).Json.GetProperty("errors").GetProperty("full")[0].GetString());

    [Fact]
    public async Task The_accounts_of_a_currency_are_up_to_date_and_sum_to_zero()
    {
        var caller = api.Customer();
        var before = await CashAsync("TND");
        var walletId = await caller.OpenWalletAsync(12.345m, "TND");
        Assert.Equal(before - 12.345m, await CashAsync("TND"));
        await caller.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":2.3}""");
        Assert.Equal(before - 10.045m, await CashAsync("TND"));
    }

    [Fact]
    public async Task Operators_list_transfers_by_how_far_they_have_come()
    {
        var caller = api.Customer();
        var (from, to) = (await caller.OpenWalletAsync(100), await caller.OpenWalletAsync());
        var made = new List<Guid>();
        for (var i = 0; i < 5; i++)
        {
            made.Add((await caller.PostAsync($"/wallet/{from}/transfer", $$"""{"amount":{{i + 1}},"toWalletId":"{{to}}"}""")).Json.GetProperty("transferId").GetGuid());
        }

        (await caller.PostAsync($"/wallet/{from}/transfer", $$"""{"amount":500,"toWalletId":"{{to}}"}""")).AssertProblem(400, "INSUFFICIENT_FUNDS");

        var listed = new List<JsonElement>();
        string? cursor = null;
        do
        {
            var page = await api.Operator().GetAsync($"/ops/transfers?status=COMPLETED&limit=2{(cursor is null ? "" : "&cursor=" + cursor)}");
            Assert.True(page.Status == 200, page.Text);
            listed.AddRange(page.Json.GetProperty("items").EnumerateArray());
            cursor = page.Json.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null && listed.Count < 200);

        Assert.All(listed, transfer => Assert.Equal("COMPLETED", transfer.GetProperty("status").GetString()));
        var mine = listed.Where(transfer => transfer.GetProperty("fromWalletId").GetGuid() == from).ToArray();
        Assert.Equal(made.AsEnumerable().Reverse(), mine.Select(transfer => transfer.GetProperty("transferId").GetGuid()));
        Assert.Equal(("5", "NGN"), (mine[0].GetProperty("amount").GetRawText(), mine[0].GetProperty("currency").GetString()));

        var failed = (await api.Operator().GetAsync("/ops/transfers?status=FAILED")).Json.GetProperty("items").EnumerateArray().First(transfer => transfer.GetProperty("fromWalletId").GetGuid() == from);
        Assert.Equal("INSUFFICIENT_FUNDS", failed.GetProperty("failureCode").GetString());
        Assert.Equal(failed.GetProperty("transferId").GetGuid(), (await api.Operator().GetAsync("/ops/transfers?limit=200")).Json.GetProperty("items")
            .EnumerateArray().First(transfer => transfer.GetProperty("fromWalletId").GetGuid() == from).GetProperty("transferId").GetGuid());
    }

    [Theory]
    [InlineData("status=completed")]
    [InlineData("status=INITIATED")]
    [InlineData("limit=0")]
    [InlineData("cursor=AAAA")]
    [InlineData("state=FAILED")]
    public async Task A_list_that_means_nothing_is_refused(string query) =>
        (await api.Operator().GetAsync($"/ops/transfers?{query}")).AssertProblem(400, "VALIDATION");

    [Fact]
    public async Task Nobody_but_operators_sees_the_books()
    {
        foreach (var path in new[] { "/ops/reconciliation", "/ops/trial-balance", "/ops/transfers" })
        {
            (await api.Customer().GetAsync(path)).AssertProblem(403, "FORBIDDEN");
            (await api.Service().GetAsync(path)).AssertProblem(403, "FORBIDDEN");
            (await api.Anonymous().GetAsync(path)).AssertProblem(401, "UNAUTHENTICATED");
        }

        (await api.Customer().PostAsync("/ops/reconciliation/run", "{}")).AssertProblem(403, "FORBIDDEN");
    }

    /// <summary>What cash stands at. Nobody else uses the currency, so that other tests do not move it.</summary>
    private async Task<decimal> CashAsync(string currency)
    {
        var reply = await api.Operator().GetAsync("/ops/trial-balance");
        Assert.True(reply.Status == 200, reply.Text);
        Assert.All(reply.Json.EnumerateArray(), line => Assert.Equal("0", line.GetProperty("sum").GetRawText()));
        return reply.Json.EnumerateArray()
            .Where(line => line.GetProperty("currency").GetString() == currency)
            .SelectMany(line => line.GetProperty("accounts").EnumerateArray())
            .Where(account => account.GetProperty("account").GetString() == "external:cash")
            .Select(account => account.GetProperty("balance").GetDecimal())
            .FirstOrDefault();
    }
}
