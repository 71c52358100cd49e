using System.Text.Json;
using WalletGrains.Api.Tests.Audit;
using WalletGrains.Simulators.Faults;
using Xunit;

namespace WalletGrains.Api.Tests.Bills;

/// <summary>Payments of bills as customers and operators see them.</summary>
[Collection(BillerTests.Name)]
public sealed class BillTests(BillerFixture billers)
{
    private const string Meter = "45021234567";

    private ApiFixture Api => billers.Api;

    [Fact]
    public async Task Billers_are_listed_with_what_they_take()
    {
        var listed = (await Api.Customer().GetAsync("/bills/billers")).Json.EnumerateArray().ToList();
        var electricity = listed.Single(biller => biller.GetProperty("code").GetString() == "electricity");
        Assert.Equal(
            ["code", "name", "currency", "referenceLabel", "referencePattern", "referenceExample", "minAmount", "maxAmount", "nameEnquiry"],
            electricity.EnumerateObject().Select(member => member.Name));
        Assert.Equal(
            ("Lagoon Electricity", "NGN", "500", "500000", true),
            (electricity.GetProperty("name").GetString(), electricity.GetProperty("currency").GetString(), electricity.GetProperty("minAmount").GetRawText(),
                electricity.GetProperty("maxAmount").GetRawText(), electricity.GetProperty("nameEnquiry").GetBoolean()));
        Assert.Matches(electricity.GetProperty("referencePattern").GetString()!, electricity.GetProperty("referenceExample").GetString());
    }

