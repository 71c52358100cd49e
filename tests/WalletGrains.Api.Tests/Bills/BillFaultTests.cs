using WalletGrains.Simulators.Billers;
using WalletGrains.Simulators.Faults;
using Xunit;

namespace WalletGrains.Api.Tests.Bills;

/// <summary>Everything that can go wrong between the host and a biller, and what becomes of the payment then.</summary>
[Collection(BillerTests.Name)]
public sealed class BillFaultTests(BillerFixture billers)
{
    private const string Water = "water";
    private const string Account = "WB-204417-3";
    private const decimal Funds = 10_000;
    private const decimal Amount = 2_500;

    private ApiFixture Api => billers.Api;

    [Theory]
    [InlineData(FaultKind.TimeoutBefore)]
    [InlineData(FaultKind.TimeoutAfter)]
    [InlineData(FaultKind.Slow)]
    [InlineData(FaultKind.ErrorBefore)]
    [InlineData(FaultKind.ErrorAfter)]
    [InlineData(FaultKind.Malformed)]
    [InlineData(FaultKind.WrongAmount)]
    public async Task A_payment_whose_call_goes_wrong_is_asked_for_and_made_once(FaultKind fault)
    {
        await using var jobs = await billers.BeginAsync();
        await billers.Admin.SetFaultsAsync(new FaultRule("water.pay", fault) { Times = 1, DelayMs = 1_500 });
        var payment = await PayAsync(jobs, "COMPLETED", BillerFixture.For(fault));
        Assert.Equal(["PENDING", "PROCESSING", "UNKNOWN", "PROCESSING", "COMPLETED"], payment.Steps);
        Assert.Matches($"did not say what became of the call.*{payment.PaymentId}.*Biller {BillerFixture.For(fault)} ", await Api.ReadWorkerLogAsync());
        await AssertPaidAsync(payment);
    }

    [Theory]
    [InlineData(FaultKind.TimeoutBefore)]
    [InlineData(FaultKind.TimeoutAfter)]
    [InlineData(FaultKind.ErrorBefore)]
    [InlineData(FaultKind.Malformed)]
    [InlineData(FaultKind.WrongAmount)]
    [InlineData(FaultKind.Throttled)]
    public async Task A_payment_that_is_asked_for_in_vain_is_asked_for_again(FaultKind fault)
    {
        await using var jobs = await billers.BeginAsync();
        await billers.Admin.SetFaultsAsync(new FaultRule("water.pay", FaultKind.ErrorAfter) { Times = 1 }, new FaultRule("water.status", fault) { Times = 1 });
        var payment = await PayAsync(jobs, "COMPLETED", BillerFixture.For(fault));
        Assert.Equal(["PENDING", "PROCESSING", "UNKNOWN", "PROCESSING", "COMPLETED"], payment.Steps);
        Assert.Single(await billers.Admin.CallsAsync("water.pay"));
        await AssertPaidAsync(payment);
    }

    [Fact]
    public async Task A_biller_that_asks_for_a_pause_is_called_after_it_and_nothing_is_unknown_meanwhile()
    {
        await using var jobs = await billers.BeginAsync();
        await billers.Admin.SetFaultsAsync(new FaultRule("water.pay", FaultKind.Throttled) { Times = 1 });
        var payment = await PayAsync(jobs, "COMPLETED");
        Assert.Equal(["PENDING", "PROCESSING", "PROCESSING", "COMPLETED"], payment.Steps);
        await AssertPaidAsync(payment);
    }

    [Fact]
    public async Task A_call_that_comes_through_after_the_payment_was_not_found_and_sent_again_pays_nothing_more()
    {
        await using var jobs = await billers.BeginAsync();
        await billers.Admin.SetFaultsAsync(new FaultRule("water.pay", FaultKind.Held) { Times = 1 });
        var payment = await PayAsync(jobs, "COMPLETED");
        await billers.Admin.ReleaseAsync();
        Assert.Equal(2, await billers.Admin.WaitForCallsAsync("water.pay", 2, answered: true));
        await AssertPaidAsync(payment);
    }

    [Theory]
    [InlineData(PaymentStatus.Successful, "COMPLETED")]
    [InlineData(PaymentStatus.Failed, "REVERSED")]
    public async Task A_payment_that_the_biller_is_at_waits_for_its_final_word(PaymentStatus word, string end)
    {
        await using var jobs = await billers.BeginAsync();
        await billers.Admin.SetFaultsAsync(new FaultRule("water.pay", FaultKind.Late) { Queries = 1_000 });
        var (caller, wallet) = await OpenAsync();
        var paymentId = await BillTests.PayAsync(caller, wallet, Water, Account, "2500");
        Assert.True(await billers.Admin.WaitForCallsAsync("water.status", 2) >= 2);
        await billers.Admin.SettleAsync(Water, BillerFixture.ReferenceOf(paymentId), word);
        await BillTests.EndAsync(jobs, paymentId, end);

        var payment = await ReadAsync(caller, wallet, paymentId);
        Assert.DoesNotContain("UNKNOWN", payment.Steps);
        await (end is "COMPLETED" ? AssertPaidAsync(payment) : AssertGivenBackAsync(payment, "DECLINED"));
    }

