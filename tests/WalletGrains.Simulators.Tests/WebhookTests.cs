using System.Security.Cryptography;
using System.Text;
using WalletGrains.Simulators.Admin;
using WalletGrains.Simulators.Faults;
using WalletGrains.Simulators.Globus;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Simulators.Tests;

public sealed class WebhookTests
{
    private const string Account = "0000014579";

    [Fact]
    public async Task A_credit_is_reported_once_and_signed_over_the_bytes_that_are_sent()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulators = await TestSimulators.StartAsync(new SimulatorOptions { WebhookUrl = receiver.Url });
        await simulators.Admin.PayInAsync(new PayInRequest(Account, 100.5m) { Reference = "r-1", SenderName = "Ngozi Ọkọnkwọ" });
        Assert.Equal(new WebhookStatus(Paused: false, Pending: 0, Accepted: 1, Attempts: 1, GivenUp: 0), await simulators.Admin.WaitForWebhooksAsync());

        var delivery = Assert.Single(receiver.Deliveries);
        Assert.Equal(
            Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(simulators.Options.WebhookSecret), delivery.Body)), delivery.Signature);
        Assert.Equal(("credit", "r-1", Account, 100.5m, "NGN", "Ngozi Ọkọnkwọ"), (
            delivery.Json.GetProperty("event").GetString(),
            delivery.Reference,
            delivery.Json.GetProperty("accountNumber").GetString(),
            delivery.Amount,
            delivery.Json.GetProperty("currency").GetString(),
            delivery.Json.GetProperty("senderName").GetString()));
    }

    [Fact]
    public async Task A_report_is_repeated_with_the_same_bytes_until_it_is_answered_with_200()
    {
        await using var receiver = await WebhookReceiver.StartAsync(nth => nth switch { 1 => 500, 2 => 204, 3 => 503, _ => 200 });
        await using var simulators = await TestSimulators.StartAsync();
        await simulators.Admin.SetWebhookAsync(new WebhookSettings(receiver.Url, "another-secret", RedeliverMs: 1));
        await simulators.Admin.PayInAsync(new PayInRequest(Account, 5));
        Assert.Equal(new WebhookStatus(Paused: false, Pending: 0, Accepted: 1, Attempts: 4, GivenUp: 0), await simulators.Admin.WaitForWebhooksAsync());

        Assert.Equal(4, receiver.Deliveries.Count);
        Assert.Equal([500, 204, 503, 200], (await simulators.Admin.CallsAsync("globus.webhook")).Select(call => call.Status));
        Assert.Single(receiver.Deliveries.Select(delivery => Convert.ToHexString(delivery.Body) + delivery.Signature).Distinct());
    }

    [Fact]
    public async Task A_report_that_is_never_accepted_is_given_up_in_the_end()
    {
        var time = new ManualTimeProvider();
        await using var receiver = await WebhookReceiver.StartAsync(_ => 500);
        await using var simulators = await TestSimulators.StartAsync(new SimulatorOptions { WebhookUrl = receiver.Url }, time);
        await simulators.Admin.PayInAsync(new PayInRequest(Account, 5));
        for (var attempt = 1; attempt < SimulatorLimits.MaxWebhookAttempts; attempt++)
        {
            await time.WaitForTimersAsync(1, TestContext.Current.CancellationToken);
            Assert.Equal(attempt, receiver.Deliveries.Count);
            time.Advance(SimulatorLimits.MaxRedeliveryPause);
        }

        var status = await simulators.Admin.WaitForWebhooksAsync(waitSeconds: 60);
        Assert.Equal(new WebhookStatus(Paused: false, Pending: 0, Accepted: 0, SimulatorLimits.MaxWebhookAttempts, GivenUp: 1), status);
    }

    [Fact]
    public async Task Reports_wait_until_there_is_somewhere_to_send_them_and_while_they_are_paused()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulators = await TestSimulators.StartAsync();
        await simulators.Admin.PayInAsync(new PayInRequest(Account, 5) { Reference = "r-1" });
        await simulators.Admin.SetWebhookAsync(new WebhookSettings(receiver.Url));
        Assert.Equal(1, (await simulators.Admin.WaitForWebhooksAsync()).Accepted);

        await simulators.Admin.PauseWebhooksAsync();
        await simulators.Admin.PayInAsync(new PayInRequest(Account, 5) { Reference = "r-2" });
        Assert.Equal(new WebhookStatus(Paused: true, Pending: 1, Accepted: 1, Attempts: 1, GivenUp: 0), await simulators.Admin.WaitForWebhooksAsync(waitSeconds: 0));
        await simulators.Admin.ResumeWebhooksAsync();
        await simulators.Admin.WaitForWebhooksAsync();
        Assert.Equal(["r-1", "r-2"], receiver.Deliveries.Select(delivery => delivery.Reference));
    }

    [Fact]
    public async Task A_credit_can_be_booked_and_never_reported_and_reported_later_by_hand()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulators = await TestSimulators.StartAsync(new SimulatorOptions { WebhookUrl = receiver.Url });
        await simulators.Admin.PayInAsync(new PayInRequest(Account, 5) { Reference = "r-1", Notify = false });
        Assert.Equal(0, (await simulators.Admin.WaitForWebhooksAsync()).Attempts);
        Assert.Single(await simulators.Admin.CreditsAsync());

        await simulators.Admin.ReportAsync("r-1");
        await simulators.Admin.ReportAsync("r-1");
        Assert.Equal(2, (await simulators.Admin.WaitForWebhooksAsync()).Accepted);
        Assert.Equal(["r-1", "r-1"], receiver.Deliveries.Select(delivery => delivery.Reference));
    }

    [Fact]
    public async Task Duplicates_are_the_same_and_altered_ones_come_after_the_true_one_and_say_more()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulators = await TestSimulators.StartAsync(new SimulatorOptions { WebhookUrl = receiver.Url });
        await simulators.Admin.SetFaultsAsync(
            new FaultRule(Routes.Webhook, FaultKind.Duplicate) { Key = "twice", Copies = 4 },
            new FaultRule(Routes.Webhook, FaultKind.AlteredDuplicate) { Key = "altered" },
            new FaultRule(Routes.Webhook, FaultKind.WrongAmount) { Key = "wrong" });
        foreach (var reference in (string[])["once", "twice", "altered", "wrong"])
        {
            await simulators.Admin.PayInAsync(new PayInRequest(Account, 5) { Reference = reference });
        }

        await simulators.Admin.WaitForWebhooksAsync();
        Assert.Equal([5], Amounts(receiver, "once"));
        Assert.Equal([5, 5, 5, 5, 5], Amounts(receiver, "twice"));
        Assert.Equal([5, 6], Amounts(receiver, "altered"));
        Assert.Equal([6], Amounts(receiver, "wrong"));
        Assert.All(await simulators.Admin.CreditsAsync(), credit => Assert.Equal(5, credit.Amount));
    }

    [Fact]
    public async Task A_delayed_report_is_overtaken()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulators = await TestSimulators.StartAsync();
        await simulators.Admin.SetFaultsAsync(new FaultRule(Routes.Webhook, FaultKind.Delay) { Key = "late", DelayMs = 20 });
        await simulators.Admin.PauseWebhooksAsync();
        await simulators.Admin.SetWebhookAsync(new WebhookSettings(receiver.Url, Concurrency: 1));
        await simulators.Admin.PayInAsync(new PayInRequest(Account, 5) { Reference = "late" });
        await simulators.Admin.PayInAsync(new PayInRequest(Account, 5) { Reference = "soon" });
        await simulators.Admin.ResumeWebhooksAsync();
        await simulators.Admin.WaitForWebhooksAsync();
        Assert.Equal(["soon", "late"], receiver.Deliveries.Select(delivery => delivery.Reference));
    }

    [Fact]
    public async Task Reports_are_reordered_as_the_seed_says()
    {
        var order = await OrderAsync(seed: 5);
        Assert.NotEqual(order.Order(StringComparer.Ordinal), order);
        Assert.Equal(order, await OrderAsync(seed: 5));
        Assert.NotEqual(order, await OrderAsync(seed: 6));
    }

    private static async Task<IReadOnlyList<string>> OrderAsync(long seed)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulators = await TestSimulators.StartAsync(new SimulatorOptions { Seed = seed });
        await simulators.Admin.SetFaultsAsync(new FaultRule(Routes.Webhook, FaultKind.Reorder) { DelayMs = 100 });
        await simulators.Admin.PauseWebhooksAsync();
        await simulators.Admin.SetWebhookAsync(new WebhookSettings(receiver.Url, Concurrency: 1));
        for (var i = 0; i < 20; i++)
        {
            await simulators.Admin.PayInAsync(new PayInRequest(Account, 5) { Reference = $"r-{i:D2}" });
        }

        await simulators.Admin.ResumeWebhooksAsync();
        await simulators.Admin.WaitForWebhooksAsync();
        var order = receiver.Deliveries.Select(delivery => delivery.Reference).ToList();
        Assert.Equal(20, order.Distinct().Count());
        return order;
    }

    private static IEnumerable<decimal> Amounts(WebhookReceiver receiver, string reference) =>
        receiver.Deliveries.Where(delivery => delivery.Reference == reference).Select(delivery => delivery.Amount);
}
