using System.Text.Json;
using Xunit;

namespace WalletGrains.Api.Tests.Fraud;

[Collection(ApiTests.Name)]
public sealed class FraudAlertTests(ApiFixture api)
{
    [Fact]
    public async Task Three_withdrawals_within_a_minute_are_an_alert_with_its_evidence_that_an_operator_resolves()
    {
        var (owner, staff) = (api.Customer(), api.Operator());
        var walletId = await owner.OpenWalletAsync(100);
        foreach (var amount in new[] { "1.5", "2", "3" })
        {
            Assert.Equal(200, (await owner.PostAsync($"/wallet/{walletId}/withdraw", $$"""{"amount":{{amount}}}""")).Status);
        }

        var alert = await AlertAsync(staff, $"/ops/fraud-alerts?status=OPEN&walletId={walletId}");
        Assert.Equal(
            ("FREQUENCY", "FLAG", "OPEN", "NGN"),
            (alert.GetProperty("rule").GetString(), alert.GetProperty("action").GetString(), alert.GetProperty("status").GetString(), alert.GetProperty("currency").GetString()));
        Assert.Equal(["1.5", "2", "3"], alert.GetProperty("evidence").EnumerateArray().Select(entry => entry.GetProperty("amount").GetRawText()));
        var transactionId = alert.GetProperty("evidence")[0].GetProperty("transactionId").GetGuid();
        Assert.Equal(200, (await owner.GetAsync($"/transactions/{transactionId}")).Status);

        var path = $"/ops/fraud-alerts/{alert.GetProperty("alertId").GetGuid()}/resolve";
        (await owner.PostAsync(path, "{}")).AssertProblem(403, "FORBIDDEN");
        (await staff.PostAsync(path, """{"note":5}""")).AssertProblem(400, "VALIDATION");
        var resolved = await staff.PostAsync(path, """{"note":"known"}""");
        Assert.Equal((200, "RESOLVED", "known"), (resolved.Status, resolved.Json.GetProperty("status").GetString(), resolved.Json.GetProperty("note").GetString()));
        Assert.Equal(staff.UserId, resolved.Json.GetProperty("resolvedBy").GetGuid());
        Assert.Equal(resolved.Text, (await api.Operator().PostAsync(path, "")).Text);
        Assert.Empty((await staff.GetAsync($"/ops/fraud-alerts?status=OPEN&walletId={walletId}")).Json.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task The_list_goes_page_by_page_and_its_cursors_are_its_own()
    {
        var (owner, staff) = (api.Customer(), api.Operator());
        for (var i = 0; i < 3; i++)
        {
            var walletId = await owner.OpenWalletAsync(20_000);
            Assert.Equal(200, (await owner.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":10000}""")).Status);
            Assert.Equal("LARGE_AMOUNT", (await AlertAsync(staff, $"/ops/fraud-alerts?walletId={walletId}")).GetProperty("rule").GetString());
        }

        var first = await staff.GetAsync("/ops/fraud-alerts?limit=2&status=OPEN");
        var cursor = first.Json.GetProperty("nextCursor").GetString();
        var second = await staff.GetAsync($"/ops/fraud-alerts?limit=2&status=OPEN&cursor={cursor}");
        var ids = first.Json.GetProperty("items").EnumerateArray().Concat(second.Json.GetProperty("items").EnumerateArray())
            .Select(alert => alert.GetProperty("alertId").GetString()!).ToList();
        Assert.True(ids.Count >= 3);
        Assert.Equal(ids.OrderDescending(StringComparer.Ordinal), ids);
        (await staff.GetAsync($"/ops/fraud-alerts?cursor={cursor}")).AssertProblem(400, "VALIDATION");
        foreach (var query in new[] { "status=open", "walletId=none", "limit=0", "cursor=x", "rule=FREQUENCY" })
        {
            (await staff.GetAsync($"/ops/fraud-alerts?{query}")).AssertProblem(400, "VALIDATION");
        }
    }

    [Fact]
    public async Task Nobody_but_operators_sees_alerts()
    {
        (await api.Customer().GetAsync("/ops/fraud-alerts")).AssertProblem(403, "FORBIDDEN");
        (await api.Service().GetAsync("/ops/fraud-alerts")).AssertProblem(403, "FORBIDDEN");
        (await api.Anonymous().GetAsync("/ops/fraud-alerts")).AssertProblem(401, "UNAUTHENTICATED");
        (await api.Operator().PostAsync($"/ops/fraud-alerts/{Guid.NewGuid()}/resolve", "{}")).AssertProblem(404, "NOT_FOUND");
        (await api.Operator().PostAsync("/ops/fraud-alerts/none/resolve", "{}")).AssertProblem(400, "VALIDATION");
    }

    /// <summary>The first alert of a list, once there is one.</summary>
    private static async Task<JsonElement> AlertAsync(ApiCaller staff, string path) =>
        (await staff.GetUntilAsync(path, list => list.GetProperty("items").GetArrayLength() > 0)).Json.GetProperty("items")[0];
}