    [Fact]
    public async Task A_payment_that_the_biller_declines_is_given_back_also_when_its_answer_is_lost()
    {
        await using var jobs = await billers.BeginAsync();
        await billers.Admin.SetFaultsAsync(new FaultRule("water.pay", FaultKind.Decline), new FaultRule("water.pay", FaultKind.ErrorAfter) { Times = 1 });
        var payment = await PayAsync(jobs, "REVERSED");
        Assert.Equal(["PENDING", "PROCESSING", "UNKNOWN", "REVERSING", "REVERSED"], payment.Steps);
        await AssertGivenBackAsync(payment, "DECLINED");
    }

    [Theory]
    [InlineData(BillerFixture.Generous, "300000", "AMOUNT_OUT_OF_BOUNDS")]
    [InlineData(BillerFixture.Away, "2500", "BILLER_UNAVAILABLE")]
    [InlineData(BillerFixture.Locked, "2500", "BILLER_UNAVAILABLE")]
    public async Task What_a_biller_refuses_or_never_gets_is_given_back(string biller, string amount, string code)
    {
        await using var jobs = await billers.BeginAsync();
        var caller = Api.Customer();
        var wallet = await caller.OpenWalletAsync(400_000);
        var paymentId = await BillTests.PayAsync(caller, wallet, biller, Account, amount);
        await BillTests.EndAsync(jobs, paymentId, "REVERSED");

        var payment = await ReadAsync(caller, wallet, paymentId);
        Assert.Equal(["PENDING", "PROCESSING", "REVERSING", "REVERSED"], payment.Steps);
        Assert.Empty(await billers.Admin.PaymentsAsync(Water));
        Assert.Equal((code, 400_000m, 0m), (payment.FailureCode, payment.Balance, payment.Held));
    }

    private async Task<(ApiCaller Caller, Guid Wallet)> OpenAsync()
    {
        var caller = Api.Customer();
        return (caller, await caller.OpenWalletAsync(Funds));
    }

    /// <summary>Pays a water bill and waits for its end.</summary>
    private async Task<Seen> PayAsync(JobWatch jobs, string end, string biller = Water)
    {
        var (caller, wallet) = await OpenAsync();
        var paymentId = await BillTests.PayAsync(caller, wallet, biller, Account, "2500");
        await BillTests.EndAsync(jobs, paymentId, end);
        return await ReadAsync(caller, wallet, paymentId);
    }

    private static async Task<Seen> ReadAsync(ApiCaller caller, Guid wallet, Guid paymentId)
    {
        var shown = await caller.GetAsync($"/bills/{paymentId}");
        var money = (await caller.GetAsync($"/wallet/{wallet}")).Json;
        var entries = (await caller.GetAsync($"/wallet/{wallet}/history")).Json.GetProperty("items").EnumerateArray();
        return new Seen(
            paymentId,
            BillTests.Steps(shown),
            shown.Json.TryGetProperty("failureCode", out var code) ? code.GetString() : null,
            shown.Json.TryGetProperty("billerReference", out var reference) ? reference.GetString() : null,
            money.GetProperty("balance").GetDecimal(),
            money.GetProperty("held").GetDecimal(),
            [.. entries.Select(entry => entry.GetProperty("type").GetString())]);
    }

    /// <summary>The biller has the money once, and the wallet has let it go once.</summary>
    private async Task AssertPaidAsync(Seen payment)
    {
        var booked = Assert.Single(await billers.Admin.PaymentsAsync(Water));
        Assert.Equal(
            (BillerFixture.ReferenceOf(payment.PaymentId), PaymentStatus.Successful, Amount, payment.BillerReference), (booked.Reference, booked.Status, booked.Amount, booked.BillerReference));
        Assert.Equal((Funds - Amount, 0m), (payment.Balance, payment.Held));
        Assert.Equal(["BILL_PAYMENT", "HOLD", "FUND"], payment.Entries);
    }

    /// <summary>The biller has not the money, and the wallet has it again.</summary>
    private async Task AssertGivenBackAsync(Seen payment, string code)
    {
        Assert.Equal(PaymentStatus.Failed, Assert.Single(await billers.Admin.PaymentsAsync(Water)).Status);
        Assert.Equal((code, Funds, 0m), (payment.FailureCode, payment.Balance, payment.Held));
        Assert.Equal(["BILL_REVERSAL", "HOLD", "FUND"], payment.Entries);
    }

    private sealed record Seen(
        Guid PaymentId, IEnumerable<string?> Steps, string? FailureCode, string? BillerReference, decimal Balance, decimal Held, IReadOnlyList<string?> Entries);
}
