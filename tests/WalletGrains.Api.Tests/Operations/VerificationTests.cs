using Xunit;

namespace WalletGrains.Api.Tests.Operations;

[Collection(ApiTests.Name)]
public sealed class VerificationTests(ApiFixture api)
{
    [Fact]
    public async Task An_operator_verifies_a_wallet()
    {
        var walletId = await api.Customer().OpenWalletAsync(5);
        var reply = await api.Operator().GetAsync($"/ops/verify/{walletId}");
        Assert.Equal(200, reply.Status);
        Assert.Equal($$"""{"walletId":"{{walletId}}","valid":true,"entries":1}""", reply.Text);
        (await api.Operator().GetAsync($"/ops/verify/{Guid.CreateVersion7()}")).AssertProblem(404, "NOT_FOUND");
        (await api.Operator().GetAsync("/ops/verify/x")).AssertProblem(400, "VALIDATION");
    }

    [Fact]
    public async Task The_result_of_a_verification_of_all_wallets_is_kept()
    {
        await api.Customer().OpenWalletAsync(5);
        var ran = await api.Operator().PostAsync("/ops/verify", "");
        Assert.True(ran.Status == 200, ran.Text);
        Assert.True(ran.Json.GetProperty("ok").GetBoolean(), ran.Text);
        Assert.True(ran.Json.GetProperty("entriesChecked").GetInt64() > 0);
        Assert.Matches(ApiCaller.TimePattern, ran.Json.GetProperty("ranAt").GetString());

        var kept = await api.Operator().GetAsync("/ops/verify");
        Assert.Equal(200, kept.Status);
        Assert.True(kept.Json.GetProperty("ranAt").GetDateTimeOffset() >= ran.Json.GetProperty("ranAt").GetDateTimeOffset());
    }

    [Fact]
    public async Task Nobody_but_operators_sees_the_books()
    {
        foreach (var caller in new[] { api.Customer(), api.Service() })
        {
            (await caller.GetAsync($"/ops/verify/{Guid.CreateVersion7()}")).AssertProblem(403, "FORBIDDEN");
            (await caller.GetAsync("/ops/verify")).AssertProblem(403, "FORBIDDEN");
            (await caller.PostAsync("/ops/verify", "")).AssertProblem(403, "FORBIDDEN");
        }

        (await api.Anonymous().GetAsync("/ops/verify")).AssertProblem(401, "UNAUTHENTICATED");
    }
}
