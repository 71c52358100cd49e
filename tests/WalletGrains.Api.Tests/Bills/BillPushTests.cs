using System.Globalization;
using WalletGrains.Api.Tests.Push;
using Xunit;

namespace WalletGrains.Api.Tests.Bills;

/// <summary>The steps of a payment reach who owns the wallet.</summary>
[Collection(BillerTests.Name)]
public sealed class BillPushTests(BillerFixture billers)
{
    [Fact]
    public async Task Each_step_of_a_payment_is_told_to_the_owner_of_the_wallet_and_to_nobody_else()
    {
        await using var jobs = await billers.BeginAsync();
        await using var clients = JavaScriptClients.Start(billers.Api.Address);
        var (ada, other) = (billers.Api.Customer(), billers.Api.Customer());
        await clients.ConnectedAsync("ada", ada.Token);
        await clients.ConnectedAsync("other", other.Token);
        var (wallet, others) = (await ada.OpenWalletAsync(10_000), await other.OpenWalletAsync(10_000));
        var reversed = await PayAsync(ada, wallet, "45021234999");
        var steps = await clients.BillsAsync("ada", reversed, "REVERSED");
        Assert.Equal(["PENDING", "PROCESSING", "REVERSING", "REVERSED"], steps.Select(step => step.GetProperty("status").GetString()));
        Assert.Equal(
            string.Create(CultureInfo.InvariantCulture, $$"""{"paymentId":"{{reversed}}","walletId":"{{wallet}}","status":"REVERSED","billerCode":"electricity","customerReference":"45021234999","amount":2500,"currency":"NGN","occurredAt":{{steps[^1].GetProperty("occurredAt").GetRawText()}},"failureCode":"DECLINED"}"""),
            steps[^1].GetRawText());

        // What moves money, or holds it, is told as an entry as well: hold and reversal.
        Assert.Equal(["FUND", "HOLD", "BILL_REVERSAL"], (await clients.UpdatesAsync("ada", wallet, 3)).Select(update => update.GetProperty("reason").GetString()));

        var paid = await PayAsync(other, others, "45021234567");
        Assert.All(await clients.BillsAsync("other", paid, "COMPLETED"), step => Assert.Equal(paid, step.GetProperty("paymentId").GetGuid()));
        Assert.All(await clients.BillsAsync("ada", reversed, "REVERSED"), step => Assert.Equal(reversed, step.GetProperty("paymentId").GetGuid()));
    }

    [Fact]
    public async Task A_payment_that_the_wallet_refuses_is_told_as_asked_for_and_failed()
    {
        await using var jobs = await billers.BeginAsync();
        await using var clients = JavaScriptClients.Start(billers.Api.Address);
        var ada = billers.Api.Customer();
        await clients.ConnectedAsync("ada", ada.Token);
        var refused = (await ada.PostAsync("/bills/pay", Body(await ada.OpenWalletAsync(2_499), "45021234567"))).AssertProblem(400, "INSUFFICIENT_FUNDS");
        var steps = await clients.BillsAsync("ada", refused.Json.GetProperty("paymentId").GetGuid(), "FAILED");
        Assert.Equal(["PENDING", "FAILED"], steps.Select(step => step.GetProperty("status").GetString()));
    }

    private static string Body(Guid wallet, string meter) => $$"""{"walletId":"{{wallet}}","billerCode":"electricity","customerReference":"{{meter}}","amount":2500}""";

    private static async Task<Guid> PayAsync(ApiCaller caller, Guid wallet, string meter)
    {
        var taken = await caller.PostAsync("/bills/pay", Body(wallet, meter));
        Assert.True(taken.Status == 202, taken.Text);
        return taken.Json.GetProperty("paymentId").GetGuid();
    }
}
