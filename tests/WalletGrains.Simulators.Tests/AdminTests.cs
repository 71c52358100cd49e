using System.Text;
using WalletGrains.Simulators.Admin;
using WalletGrains.Simulators.Faults;
using WalletGrains.Simulators.T24;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Simulators.Tests;

public sealed class AdminTests
{
    [Theory]
    [InlineData("""{"route":"airtime.pays","fault":"slow"}""")]
    [InlineData("""{"route":"airtime.pay","fault":"duplicate"}""")]
    [InlineData("""{"route":"globus.*","fault":"late"}""")]
    [InlineData("""{"route":"*","fault":"fire"}""")]
    [InlineData("""{"route":"*","fault":0}""")]
    [InlineData("""{"route":"*"}""")]
    [InlineData("""{"fault":"slow"}""")]
    [InlineData("null")]
    [InlineData("""{"route":null,"fault":"slow"}""")]
    [InlineData("""{"route":"*","fault":"slow","share":0}""")]
    [InlineData("""{"route":"*","fault":"slow","share":1.1}""")]
    [InlineData("""{"route":"*","fault":"slow","times":0}""")]
    [InlineData("""{"route":"*","fault":"slow","delayMs":-1}""")]
    [InlineData("""{"route":"*","fault":"slow","delayMs":100001}""")]
    [InlineData("""{"route":"*","fault":"throttled","retryAfterSeconds":-1}""")]
    [InlineData("""{"route":"*","fault":"duplicate","copies":101}""")]
    [InlineData("""{"route":"*","fault":"late","queries":0}""")]
    [InlineData("""{"route":"*","fault":"slow","delay":5}""")]
    public async Task A_rule_that_makes_no_sense_is_refused_and_those_in_force_stay(string rule)
    {
        await using var simulators = await TestSimulators.StartAsync();
        await simulators.Admin.SetFaultsAsync(new FaultRule("airtime.pay", FaultKind.ErrorBefore));
        var before = (await simulators.GetAsync("/admin/faults")).Assert(200).Text;
        foreach (var body in (string[])[$$"""{"rules":[{{rule}}]}""", $$"""{"rules":[{"route":"*","fault":"slow"},{{rule}}]}"""])
        {
            Assert.Equal("BAD_REQUEST", (await simulators.PutAsync("/admin/faults", body)).Assert(400)["code"]);
            (await simulators.PostAsync("/admin/faults", body)).Assert(400);
        }

        Assert.Equal(before, (await simulators.GetAsync("/admin/faults")).Text);
    }

    [Fact]
    public async Task Rules_are_replaced_added_and_removed()
    {
        await using var simulators = await TestSimulators.StartAsync();
        Assert.Equal("""{"rules":[],"seed":1}""", (await simulators.GetAsync("/admin/faults")).Text);
        await simulators.Admin.SetFaultsAsync(seed: 9, new FaultRule("airtime.pay", FaultKind.Slow));
        await simulators.Admin.AddFaultsAsync(new FaultRule("water.pay", FaultKind.TimeoutBefore) { Key = "p-1", Times = 2 });
        Assert.Equal(
            """{"rules":[{"route":"airtime.pay","fault":"slow","share":1,"delayMs":2000,"retryAfterSeconds":1,"copies":1,"queries":2,"member":"reference"},{"route":"water.pay","fault":"timeout-before","key":"p-1","share":1,"times":2,"delayMs":2000,"retryAfterSeconds":1,"copies":1,"queries":2,"member":"reference"}],"seed":9}""",
            (await simulators.GetAsync("/admin/faults")).Text);
        await simulators.Admin.SetFaultsAsync();
        Assert.Equal("""{"rules":[],"seed":9}""", (await simulators.GetAsync("/admin/faults")).Text);
    }

