using WalletGrains.Simulators.Admin;
using WalletGrains.Simulators.Faults;
using WalletGrains.Simulators.T24;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Simulators.Tests;

/// <summary>Each fault does what its name says, in the answer and in the books.</summary>
public sealed class FaultTests
{
    private const string Pay = "airtime.pay";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_time_out_before_leaves_nothing_in_the_books_and_no_answer()
    {
        var time = new ManualTimeProvider();
        await using var simulators = await StartAsync(new FaultRule(Pay, FaultKind.TimeoutBefore) { Times = 1 }, time);
        var call = simulators.PayAsync("p-1");
        await time.WaitForTimersAsync(1, Cancelled);
        Assert.Empty(await simulators.Admin.PaymentsAsync("airtime"));

        time.Advance(SimulatorLimits.HangLimit);
        await Assert.ThrowsAsync<HttpRequestException>(() => call);
        (await simulators.PaymentAsync("p-1")).Assert(404);
        (await simulators.PayAsync("p-1")).Assert(200);
    }

    [Fact]
    public async Task A_time_out_after_has_done_everything_but_answer()
    {
        var time = new ManualTimeProvider();
        await using var simulators = await StartAsync(new FaultRule(Pay, FaultKind.TimeoutAfter), time);
        var call = simulators.PayAsync("p-1");
        await time.WaitForTimersAsync(1, Cancelled);
        Assert.Equal("SUCCESSFUL", (await simulators.PaymentAsync("p-1")).Assert(200)["status"]);

        time.Advance(SimulatorLimits.HangLimit);
        await Assert.ThrowsAsync<HttpRequestException>(() => call);
        Assert.Single(await simulators.Admin.PaymentsAsync("airtime"));
    }

    [Fact]
    public async Task A_slow_call_is_done_after_its_delay()
    {
        var time = new ManualTimeProvider();
        await using var simulators = await StartAsync(new FaultRule(Pay, FaultKind.Slow) { DelayMs = 5_000 }, time);
        var call = simulators.PayAsync("p-1");
        await time.WaitForTimersAsync(1, Cancelled);
        (await simulators.PaymentAsync("p-1")).Assert(404);
        time.Advance(TimeSpan.FromSeconds(5));
        (await call).Assert(200);
    }

    [Fact]
    public void A_storm_begins_with_a_slow_answer_goes_on_with_another_fault_at_each_biller_and_throttles_last()
    {
        var orders = FaultStorm.OverBillers(0.3, slowMs: 1)
            .Where(rule => rule.Route.EndsWith(".pay", StringComparison.Ordinal) && FaultStorm.OfAnswers.Contains(rule.Fault))
            .GroupBy(rule => rule.Route, (_, rules) => rules.Select(rule => rule.Fault).ToList())
            .ToList();
        Assert.All(orders, faults => Assert.Equal(
            (FaultKind.Slow, FaultKind.Throttled, FaultStorm.OfAnswers.Length), (faults[0], faults[^1], faults.Distinct().Count())));
        Assert.Equal(3, orders.Select(faults => faults[1]).Distinct().Count());
    }

    [Theory]
    [InlineData(FaultKind.Slow)]
    [InlineData(FaultKind.Held)]
    public async Task A_slow_or_held_call_is_done_even_if_its_caller_has_given_up(FaultKind fault)
    {
        var time = new ManualTimeProvider();
        await using var simulators = await StartAsync(new FaultRule(Pay, fault) { DelayMs = (int)SimulatorLimits.MaxDelay.TotalMilliseconds }, time);
        using var givingUp = new CancellationTokenSource();
        var call = simulators.PayAsync("p-1", givingUp.Token);
        await time.WaitForTimersAsync(1, Cancelled);
        await givingUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Empty(await simulators.Admin.PaymentsAsync("airtime"));

        time.Advance(SimulatorLimits.HangLimit);
        Assert.Equal(1, await simulators.Admin.WaitForCallsAsync(Pay, 1, "p-1", answered: true));
        Assert.Single(await simulators.Admin.PaymentsAsync("airtime"));
    }

