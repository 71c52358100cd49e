using Xunit;

namespace WalletGrains.Api.Tests;

/// <summary>The host as it is in Production, where customers do not fund themselves.</summary>
public sealed class ProductionTests : IAsyncLifetime
{
    private readonly ApiFixture _api = new();

    public async ValueTask InitializeAsync() => await _api.StartAsync("Production", proxied: null, "--Cors:Origins=https://app.example.com");

    public async ValueTask DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task Only_services_and_operators_pay_money_in()
    {
        var customer = _api.Customer();
        var walletId = await customer.OpenWalletAsync();
        var fund = $$"""{"amount":1,"wallet_id":"{{walletId}}"}""";
        (await customer.PostAsync($"/wallet/{walletId}/deposit", """{"amount":1}""")).AssertProblem(403, "FORBIDDEN");
        (await customer.PostAsync("/wallets/fund", fund)).AssertProblem(403, "FORBIDDEN");
        (await customer.PostAsync($"/wallet/{Guid.CreateVersion7()}/deposit", """{"amount":1}""")).AssertProblem(403, "FORBIDDEN");

        foreach (var caller in new[] { _api.Service(), _api.Operator() })
        {
            Assert.Equal(200, (await caller.PostAsync($"/wallet/{walletId}/deposit", """{"amount":1}""")).Status);
            Assert.Equal(201, (await caller.PostAsync("/wallets/fund", fund)).Status);
        }

        Assert.Equal(200, (await customer.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":4}""")).Status);
    }

    [Fact]
    public async Task Only_pages_of_the_configured_origins_may_call()
    {
        var reply = await _api.Customer().GetAsync("/wallets", ("Origin", "https://app.example.com"));
        Assert.Equal("https://app.example.com", reply.Header("Access-Control-Allow-Origin"));
        Assert.Equal("true", reply.Header("Access-Control-Allow-Credentials"));
        Assert.Null((await _api.Customer().GetAsync("/wallets", ("Origin", "https://other.example.com"))).Header("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Without_a_secret_no_report_of_the_bank_is_taken_and_the_log_says_why()
    {
        var refused = await _api.Anonymous().PostAsync("/api/v1/webhooks/globus", "{}", ("x-globus-signature", new string('0', 64)));
        refused.AssertProblem(503, "UNAVAILABLE");
        Assert.Equal("2", refused.Header("Retry-After"));
        Assert.Contains("GLOBUS_WEBHOOK_SECRET", await _api.ReadLogAsync(), StringComparison.Ordinal);
        Assert.Contains("no GLOBUS_CLIENT_ID", await _api.ReadWorkerLogAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_key_nothing_is_signed_and_nothing_pretends_to_be()
    {
        var walletId = await _api.Operator().OpenWalletAsync(1);
        (await _api.Anonymous().GetAsync("/signing-key")).AssertProblem(404, "NOT_FOUND");
        (await _api.Operator().PostAsync("/ops/checkpoints", "")).AssertProblem(404, "NOT_FOUND");
        var id = (await _api.Operator().GetAsync($"/wallet/{walletId}/history")).Json.GetProperty("items")[0].GetProperty("id").GetString();
        var receipt = await _api.Operator().GetAsync($"/transactions/{id}/receipt");
        Assert.Equal(200, receipt.Status);
        Assert.False(receipt.Json.TryGetProperty("signature", out _));
    }
}