    [Fact]
    public async Task A_reset_forgets_everything_and_ends_held_calls_undone()
    {
        await using var simulators = await TestSimulators.StartAsync();
        (await simulators.CreateAccountAsync("w-1")).Assert(201);
        await simulators.Admin.PayInAsync(new PayInRequest("0000014579", 5) { Reference = "r-1" });
        await simulators.Admin.SetCoreAccountsAsync(new CoreAccount("1001", 1));
        (await simulators.PayAsync("p-1")).Assert(200);
        await simulators.Admin.SetFaultsAsync(new FaultRule("airtime.pay", FaultKind.Held));
        var held = simulators.PayAsync("p-2");
        await simulators.Admin.WaitForCallsAsync("airtime.pay", 2);

        await simulators.Admin.ResetAsync(seed: 4);
        await Assert.ThrowsAsync<HttpRequestException>(() => held);
        Assert.Empty(await simulators.Admin.AccountsAsync());
        Assert.Empty(await simulators.Admin.CreditsAsync());
        Assert.Empty(await simulators.Admin.CoreAccountsAsync());
        Assert.Empty(await simulators.Admin.PaymentsAsync("airtime"));
        Assert.Empty(await simulators.Admin.HeldAsync());
        Assert.Equal(0, (await simulators.Admin.WaitForWebhooksAsync(waitSeconds: 0)).Pending);
        Assert.Equal("""{"rules":[],"seed":4}""", (await simulators.GetAsync("/admin/faults")).Text);
        (await simulators.CreateAccountAsync("w-1")).Assert(401);
    }

    [Fact]
    public async Task Calls_are_listed_with_what_they_were_about_and_how_many_were_in_progress()
    {
        var time = new ManualTimeProvider();
        await using var simulators = await TestSimulators.StartAsync(time: time);
        await simulators.Admin.SetFaultsAsync(new FaultRule("airtime.pay", FaultKind.Held) { Times = 2 });
        var first = simulators.PayAsync("p-1");
        await simulators.Admin.WaitForCallsAsync("airtime.pay", 1);
        time.Advance(TimeSpan.FromMilliseconds(400));
        var second = simulators.PayAsync("p-2");
        Assert.Equal(1, await simulators.Admin.WaitForCallsAsync("airtime.pay", 1, "p-2"));
        await simulators.Admin.ReleaseAsync();
        await Task.WhenAll(first, second);
        time.Advance(TimeSpan.FromMilliseconds(600));
        (await simulators.PayAsync("p-1", amount: 1)).Assert(409);

        var calls = await simulators.Admin.CallsAsync("airtime.pay");
        Assert.Equal(
            [("p-1", 1, 200, 400d, 1), ("p-2", 2, 200, 0d, 1), ("p-1", 1, 409, 0d, 0)],
            calls.Select(call => (call.Key, call.Concurrency, call.Status, call.DurationMs, call.Faults.Count)).Select(call => (call.Key, call.Concurrency, call.Status!.Value, call.DurationMs!.Value, call.Count)));
        Assert.Equal(TimeSpan.FromMilliseconds(400), calls[1].ReceivedAt - calls[0].ReceivedAt);
        Assert.Equal([calls[0].Number, calls[2].Number], (await simulators.Admin.CallsAsync("*.pay", "p-1")).Select(call => call.Number));

        var summary = Assert.Single(await simulators.Admin.SummarizeCallsAsync(), route => route.Route == "airtime.pay");
        Assert.Equal((3, 0, 2, 2), (summary.Received, summary.InProgress, summary.PeakConcurrency, summary.BusiestSecond));
        Assert.Equal([("held", 2)], summary.Struck.Select(struck => (struck.Key, struck.Value)));
    }