    [Fact]
    public async Task Held_calls_go_on_one_by_one_the_oldest_first()
    {
        await using var simulators = await StartAsync(new FaultRule(Pay, FaultKind.Held));
        var first = simulators.PayAsync("p-1");
        await simulators.Admin.WaitForCallsAsync(Pay, 1);
        var second = simulators.PayAsync("p-2");
        await simulators.Admin.WaitForCallsAsync(Pay, 2);
        var third = simulators.PayAsync("p-3");
        await simulators.Admin.WaitForCallsAsync(Pay, 3);

        Assert.Equal(["p-3"], await simulators.Admin.ReleaseAsync(key: "p-3"));
        (await third).Assert(200);
        Assert.Equal(["p-1"], await simulators.Admin.ReleaseAsync(count: 1));
        (await first).Assert(200);
        Assert.Equal(["p-2"], await simulators.Admin.HeldAsync());
        Assert.Empty(await simulators.Admin.ReleaseAsync("t24.balances"));
        Assert.Equal(["p-2"], await simulators.Admin.ReleaseAsync("airtime.*"));
        (await second).Assert(200);
    }

    [Theory]
    [InlineData(FaultKind.ErrorBefore, 500, 0)]
    [InlineData(FaultKind.ErrorAfter, 500, 1)]
    [InlineData(FaultKind.Throttled, 429, 0)]
    public async Task An_error_before_or_a_429_does_nothing_and_an_error_after_has_done_it(FaultKind fault, int status, int booked)
    {
        await using var simulators = await StartAsync(new FaultRule(Pay, fault) { Times = 1, RetryAfterSeconds = 7 });
        var reply = (await simulators.PayAsync("p-1")).Assert(status);
        Assert.Equal(status == 429 ? TimeSpan.FromSeconds(7) : null, reply.Headers.RetryAfter?.Delta);
        Assert.Equal(booked, (await simulators.Admin.PaymentsAsync("airtime")).Count);
        (await simulators.PayAsync("p-1")).Assert(200);
        Assert.Single(await simulators.Admin.PaymentsAsync("airtime"));
    }

    [Fact]
    public async Task A_malformed_answer_is_cut_off_or_empty_or_another_page_and_all_is_done()
    {
        await using var simulators = await StartAsync(new FaultRule(Pay, FaultKind.Malformed));
        List<Reply> replies = [];
        for (var i = 0; i < 20; i++)
        {
            replies.Add((await simulators.PayAsync($"p-{i}")).Assert(200));
        }

        Assert.All(replies, reply => Assert.ThrowsAny<System.Text.Json.JsonException>(() => reply.Json));
        Assert.Contains(replies, reply => reply.Text.Length == 0);
        Assert.Contains(replies, reply => reply.MediaType == "text/html");
        Assert.Contains(replies, reply => reply.MediaType == "application/json" && reply.Text.StartsWith("""{"reference":"p-""", StringComparison.Ordinal));
        Assert.Equal(20, (await simulators.Admin.PaymentsAsync("airtime")).Count);
    }

    [Fact]
    public async Task A_wrong_amount_is_in_the_answer_and_not_in_the_books()
    {
        await using var simulators = await StartAsync(new FaultRule("*", FaultKind.WrongAmount) { Times = 5 });
        await simulators.Admin.SetCoreAccountsAsync(new CoreAccount("1001", 100));
        await simulators.Admin.PayInAsync(new PayInRequest("0000014579", 100) { Reference = "r-1", OccurredAt = DateTimeOffset.UnixEpoch, Notify = false });
        for (var right = 0; right < 2; right++)
        {
            var wrongBy = 1 - right;
            Assert.Equal(100 + wrongBy, (await simulators.PayAsync("p-1")).Number("amount"));
            Assert.Equal(100 + wrongBy, (await simulators.PaymentAsync("p-1")).Number("amount"));
            Assert.Equal(100 + wrongBy, (await simulators.GetAsync("/globus/credits/r-1")).Number("amount"));
            var statement = (await simulators.GetAsync("/globus/statements/1970-01-01")).Json.GetProperty("lines")[0];
            Assert.Equal(100 + wrongBy, statement.GetProperty("amount").GetDecimal());
            var balances = (await simulators.BalancesAsync("1001")).Json.GetProperty("body")[0];
            Assert.Equal(100 + wrongBy, balances.GetProperty("availableBalance").GetDecimal());
        }

        Assert.Equal(100, Assert.Single(await simulators.Admin.PaymentsAsync("airtime")).Amount);
        Assert.Equal(100, Assert.Single(await simulators.Admin.CreditsAsync()).Amount);
    }

