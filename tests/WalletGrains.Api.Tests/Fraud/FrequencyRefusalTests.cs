using Xunit;

namespace WalletGrains.Api.Tests.Fraud;

/// <summary>A host whose wallets refuse what leaves too often.</summary>
public sealed class FrequencyRefusalTests(FrequencyRefusalTests.RefusingApi host) : IClassFixture<FrequencyRefusalTests.RefusingApi>
{
    [Fact]
    public async Task The_third_withdrawal_of_a_minute_is_refused_like_one_over_a_limit_and_raises_no_alert()
    {
        var (owner, staff) = (host.Api.Customer(), host.Api.Operator());
        var (walletId, other) = (await owner.OpenWalletAsync(100), await owner.OpenWalletAsync());
        Assert.Equal(200, (await owner.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":1,"requestId":"one"}""")).Status);
        Assert.Equal(200, (await owner.PostAsync($"/wallet/{walletId}/transfer", $$"""{"toWalletId":"{{other}}","amount":1}""")).Status);

        var body = """{"amount":1,"requestId":"three"}""";
        (await owner.PostAsync($"/wallet/{walletId}/withdraw", body)).AssertProblem(422, "LIMIT_EXCEEDED");
        var again = await owner.PostAsync($"/wallet/{walletId}/withdraw", body);
        again.AssertProblem(422, "LIMIT_EXCEEDED");
        Assert.Equal("true", again.Header("Idempotent-Replay"));
        Assert.Equal(200, (await owner.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":1,"requestId":"one"}""")).Status);

        var transfer = $$"""{"toWalletId":"{{other}}","amount":1,"requestId":"four"}""";
        (await owner.PostAsync($"/wallet/{walletId}/transfer", transfer)).AssertProblem(422, "LIMIT_EXCEEDED");
        var bulk = $$"""{"legs":[{"senderWalletId":"{{walletId}}","receiverWalletId":"{{other}}","amount":1}]}""";
        (await owner.PostAsync("/wallets/bulk", bulk)).AssertProblem(422, "LIMIT_EXCEEDED");
        Assert.Equal("98", (await owner.GetAsync($"/wallet/{walletId}")).Json.GetProperty("balance").GetRawText());
        Assert.Empty((await staff.GetAsync($"/ops/fraud-alerts?walletId={walletId}")).Json.GetProperty("items").EnumerateArray());
    }

    /// <summary>The host.</summary>
    public sealed class RefusingApi : IAsyncLifetime
    {
        internal ApiFixture Api { get; } = new();

        public async ValueTask InitializeAsync() => await Api.StartAsync("Development", proxied: null, "--Fraud:Frequency:Action=refuse");

        public ValueTask DisposeAsync() => Api.DisposeAsync();
    }
}