    [Fact]
    public async Task A_wait_for_calls_that_do_not_come_ends_with_how_many_there_were()
    {
        var time = new ManualTimeProvider();
        await using var simulators = await TestSimulators.StartAsync(time: time);
        (await simulators.PayAsync("p-1")).Assert(200);
        var waiting = simulators.Admin.WaitForCallsAsync("airtime.pay", 2);
        await time.WaitForTimersAsync(1, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(1, await waiting);
        (await simulators.GetAsync("/admin/calls/count?route=nothing")).Assert(400);
        (await simulators.GetAsync("/admin/calls/count?route=airtime.pay&waitSeconds=61")).Assert(400);
    }

    [Fact]
    public async Task Lists_come_in_pages()
    {
        await using var simulators = await TestSimulators.StartAsync();
        await simulators.Admin.SetCoreAccountsAsync([.. Enumerable.Range(1, 5).Select(i => new CoreAccount($"{i}", i))]);
        var first = (await simulators.GetAsync("/admin/t24/accounts?limit=3")).Assert(200).Json;
        Assert.Equal((3, 5, 3), (first.GetProperty("items").GetArrayLength(), first.GetProperty("total").GetInt32(), first.GetProperty("next").GetInt32()));
        var last = (await simulators.GetAsync("/admin/t24/accounts?limit=3&after=3")).Assert(200).Json;
        Assert.Equal("4", last.GetProperty("items")[0].GetProperty("accountNumber").GetString());
        Assert.False(last.TryGetProperty("next", out _));
        foreach (var query in (string[])["limit=10001", "limit=-1", "limit=x", "after=-1", "after=99999999999"])
        {
            (await simulators.GetAsync("/admin/t24/accounts?" + query)).Assert(400);
        }
    }

    [Theory]
    [InlineData("", 400)]
    [InlineData("null", 400)]
    [InlineData("[]", 400)]
    [InlineData("""{"reference":"p-1","customerReference":"08031234567","amount":100""", 400)]
    [InlineData("""{"reference":"p-1","customerReference":"08031234567","amount":100,"extra":1}""", 400)]
    [InlineData("""{"reference":"p-1","customerReference":"08031234567","amount":100,"amount":100}""", 400)]
    [InlineData("""{"reference":"p-1","customerReference":"08031234567","amount":"100"}""", 400)]
    [InlineData("""{"reference":"p-1","customerReference":"08031234567","amount":100.005}""", 400)]
    [InlineData("""{"reference":"p-1","customerReference":"08031234567"}""", 400)]
    [InlineData("""{"reference":"","customerReference":"08031234567","amount":100}""", 400)]
    [InlineData("""{"customerReference":"08031234567","amount":100}""", 400)]
    public async Task A_malformed_payment_is_refused_and_not_taken(string body, int status)
    {
        await using var simulators = await TestSimulators.StartAsync();
        Assert.Equal("BAD_REQUEST", (await simulators.PostAsync("/billers/airtime/payments", body)).Assert(status)["code"]);
        Assert.Empty(await simulators.Admin.PaymentsAsync("airtime"));
        Assert.Equal(status, Assert.Single(await simulators.Admin.CallsAsync("airtime.pay")).Status);
    }

    [Fact]
    public async Task A_body_that_is_too_large_or_not_JSON_is_refused()
    {
        await using var simulators = await TestSimulators.StartAsync();
        (await simulators.PostAsync("/billers/airtime/payments", new string(' ', SimulatorLimits.MaxCallBodyBytes + 1))).Assert(413);
        (await simulators.SendAsync(HttpMethod.Post, "/billers/airtime/payments", new StringContent("{}", Encoding.UTF8, "text/plain"))).Assert(415);
        (await simulators.SendAsync(HttpMethod.Post, "/globus/oauth/token", new StringContent("{}", Encoding.UTF8, "application/json"))).Assert(400);
    }

    [Theory]
    [InlineData("""{"url":"ftp://127.0.0.1/"}""")]
    [InlineData("""{"url":"/hook"}""")]
    [InlineData("""{"url":"http://127.0.0.1/","concurrency":0}""")]
    [InlineData("""{"url":"http://127.0.0.1/","redeliverMs":0}""")]
    [InlineData("""{"url":"http://127.0.0.1/","secret":""}""")]
    public async Task A_webhook_that_cannot_be_is_refused(string body)
    {
        await using var simulators = await TestSimulators.StartAsync();
        (await simulators.PutAsync("/admin/globus/webhook", body)).Assert(400);
    }
}
