using WalletGrains.Contracts.Bills;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Grains.Bills;
using WalletGrains.Journal;
using Xunit;
using static WalletGrains.Grains.Tests.MemoryCluster;

namespace WalletGrains.Grains.Tests.Bills;

/// <summary>Payments whose grains die at a step: their jobs bring them to their end, and biller and wallet agree on it.</summary>
[Collection<MemoryClusterTests>]
public sealed class BillCrashTests(MemoryCluster cluster)
{
    [Theory]
    [InlineData("paid", CommitPoint.Before)]
    [InlineData("paid", CommitPoint.After)]
    [InlineData("declined", CommitPoint.Before)]
    [InlineData("declined", CommitPoint.After)]
    [InlineData("lost", CommitPoint.Before)]
    [InlineData("lost", CommitPoint.After)]
    [InlineData("late", CommitPoint.Before)]
    [InlineData("late", CommitPoint.After)]
    [InlineData("too much", CommitPoint.Before)]
    [InlineData("too much", CommitPoint.After)]
    public async Task A_payment_that_dies_at_a_step_comes_to_its_one_end(string scenario, CommitPoint point)
    {
        var deaths = 0;
        for (var step = 0; step < 20; step++)
        {
            var customer = $"WB-{Guid.NewGuid():N}";
            var wallet = await cluster.OpenAsync(1_000);
            Script(scenario, customer);
            var command = new PayBill(NewRequest(), wallet, ScriptedBillers.Code, customer, Usd(scenario is "too much" ? 1_001 : 300));
            cluster.Faults.DieAt(step, point);
            var first = await Record.ExceptionAsync(() => cluster.Bills.PayAsync(command));
            Assert.True(first is null or Contracts.UnavailableException, first?.ToString());
            if (first is null && (await cluster.Bills.ListAsync(new BillQuery(null, wallet, null, null, 1))).Items is [var made] && scenario is not "too much")
            {
                // Until the dying step was met, or the payment is at its end without it.
                await cluster.SeenAsync(async () => cluster.Faults.IsDead || await cluster.Bills.FindAsync(made.PaymentId) is { Status: BillStatus.Completed or BillStatus.Reversed }
                    ? "seen"
                    : null);
            }

            var isDead = cluster.Faults.IsDead;
            deaths += isDead ? 1 : 0;
            cluster.Faults.Heal();
            await WakeAsync();
            await AssertOneEndAsync(scenario, customer, command);
            if (!isDead)
            {
                break;
            }
        }

        Assert.InRange(deaths, scenario is "too much" ? 3 : 5, 19);
    }

    [Fact]
    public async Task Whose_reference_it_is_is_not_shown_before_the_wallet_has_decided_whether_it_holds_the_money()
    {
        var wallet = await cluster.OpenAsync(1_000);
        var command = new PayBill(NewRequest(), wallet, ScriptedBillers.Code, $"WB-{Guid.NewGuid():N}", Usd(300));
        cluster.Faults.DieAt(1, CommitPoint.Before);
        var outcome = await cluster.Bills.PayAsync(command);
        var payments = (await cluster.Bills.ListAsync(new BillQuery(null, wallet, null, null, 10))).Items;
        cluster.Faults.Heal();
        Assert.IsType<BillOutcome.NotDecided>(outcome);
        var pending = Assert.Single(payments);
        Assert.Equal((BillStatus.Pending, null), (pending.Status, pending.CustomerName));

        await cluster.Bills.PayAsync(command);
        Assert.Equal("Ada Obi", (await cluster.EndAsync(pending.PaymentId)).CustomerName);
    }

    /// <summary>Who dies between a step and the hint to its job leaves the job to find out by itself, ten seconds later: too long for a test.</summary>
    private Task WakeAsync() => Task.WhenAll(
        new[] { BillJobs.Payment, BillJobs.Status, BillJobs.Reversal }.Select(kind => cluster.Client.GetGrain<IJobGrain>(kind).WakeAsync()));

    private void Script(string scenario, string customer)
    {
        switch (scenario)
        {
            case "declined":
                // Its last word, however often it is asked.
                Func<BillOrder, BillerAnswer> declined = _ => new BillerAnswer.Failed("DECLINED", "words");
                cluster.Billers.WhenPaid(customer, [.. Enumerable.Repeat(declined, 50)]);
                break;
            case "lost":
                cluster.Billers.WhenPaid(customer, order => new BillerAnswer.Unknown($"{cluster.Billers.Take(order)}"));
                break;
            case "late":
                cluster.Billers.WhenPaid(customer, _ => new BillerAnswer.Pending("B-1"), _ => new BillerAnswer.Pending("B-1"));
                break;
            default:
                break;
        }
    }

    private async Task AssertOneEndAsync(string scenario, string customer, PayBill command)
    {
        // Whoever asked repeats the request, and finds the payment that was made before, or makes it now.
        var outcome = await cluster.Bills.PayAsync(command);
        if (scenario is "too much")
        {
            var refused = Assert.IsType<BillOutcome.Refused>(outcome);
            Assert.Equal(WalletRefusal.InsufficientFunds, refused.Refusal);
            Assert.Equal(BillStatus.Failed, (await cluster.EndAsync(refused.PaymentId)).Status);
            Assert.Equal([(1_000, 0)], await cluster.MoneyAsync(command.WalletId));
            Assert.Equal(0, cluster.Billers.CallsFor(customer));
            return;
        }

        var payment = await cluster.EndAsync(Assert.IsType<BillOutcome.Accepted>(outcome).PaymentId);
        var isPaid = scenario is not "declined";
        Assert.Equal(isPaid ? BillStatus.Completed : BillStatus.Reversed, payment.Status);
        Assert.Equal([(isPaid ? 700L : 1_000, 0L)], await cluster.MoneyAsync(command.WalletId));
        Assert.Equal(isPaid ? [payment.PaymentId.ToString()] : [], cluster.Billers.TakenFrom(customer).Select(order => order.Reference));
        Assert.Single((await cluster.Bills.ListAsync(new BillQuery(null, command.WalletId, null, null, 10))).Items);
    }
}