    [Fact]
    public async Task A_bill_is_paid_and_everybody_is_shown_what_is_theirs()
    {
        await using var jobs = await billers.BeginAsync();
        var (ada, other) = (Api.Customer(), Api.Customer());
        var wallet = await ada.OpenWalletAsync(10_000);
        var taken = await ada.PostAsync("/bills/pay", Body(wallet, "electricity", Meter, "2500.50", "one"));
        var paymentId = taken.Json.GetProperty("paymentId").GetGuid();
        Assert.Equal((202, $$"""{"paymentId":"{{paymentId}}","status":"PENDING"}""", $"/bills/{paymentId}"), (taken.Status, taken.Text, taken.Header("Location")));
        await EndAsync(jobs, paymentId, "COMPLETED");

        var shown = await ada.GetAsync($"/bills/{paymentId}");
        Assert.Equal(
            ["paymentId", "walletId", "billerCode", "customerReference", "amount", "currency", "status", "createdAt", "updatedAt", "history", "customerName", "billerReference", "token"],
            shown.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("COMPLETED", "2500.5"), (shown.Json.GetProperty("status").GetString(), shown.Json.GetProperty("amount").GetRawText()));
        Assert.Equal(["PENDING", "PROCESSING", "PROCESSING", "COMPLETED"], Steps(shown));
        Assert.All(shown.Json.GetProperty("history").EnumerateArray(), step => Assert.Matches(ApiCaller.TimePattern, step.GetProperty("at").GetString()));
        Assert.Equal(2_500.5m, (await billers.BookedAsync("electricity", paymentId))!.Amount);

        var history = (await ada.GetAsync($"/wallet/{wallet}/history")).Json.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(["BILL_PAYMENT", "HOLD", "FUND"], history.Select(item => item.GetProperty("type").GetString()));
        Assert.Equal(7_499.5m, (await ada.ReadWalletAsync(wallet)).Balance);
        Assert.Single((await ada.GetAsync($"/wallet/{wallet}/history?type=BILL_PAYMENT")).Json.GetProperty("items").EnumerateArray());

        // A repeat is answered as at the first time, whatever has become of it.
        var again = await ada.PostAsync("/bills/pay", Body(wallet, "electricity", Meter, "2500.50", "one"));
        Assert.Equal((202, taken.Text, "true"), (again.Status, again.Text, again.Header("Idempotent-Replay")));
        (await ada.PostAsync("/bills/pay", Body(wallet, "electricity", Meter, "2501", "one"))).AssertProblem(422, "REQUEST_ID_REUSED");

        (await other.GetAsync($"/bills/{paymentId}")).AssertProblem(404, "NOT_FOUND");
        Assert.Equal(shown.Text, (await Api.Operator().GetAsync($"/bills/{paymentId}")).Text);
        Assert.Equal(shown.Text, (await Api.Service().GetAsync($"/bills/{paymentId}")).Text);
        Assert.Equal([paymentId], await ListAsync(ada, ""));
        Assert.Empty(await ListAsync(other, ""));
        Assert.Equal([paymentId], await ListAsync(Api.Operator(), $"?walletId={wallet}"));
        Assert.Equal([paymentId], await ListAsync(Api.Operator(), $"?walletId={wallet}&status=COMPLETED"));
        Assert.Empty(await ListAsync(ada, "?status=REVERSED"));
        (await other.PostAsync("/bills/pay", Body(wallet, "electricity", Meter, "2500"))).AssertProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task A_bill_that_the_biller_declines_comes_back_with_its_reason()
    {
        await using var jobs = await billers.BeginAsync();
        var ada = Api.Customer();
        var wallet = await ada.OpenWalletAsync(10_000);
        var paymentId = await PayAsync(ada, wallet, "electricity", "45021234999", "2500");
        await EndAsync(jobs, paymentId, "REVERSED");

        var shown = await ada.GetAsync($"/bills/{paymentId}");
        Assert.Equal(["PENDING", "PROCESSING", "REVERSING", "REVERSED"], Steps(shown));
        Assert.Equal("DECLINED", shown.Json.GetProperty("failureCode").GetString());
        Assert.False(shown.Json.TryGetProperty("token", out _));
        Assert.Equal((10_000m, 3), await ada.ReadWalletAsync(wallet));
        var newest = (await ada.GetAsync($"/wallet/{wallet}/history?limit=1")).Json.GetProperty("items")[0];
        Assert.Equal(
            ("BILL_REVERSAL", "electricity 45021234999", 10_000m),
            (newest.GetProperty("type").GetString(), newest.GetProperty("description").GetString(), newest.GetProperty("balanceAfter").GetDecimal()));
    }

    [Fact]
    public async Task A_bill_that_the_wallet_refuses_names_the_payment_that_failed()
    {
        await using var jobs = await billers.BeginAsync();
        var ada = Api.Customer();
        var wallet = await ada.OpenWalletAsync(600);
        var refused = (await ada.PostAsync("/bills/pay", Body(wallet, "electricity", Meter, "601", "one"))).AssertProblem(400, "INSUFFICIENT_FUNDS");
        var paymentId = refused.Json.GetProperty("paymentId").GetGuid();
        Assert.Equal("FAILED", (await ada.GetAsync($"/bills/{paymentId}")).Json.GetProperty("status").GetString());
        var again = (await ada.PostAsync("/bills/pay", Body(wallet, "electricity", Meter, "601", "one"))).AssertProblem(400, "INSUFFICIENT_FUNDS");
        Assert.Equal((paymentId, "true"), (again.Json.GetProperty("paymentId").GetGuid(), again.Header("Idempotent-Replay")));

        await Api.Operator().PostAsync($"/wallet/{wallet}/freeze", "{}");
        (await ada.PostAsync("/bills/pay", Body(wallet, "electricity", Meter, "600"))).AssertProblem(422, "WALLET_FROZEN");
    }

    [Theory]
    [InlineData("electricity", "12345", "2500", 400, "VALIDATION", "customerReference")]
    [InlineData("electricity", "45021234567 or 1", "2500", 400, "VALIDATION", "customerReference")]
    [InlineData("electricity", Meter, "499.99", 400, "VALIDATION", "amount")]
    [InlineData("electricity", Meter, "500001", 400, "VALIDATION", "amount")]
    [InlineData("electricity", Meter, "0", 400, "VALIDATION", "amount")]
    [InlineData("electricity", Meter, "500.001", 400, "VALIDATION", "amount")]
    [InlineData("electricity", "", "2500", 400, "VALIDATION", "customerReference")]
    [InlineData("", Meter, "2500", 400, "VALIDATION", "billerCode")]
    [InlineData("gas", Meter, "2500", 422, "UNKNOWN_BILLER", null)]
    public async Task What_a_biller_does_not_take_is_refused_and_uses_no_request_id_up(
        string biller, string customer, string amount, int status, string code, string? field)
    {
        await using var jobs = await billers.BeginAsync();
        var ada = Api.Customer();
        var wallet = await ada.OpenWalletAsync(10_000);
        var refused = (await ada.PostAsync("/bills/pay", Body(wallet, biller, customer, amount, "one"))).AssertProblem(status, code);
        Assert.Equal(field is null ? [] : [field], refused.Json.TryGetProperty("errors", out var errors) ? errors.EnumerateObject().Select(member => member.Name) : []);
        Assert.Empty(await ListAsync(ada, ""));
        Assert.Equal((10_000m, 1), await ada.ReadWalletAsync(wallet));
        Assert.Equal(202, (await ada.PostAsync("/bills/pay", Body(wallet, "electricity", Meter, "2500", "one"))).Status);
    }

    [Fact]
    public async Task A_refusal_tells_what_the_biller_takes()
    {
        var ada = Api.Customer();
        var wallet = await ada.OpenWalletAsync(10_000);
        var reference = await ada.PostAsync("/bills/pay", Body(wallet, "electricity", "12345", "2500"));
        Assert.Equal("customerReference is no Meter number of Lagoon Electricity; an example is 45021234567.", reference.Json.GetProperty("detail").GetString());
        var amount = await ada.PostAsync("/bills/pay", Body(wallet, "electricity", Meter, "499.99"));
        Assert.Equal("Lagoon Electricity takes from 500.00 NGN to 500000.00 NGN.", amount.Json.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_wallet_of_another_currency_pays_no_biller()
    {
        var ada = Api.Customer();
        var wallet = await ada.OpenWalletAsync(10_000, "USD");
        (await ada.PostAsync("/bills/pay", Body(wallet, "electricity", Meter, "2500"))).AssertProblem(422, "CURRENCY_MISMATCH");
    }

    [Fact]
    public async Task Payments_are_listed_page_by_page_and_cursors_belong_to_their_list()
    {
        await using var jobs = await billers.BeginAsync();
        var ada = Api.Customer();
        var wallet = await ada.OpenWalletAsync(10_000);
        var made = new List<Guid>();
        for (var i = 0; i < 3; i++)
        {
            made.Add(await PayAsync(ada, wallet, "airtime", "08031234567", "50"));
        }

        Guid[] newestFirst = [.. made.OrderDescending()];
        var first = (await ada.GetAsync("/bills?limit=2")).Json;
        var cursor = first.GetProperty("nextCursor").GetString();
        Assert.Equal(newestFirst[..2], Ids(first));
        var second = (await ada.GetAsync($"/bills?limit=2&cursor={cursor}")).Json;
        Assert.Equal(newestFirst[2..], Ids(second));
        Assert.Equal("null", second.GetProperty("nextCursor").GetRawText());

        foreach (var query in new[] { $"cursor={cursor}&status=PENDING", "cursor=AAAA", "status=LOST", "walletId=1", "limit=0", "customer=1" })
        {
            (await ada.GetAsync($"/bills?{query}")).AssertProblem(400, "VALIDATION");
        }

        (await Api.Operator().GetAsync($"/bills?cursor={cursor}")).AssertProblem(400, "VALIDATION");
    }

    [Theory]
    [InlineData("COMPLETED", "COMPLETED", 7_500)]
    [InlineData("FAILED", "REVERSED", 10_000)]
    public async Task An_operator_settles_what_the_biller_does_not_say(string outcome, string end, decimal balance)
    {
        await using var jobs = await billers.BeginAsync();
        await billers.Admin.SetFaultsAsync(new FaultRule("electricity.pay", FaultKind.ErrorBefore), new FaultRule("electricity.status", FaultKind.ErrorBefore));
        var (ada, op) = (Api.Customer(), Api.Operator());
        var wallet = await ada.OpenWalletAsync(10_000);
        var paymentId = await PayAsync(ada, wallet, BillerFixture.Failing, Meter, "2500");
        await EndAsync(jobs, paymentId, "UNKNOWN");
        Assert.Equal(7_500m, (await ada.GetAsync($"/wallet/{wallet}")).Json.GetProperty("available").GetDecimal());

        (await op.PostAsync($"/ops/bills/{paymentId}/settle", """{"outcome":"REVERSED","reason":"words"}""")).AssertProblem(400, "VALIDATION");
        (await op.PostAsync($"/ops/bills/{paymentId}/settle", $$"""{"outcome":"{{outcome}}"}""")).AssertProblem(400, "VALIDATION");
        (await op.PostAsync($"/ops/bills/{Guid.CreateVersion7()}/settle", $$"""{"outcome":"{{outcome}}","reason":"words"}""")).AssertProblem(404, "NOT_FOUND");
        var settled = await op.PostAsync($"/ops/bills/{paymentId}/settle", $$"""{"outcome":"{{outcome}}","reason":"the biller's statement"}""");
        Assert.Equal((200, "the biller's statement", op.UserId), (settled.Status, settled.Json.GetProperty("settledBecause").GetString(), settled.Json.GetProperty("settledBy").GetGuid()));
        await EndAsync(jobs, paymentId, end);

        Assert.Equal(balance, (await ada.ReadWalletAsync(wallet)).Balance);
        var shown = (await ada.GetAsync($"/bills/{paymentId}")).Json;
        Assert.False(shown.TryGetProperty("settledBecause", out _) || shown.TryGetProperty("settledBy", out _));
        var other = outcome is "FAILED" ? "COMPLETED" : "FAILED";
        (await op.PostAsync($"/ops/bills/{paymentId}/settle", $$"""{"outcome":"{{other}}","reason":"no"}""")).AssertProblem(422, "NOT_OPEN_TO_SETTLEMENT");
        var kept = (await Api.FindAuditedAsync(settled)).GetProperty("made");
        Assert.Equal(("BILL", paymentId), (kept.GetProperty("kind").GetString(), kept.GetProperty("id").GetGuid()));
    }

    [Fact]
    public async Task An_operator_has_a_payment_tried_again()
    {
        await using var jobs = await billers.BeginAsync();
        await billers.Admin.SetFaultsAsync(new FaultRule("electricity.pay", FaultKind.ErrorBefore), new FaultRule("electricity.status", FaultKind.ErrorBefore));
        var (ada, op) = (Api.Customer(), Api.Operator());
        var wallet = await ada.OpenWalletAsync(10_000);
        var paymentId = await PayAsync(ada, wallet, BillerFixture.Failing, Meter, "2500");
        await EndAsync(jobs, paymentId, "UNKNOWN");
        await Api.ExecuteAsync($"update jobs set state = 5, last_error = 'given up', lease_token = null where kind = 'bill-status' and key = '{paymentId}'");
        await billers.Admin.SetFaultsAsync();

        (await op.PostAsync($"/ops/bills/{Guid.CreateVersion7()}/retry", "")).AssertProblem(404, "NOT_FOUND");
        Assert.Equal("UNKNOWN", (await op.PostAsync($"/ops/bills/{paymentId}/retry", "")).Json.GetProperty("status").GetString());
        await EndAsync(jobs, paymentId, "COMPLETED");
        Assert.Equal("COMPLETED", (await op.PostAsync($"/ops/bills/{paymentId}/retry", "")).Json.GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_dead_letter_that_a_payment_waits_for_is_not_discarded_but_retried()
    {
        await using var jobs = await billers.BeginAsync();
        await billers.Admin.SetFaultsAsync(new FaultRule("electricity.pay", FaultKind.ErrorAfter), new FaultRule("electricity.status", FaultKind.ErrorBefore));
        var (ada, op) = (Api.Customer(), Api.Operator());
        var wallet = await ada.OpenWalletAsync(10_000);
        var paymentId = await PayAsync(ada, wallet, BillerFixture.Failing, Meter, "2500");
        await EndAsync(jobs, paymentId, "UNKNOWN");
        await Api.ExecuteAsync($"update jobs set state = 4, last_error = 'given up', lease_token = null where kind = 'bill-status' and key = '{paymentId}'");
        var letter = (await op.GetAsync("/ops/dead-letters?kind=bill-status")).Json.GetProperty("items").EnumerateArray()
            .Single(job => job.GetProperty("key").GetString() == $"{paymentId}").GetProperty("jobId").GetGuid();

        (await op.PostAsync($"/ops/dead-letters/{letter}/discard", "")).AssertProblem(409, "PAYMENT_WAITS");
        Assert.Equal("DEAD", (await op.GetAsync($"/ops/jobs/{letter}")).Json.GetProperty("status").GetString());
        Assert.Equal((10_000m, 2_500m), await MoneyAsync());

        await billers.Admin.SetFaultsAsync();
        Assert.Equal(200, (await op.PostAsync($"/ops/dead-letters/{letter}/retry", "")).Status);
        await EndAsync(jobs, paymentId, "COMPLETED");
        Assert.Equal((7_500m, 0m), await MoneyAsync());

        async Task<(decimal Balance, decimal Held)> MoneyAsync() =>
            (await ada.GetAsync($"/wallet/{wallet}")).Json is var money ? (money.GetProperty("balance").GetDecimal(), money.GetProperty("held").GetDecimal()) : default;
    }

    private static string Body(Guid wallet, string biller, string customer, string amount, string? requestId = null) =>
        $$"""{"walletId":"{{wallet}}","billerCode":"{{biller}}","customerReference":"{{customer}}","amount":{{amount}}{{(requestId is null ? "" : $",\"requestId\":\"{requestId}\"")}}}""";

    internal static async Task<Guid> PayAsync(ApiCaller caller, Guid wallet, string biller, string customer, string amount)
    {
        var taken = await caller.PostAsync("/bills/pay", Body(wallet, biller, customer, amount));
        Assert.True(taken.Status == 202, taken.Text);
        return taken.Json.GetProperty("paymentId").GetGuid();
    }

    internal static IEnumerable<string?> Steps(Reply shown) => shown.Json.GetProperty("history").EnumerateArray().Select(step => step.GetProperty("status").GetString());

    private static async Task<IEnumerable<Guid>> ListAsync(ApiCaller caller, string query) => Ids((await caller.GetAsync("/bills" + query)).Json);

    private static IEnumerable<Guid> Ids(JsonElement page) => page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("paymentId").GetGuid());

    /// <summary>Waits until a payment has come so far; its states are numbered as they are stored.</summary>
    internal static Task EndAsync(JobWatch jobs, Guid paymentId, string status) => jobs.UntilAsync(
        "select state = $2 from bills where payment_id = $1", paymentId, status switch { "UNKNOWN" => 3, "COMPLETED" => 5, "REVERSED" => 7, _ => throw new ArgumentException(status, nameof(status)) });
}
