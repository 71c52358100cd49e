using Xunit;

namespace WalletGrains.Api.Tests.Statistics;

[Collection(ApiTests.Name)]
public sealed class StatisticsTests(ApiFixture api)
{
    [Fact]
    public async Task The_statistics_of_a_wallet_follow_its_transactions()
    {
        var owner = api.Customer();
        var (from, to) = (await owner.OpenWalletAsync(100.5m), await owner.OpenWalletAsync());
        Assert.Equal(
            """{"totalDeposited":0,"totalWithdrawn":0,"totalTransferredIn":0,"totalTransferredOut":0,"transactionCount":0}""",
            (await owner.GetAsync($"/wallet/{to}/stats")).Text);
        Assert.Equal(200, (await owner.PostAsync($"/wallet/{from}/withdraw", """{"amount":10.25}""")).Status);
        await owner.TransferAsync(from, to, 20);

        var sent = await StatisticsAsync(owner, from, count: 3);
        Assert.StartsWith(
            """{"totalDeposited":100.5,"totalWithdrawn":10.25,"totalTransferredIn":0,"totalTransferredOut":20,"transactionCount":3,"lastActivityAt":""",
            sent.Text, StringComparison.Ordinal);
        Assert.Matches(ApiCaller.TimePattern, sent.Json.GetProperty("lastActivityAt").GetString());
        Assert.StartsWith(
            """{"totalDeposited":0,"totalWithdrawn":0,"totalTransferredIn":20,"totalTransferredOut":0,"transactionCount":1,""",
            (await StatisticsAsync(owner, to, count: 1)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_happens_after_somebody_has_asked_is_counted_too()
    {
        var owner = api.Customer();
        var walletId = await owner.OpenWalletAsync(1);
        for (var count = 1; count < 5; count++)
        {
            await StatisticsAsync(owner, walletId, count);
            Assert.Equal(200, (await owner.PostAsync($"/wallet/{walletId}/deposit", """{"amount":1}""")).Status);
        }

        Assert.Equal("5", (await StatisticsAsync(owner, walletId, count: 5)).Json.GetProperty("totalDeposited").GetRawText());
    }

    [Fact]
    public async Task Statistics_are_for_those_who_may_read_the_wallet()
    {
        var path = $"/wallet/{await api.Customer().OpenWalletAsync(1)}/stats";
        (await api.Customer().GetAsync(path)).AssertProblem(404, "NOT_FOUND");
        (await api.Anonymous().GetAsync(path)).AssertProblem(401, "UNAUTHENTICATED");
        Assert.Equal(200, (await api.Service().GetAsync(path)).Status);
        Assert.Equal(200, (await api.Operator().GetAsync(path)).Status);
        (await api.Operator().GetAsync($"/wallet/{Guid.NewGuid()}/stats")).AssertProblem(404, "NOT_FOUND");
        (await api.Operator().GetAsync("/wallet/none/stats")).AssertProblem(400, "VALIDATION");
        (await api.Operator().GetAsync(path + "?from=2026-01-01")).AssertProblem(400, "VALIDATION");
    }

    [Fact]
    public async Task Counting_again_finds_what_was_counted_and_puts_right_what_is_not()
    {
        var owner = api.Customer();
        var walletId = await owner.OpenWalletAsync(70);
        await StatisticsAsync(owner, walletId, count: 1);
        Assert.Equal(200, (await api.Operator().PostAsync("/ops/statistics/rebuild", "")).Status);
        await api.ExecuteAsync($"update wallet_statistics set deposited_minor = 1 where wallet_id = '{walletId}'");

        var rebuilt = await api.Operator().PostAsync("/ops/statistics/rebuild", "");
        Assert.True(rebuilt.Json.GetProperty("corrected").GetInt64() >= 1, rebuilt.Text);
        Assert.Equal("70", (await owner.GetAsync($"/wallet/{walletId}/stats")).Json.GetProperty("totalDeposited").GetRawText());
        (await owner.PostAsync("/ops/statistics/rebuild", "")).AssertProblem(403, "FORBIDDEN");
        (await api.Operator().PostAsync("/ops/statistics/rebuild?full=1", "")).AssertProblem(400, "VALIDATION");
    }

    /// <summary>The statistics, once they count so many transactions.</summary>
    private static Task<Reply> StatisticsAsync(ApiCaller owner, Guid walletId, long count) =>
        owner.GetUntilAsync($"/wallet/{walletId}/stats", statistics => statistics.GetProperty("transactionCount").GetInt64() >= count);
}
