using WalletGrains.Simulators.T24;
using Xunit;

namespace WalletGrains.Simulators.Tests;

public sealed class CoreBankingTests
{
    [Fact]
    public async Task Balances_are_shown_with_all_their_decimals_and_without_what_is_locked()
    {
        await using var simulators = await TestSimulators.StartAsync();
        await simulators.Admin.SetCoreAccountsAsync(new CoreAccount("1001", 9007199254740993.01m) { ClearedBalance = 5.50m, LockedAmount = 0.02m });
        var reply = (await simulators.BalancesAsync("1001")).Assert(200);
        Assert.EndsWith(
            """:[{"accountId":"1001","currency":"MWK","availableBalance":9007199254740992.99,"workingBalance":9007199254740993.01,"clearedBalance":5.50,"lockedAmount":0.02}]}""",
            reply.Text,
            StringComparison.Ordinal);
        Assert.Equal("success", reply.Json.GetProperty("header").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Balances_change_by_its_own_transactions_and_by_setting_them()
    {
        await using var simulators = await TestSimulators.StartAsync();
        await simulators.Admin.SetCoreAccountsAsync(new CoreAccount("1001", 100) { ClearedBalance = 90 }, new CoreAccount("1002", 7));
        await simulators.Admin.BookAsync("1001", -30.25m);
        Assert.Equal([69.75m, 69.75m, 59.75m], await AmountsAsync(simulators, "1001"));
        await simulators.Admin.BookAsync("1002", 1);
        Assert.Equal([8, 8, 8], await AmountsAsync(simulators, "1002"));

        await simulators.Admin.SetCoreAccountsAsync(new CoreAccount("1001", 1));
        Assert.Equal([1, 1, 1], await AmountsAsync(simulators, "1001"));
        Assert.Equal(["1001", "1002"], (await simulators.Admin.CoreAccountsAsync()).Select(account => account.AccountNumber));
        await Assert.ThrowsAsync<HttpRequestException>(() => simulators.Admin.BookAsync("1003", 1));
    }

    [Fact]
    public async Task Unknown_and_closed_accounts_and_a_wrong_key_are_refused_each_in_its_own_way()
    {
        await using var simulators = await TestSimulators.StartAsync();
        await simulators.Admin.SetCoreAccountsAsync(new CoreAccount("1001", 100) { IsClosed = true });
        Assert.Equal("TGVCP-007", Code((await simulators.BalancesAsync("1002")).Assert(404)));
        Assert.Equal("AC-ACCOUNT.CLOSED", Code((await simulators.BalancesAsync("1001")).Assert(400)));
        var path = "/t24/holdings/accounts/1001/balances";
        Assert.Equal("EB-API.KEY", Code((await simulators.SendAsync(HttpMethod.Get, path, content: null, apiKey: "wrong")).Assert(401)));
    }

    [Fact]
    public async Task The_path_follows_the_template()
    {
        await using var simulators = await TestSimulators.StartAsync(new SimulatorOptions { T24PathTemplate = "/api/v2/{accountNumber}/position" });
        await simulators.Admin.SetCoreAccountsAsync(new CoreAccount("1001", 100));
        (await simulators.GetAsync("/t24/api/v2/1001/position")).Assert(200);
        (await simulators.BalancesAsync("1001")).Assert(404);
    }

    [Fact]
    public async Task A_hundred_thousand_accounts_can_be_set_at_once()
    {
        await using var simulators = await TestSimulators.StartAsync();
        await simulators.Admin.SetCoreAccountsAsync([.. Enumerable.Range(0, 100_000).Select(i => new CoreAccount($"{i}", i))]);
        Assert.Equal([99_999, 99_999, 99_999], await AmountsAsync(simulators, "99999"));
    }

    private static async Task<decimal[]> AmountsAsync(TestSimulators simulators, string accountNumber)
    {
        var line = (await simulators.BalancesAsync(accountNumber)).Assert(200).Json.GetProperty("body")[0];
        return [line.GetProperty("availableBalance").GetDecimal(), line.GetProperty("workingBalance").GetDecimal(), line.GetProperty("clearedBalance").GetDecimal()];
    }

    private static string? Code(Reply reply) => reply.Json.GetProperty("error").GetProperty("errorDetails")[0].GetProperty("code").GetString();
}