    [Fact]
    public async Task A_late_payment_is_pending_for_so_many_queries_and_then_final_for_ever()
    {
        await using var simulators = await StartAsync(new FaultRule(Pay, FaultKind.Late) { Queries = 2 }, rules: new FaultRule(Pay, FaultKind.Decline) { Key = "p-2" });
        foreach (var (reference, end) in new[] { ("p-1", "SUCCESSFUL"), ("p-2", "FAILED") })
        {
            Assert.Equal("PENDING", (await simulators.PayAsync(reference)).Assert(200)["status"]);
            Assert.Equal("PENDING", (await simulators.PayAsync(reference)).Assert(200)["status"]);
            Assert.Equal("PENDING", (await simulators.PaymentAsync(reference))["status"]);
            Assert.Equal("PENDING", (await simulators.PaymentAsync(reference))["status"]);
            Assert.Equal(end, (await simulators.PaymentAsync(reference))["status"]);
            Assert.Equal(end, (await simulators.PaymentAsync(reference))["status"]);
            Assert.Equal(end, (await simulators.PayAsync(reference))["status"]);
        }
    }

    [Theory]
    [InlineData("globus.token", "POST", "/globus/oauth/token")]
    [InlineData("globus.create-account", "POST", "/globus/virtual-accounts")]
    [InlineData("globus.find-account", "GET", "/globus/virtual-accounts?clientReference=w-1")]
    [InlineData("globus.find-account", "GET", "/globus/virtual-accounts/0000014579")]
    [InlineData("globus.find-credit", "GET", "/globus/credits/r-1")]
    [InlineData("globus.statement", "GET", "/globus/statements/1970-01-01")]
    [InlineData("t24.balances", "GET", "/t24/holdings/accounts/1001/balances")]
    [InlineData("airtime.enquire", "GET", "/billers/airtime/customers/08031234567")]
    [InlineData("airtime.pay", "POST", "/billers/airtime/payments")]
    [InlineData("airtime.status", "GET", "/billers/airtime/payments/p-1")]
    [InlineData("electricity.enquire", "GET", "/billers/electricity/customers/45021234567")]
    [InlineData("electricity.pay", "POST", "/billers/electricity/payments")]
    [InlineData("electricity.status", "GET", "/billers/electricity/payments/p-1")]
    [InlineData("water.enquire", "GET", "/billers/water/customers/WB-204417-3")]
    [InlineData("water.pay", "POST", "/billers/water/payments")]
    [InlineData("water.status", "GET", "/billers/water/payments/p-1")]
    public async Task Every_route_is_struck_under_its_name(string route, string method, string path)
    {
        await using var simulators = await StartAsync(new FaultRule(route, FaultKind.ErrorBefore) { Times = 1 });
        (await CallAsync()).Assert(500);
        Assert.NotEqual(500, (await CallAsync()).Status);
        Assert.Equal([FaultKind.ErrorBefore], (await simulators.Admin.CallsAsync(route)).SelectMany(call => call.Faults));

        Task<Reply> CallAsync() => (method, route) switch
        {
            ("GET", _) => simulators.GetAsync(path),
            (_, "globus.token") => simulators.RequestTokenAsync(),
            (_, "globus.create-account") => simulators.CreateAccountAsync("w-1"),
            _ => simulators.PayAsync("p-1", 500, route[..^".pay".Length], route is "water.pay" ? "WB-204417-3" : route is "electricity.pay" ? "45021234567" : "08031234567"),
        };
    }

    private static async Task<TestSimulators> StartAsync(FaultRule rule, TimeProvider? time = null, params FaultRule[] rules)
    {
        var simulators = await TestSimulators.StartAsync(time: time);
        await simulators.Admin.SetFaultsAsync([rule, .. rules]);
        return simulators;
    }
}
