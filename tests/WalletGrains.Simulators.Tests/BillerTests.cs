using WalletGrains.Simulators.Billers;
using Xunit;

namespace WalletGrains.Simulators.Tests;

public sealed class BillerTests
{
    public static TheoryData<string> Codes { get; } = [.. SimulatorServer.BillerCodes];

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task A_biller_says_what_it_takes_and_takes_it(string code)
    {
        await using var simulators = await TestSimulators.StartAsync();
        var details = (await simulators.GetAsync($"/billers/{code}")).Assert(200);
        var (customer, least, most) = (details["referenceExample"]!, details.Number("minAmount"), details.Number("maxAmount"));
        Assert.Matches(details["referencePattern"]!, customer);

        var paid = (await simulators.PayAsync("p-1", least, code, customer)).Assert(200);
        Assert.Equal(("SUCCESSFUL", "p-1", customer, least), (paid["status"], paid["reference"], paid["customerReference"], paid.Number("amount")));
        (await simulators.PayAsync("p-2", most, code, customer)).Assert(200);
        Assert.Equal(paid.Text, (await simulators.PaymentAsync("p-1", code)).Assert(200).Text);

        Assert.Equal("AMOUNT_OUT_OF_BOUNDS", (await simulators.PayAsync("p-3", least - 0.01m, code, customer)).Assert(422)["code"]);
        Assert.Equal("AMOUNT_OUT_OF_BOUNDS", (await simulators.PayAsync("p-4", most + 0.01m, code, customer)).Assert(422)["code"]);
        Assert.Equal("UNKNOWN_CUSTOMER", (await simulators.PayAsync("p-5", least, code, customer + "1")).Assert(422)["code"]);
        (await simulators.PaymentAsync("p-5", code)).Assert(404);
        Assert.Equal(["p-1", "p-2"], (await simulators.Admin.PaymentsAsync(code)).Select(payment => payment.Reference));
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task A_biller_with_name_enquiry_tells_whose_a_reference_is(string code)
    {
        await using var simulators = await TestSimulators.StartAsync();
        var details = (await simulators.GetAsync($"/billers/{code}")).Assert(200);
        var answered = await simulators.GetAsync($"/billers/{code}/customers/{details["referenceExample"]}");
        if (details.Json.GetProperty("nameEnquiry").GetBoolean())
        {
            Assert.NotEmpty(answered.Assert(200)["name"]!);
        }
        else
        {
            answered.Assert(404);
        }

        Assert.Equal("UNKNOWN_CUSTOMER", (await simulators.GetAsync($"/billers/{code}/customers/nobody")).Assert(404)["code"]);
    }

    [Fact]
    public async Task One_reference_is_one_payment_however_often_and_at_once_it_is_sent()
    {
        await using var simulators = await TestSimulators.StartAsync();
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => simulators.PayAsync("p-1")));
        Assert.Single(replies.Select(reply => reply.Assert(200).Text).Distinct());
        Assert.Single(await simulators.Admin.PaymentsAsync("airtime"));

        Assert.Equal("REFERENCE_REUSED", (await simulators.PayAsync("p-1", 101)).Assert(409)["code"]);
        Assert.Equal(100, Assert.Single(await simulators.Admin.PaymentsAsync("airtime")).Amount);
    }

    [Fact]
    public async Task A_payment_for_a_reference_that_ends_in_999_fails_and_stays_failed()
    {
        await using var simulators = await TestSimulators.StartAsync();
        var failed = (await simulators.PayAsync("p-1", customer: "08031234999")).Assert(200);
        Assert.Equal(("FAILED", "DECLINED"), (failed["status"], failed["reason"]));
        Assert.Equal(failed.Text, (await simulators.PayAsync("p-1", customer: "08031234999")).Text);
        Assert.Equal(failed.Text, (await simulators.PaymentAsync("p-1")).Text);
    }

    [Fact]
    public async Task A_meter_gets_its_token_and_nothing_else_does()
    {
        await using var simulators = await TestSimulators.StartAsync();
        Assert.Matches(@"\A\d{20}\z", (await simulators.PayAsync("p-1", 500, "electricity", "45021234567")).Assert(200)["token"]);
        Assert.False((await simulators.PayAsync("p-1")).Assert(200).Json.TryGetProperty("token", out _));
        Assert.False((await simulators.PayAsync("p-2", 500, "electricity", "45021234999")).Assert(200).Json.TryGetProperty("token", out _));
    }

    [Fact]
    public async Task A_wrong_key_and_another_currency_are_refused()
    {
        await using var simulators = await TestSimulators.StartAsync();
        Assert.Equal("WRONG_API_KEY", (await simulators.SendAsync(HttpMethod.Get, "/billers/airtime/payments/p-1", content: null, apiKey: "wrong")).Assert(401)["code"]);
        var dollars = await simulators.PostAsync("/billers/airtime/payments", """{"reference":"p-1","customerReference":"08031234567","amount":100,"currency":"USD"}""");
        Assert.Equal("WRONG_CURRENCY", dollars.Assert(422)["code"]);
        Assert.Empty(await simulators.Admin.PaymentsAsync("airtime"));
    }

    [Theory]
    [InlineData(PaymentStatus.Successful)]
    [InlineData(PaymentStatus.Failed)]
    public async Task A_late_payment_can_be_ended_by_hand_once(PaymentStatus status)
    {
        await using var simulators = await TestSimulators.StartAsync();
        await simulators.Admin.SetFaultsAsync(new Faults.FaultRule("airtime.pay", Faults.FaultKind.Late) { Queries = 100 });
        Assert.Equal("PENDING", (await simulators.PayAsync("p-1")).Assert(200)["status"]);
        Assert.Equal(status, (await simulators.Admin.SettleAsync("airtime", "p-1", status)).Status);
        Assert.Equal(status, Assert.Single(await simulators.Admin.PaymentsAsync("airtime")).Status);
        await Assert.ThrowsAsync<HttpRequestException>(() => simulators.Admin.SettleAsync("airtime", "p-1", status));
        await Assert.ThrowsAsync<HttpRequestException>(() => simulators.Admin.SettleAsync("airtime", "p-2", status));
    }
}
