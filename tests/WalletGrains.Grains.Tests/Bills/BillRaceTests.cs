using WalletGrains.Contracts;
using WalletGrains.Contracts.Bills;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Grains.Bills;
using Xunit;
using static WalletGrains.Grains.Tests.MemoryCluster;

namespace WalletGrains.Grains.Tests.Bills;

/// <summary>Payments that two are at in the same moment: those who ask or call the biller, in one activation or two, and operators.</summary>
[Collection<MemoryClusterTests>]
public sealed class BillRaceTests(MemoryCluster cluster) : IDisposable
{
    private static readonly Guid Operator = Guid.CreateVersion7();

    private readonly string _customer = $"WB-{Guid.NewGuid():N}";

    public void Dispose() => cluster.Billers.ReleaseAll(_customer);

    [Fact]
    public async Task A_payment_that_is_settled_as_failed_while_its_biller_is_asked_is_not_sent_again()
    {
        var (wallet, paymentId, asked) = await AskAsync(wasTaken: false);
        Assert.True((await SettleAsync(paymentId, isPaid: false)).IsAsDecided);
        await cluster.EndAsync(paymentId);
        asked.Release();

        // The biller knows nothing of it: now it would be sent again.
        await DoneAsync(paymentId);
        Assert.Equal((1, 0), (cluster.Billers.CallsFor(_customer), cluster.Billers.TakenFrom(_customer).Count));
        Assert.Equal(BillStatus.Reversed, (await cluster.Bills.FindAsync(paymentId))!.Status);
        Assert.Equal([(1_000, 0)], await cluster.MoneyAsync(wallet));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task While_a_call_is_on_its_way_to_the_biller_nobody_settles_the_payment(bool isPaid)
    {
        var (wallet, paymentId, asked) = await AskAsync(wasTaken: false);
        var called = cluster.Billers.HoldPaid(_customer);
        asked.Release();
        await called.BegunAsync();
        var refused = await SettleAsync(paymentId, isPaid);
        Assert.Equal((false, BillStatus.Unknown), (refused.IsAsDecided, refused.Payment.Status));
        called.Release();

        Assert.Equal((BillStatus.Completed, null), await cluster.EndAsync(paymentId) is var payment ? (payment.Status, payment.Settlement) : default);
        Assert.Single(cluster.Billers.TakenFrom(_customer));
        Assert.Equal([(700, 0)], await cluster.MoneyAsync(wallet));
    }

    [Fact]
    public async Task A_payment_that_is_settled_as_paid_while_its_biller_is_asked_leaves_the_wallet_at_once()
    {
        var (wallet, paymentId, asked) = await AskAsync(wasTaken: true);
        var settled = await SettleAsync(paymentId, isPaid: true);
        Assert.Equal((true, BillStatus.Completed), (settled.IsAsDecided, settled.Payment.Status));
        Assert.Equal([(700, 0)], await cluster.MoneyAsync(wallet));

        // What was asked before comes to nothing, and so does its job.
        asked.Release();
        await DoneAsync(paymentId);
        Assert.Equal([(700, 0)], await cluster.MoneyAsync(wallet));
    }

    [Fact]
    public async Task Of_two_who_hear_that_the_biller_knows_nothing_of_a_payment_one_sends_it()
    {
        var (wallet, paymentId, asked) = await AskAsync(wasTaken: false);
        cluster.Billers.WhenAsked(_customer, _ => new BillerAnswer.NotFound(), _ => new BillerAnswer.NotFound());
        var other = cluster.Client.GetGrain<IBillPaymentGrain>(paymentId).AskAsync();
        await asked.BegunAsync();
        asked.Release();
        await other;

        Assert.Equal(BillStatus.Completed, (await cluster.EndAsync(paymentId)).Status);
        Assert.Equal(2, cluster.Billers.CallsFor(_customer));
        Assert.Equal([(700, 0)], await cluster.MoneyAsync(wallet));
    }

    [Fact]
    public async Task A_refusal_gives_nothing_back_while_an_earlier_call_may_still_be_on_its_way()
    {
        // The first call is slow. The biller knows nothing of it, and by then takes no such payment any more.
        var wallet = await cluster.OpenAsync(1_000);
        BillOrder? slow = null;
        Func<BillOrder, BillerAnswer> refused = _ => new BillerAnswer.Refused("UNKNOWN_CUSTOMER", "There is no such customer.");
        cluster.Billers.WhenPaid(_customer, order => Lost(slow = order), refused, refused, refused);
        var paymentId = await PayAsync(wallet);
        var letter = await JobAsync(BillJobs.Status, paymentId, job => job.Status is JobStatus.Dead);
        Assert.Contains("UNKNOWN_CUSTOMER", letter.LastError, StringComparison.Ordinal);
        Assert.Equal([(1_000, 300)], await cluster.MoneyAsync(wallet));

        cluster.Billers.Take(slow!);
        await cluster.Bills.RetryAsync(paymentId);
        Assert.Equal(BillStatus.Completed, (await cluster.EndAsync(paymentId)).Status);
        Assert.Equal([(700, 0)], await cluster.MoneyAsync(wallet));
    }

    [Fact]
    public async Task A_refusal_of_the_only_call_gives_the_money_back()
    {
        var wallet = await cluster.OpenAsync(1_000);
        cluster.Billers.WhenPaid(_customer, _ => new BillerAnswer.NotSent(null, "no connection"), _ => new BillerAnswer.Refused("UNKNOWN_CUSTOMER", "There is no such customer."));
        var payment = await cluster.EndAsync(await PayAsync(wallet));
        Assert.Equal((BillStatus.Reversed, new BillFailure("UNKNOWN_CUSTOMER", "There is no such customer.")), (payment.Status, payment.Failure));
        Assert.Equal([(1_000, 0)], await cluster.MoneyAsync(wallet));
    }

    [Fact]
    public async Task A_biller_that_contradicts_what_was_decided_is_written_down_and_a_dead_letter()
    {
        var (wallet, paymentId, asked) = await AskAsync(wasTaken: true);
        cluster.Billers.WhenAsked(_customer);
        Assert.True((await SettleAsync(paymentId, isPaid: false)).IsAsDecided);
        await cluster.EndAsync(paymentId);
        asked.Release();

        var letter = await JobAsync(BillJobs.Dispute, paymentId, job => job.Status is JobStatus.Dead);
        Assert.StartsWith($"The biller says that it has the money: B-{paymentId}. The payment is REVERSED", letter.LastError, StringComparison.Ordinal);
        var payment = (await cluster.Bills.FindAsync(paymentId))!;
        Assert.Equal((BillStatus.Reversed, $"The biller says that it has the money: B-{paymentId}."), (payment.Status, payment.Dispute!.Said));
        Assert.Equal([(1_000, 0)], await cluster.MoneyAsync(wallet));
        Assert.Null((await cluster.Jobs.DiscardAsync(letter.JobId)).Refusal);
    }

    private static BillerAnswer.Unknown Lost(BillOrder order) => new($"The answer to {order} was lost.");

    /// <summary>Makes a payment of which nobody knows what became, and asks the biller, which does not answer yet.</summary>
    private async Task<(Guid Wallet, Guid PaymentId, HeldCalls Asked)> AskAsync(bool wasTaken)
    {
        var wallet = await cluster.OpenAsync(1_000);
        var asked = cluster.Billers.HoldAsked(_customer);
        cluster.Billers.WhenPaid(_customer, order => wasTaken && cluster.Billers.Take(order) is BillerAnswer.Unknown other ? other : Lost(order));
        cluster.Billers.WhenAsked(_customer, wasTaken ? [Lost] : []);
        var paymentId = await PayAsync(wallet);
        await asked.BegunAsync();
        return (wallet, paymentId, asked);
    }

    private async Task<Guid> PayAsync(Guid wallet) => Assert.IsType<BillOutcome.Accepted>(
        await cluster.Bills.PayAsync(new PayBill(NewRequest(), wallet, ScriptedBillers.Code, _customer, Usd(300)))).PaymentId;

    private async Task<SettledBill> SettleAsync(Guid paymentId, bool isPaid) => (await cluster.Bills.SettleAsync(new SettleBill(paymentId, isPaid, Operator, "by telephone")))!;

    private Task<Job> DoneAsync(Guid paymentId) => JobAsync(BillJobs.Status, paymentId, job => job.Status is JobStatus.Done);

    private Task<Job> JobAsync(string kind, Guid paymentId, Func<Job, bool> isSo) => cluster.SeenAsync(async () =>
        (await cluster.Jobs.ListAsync(kind, null, null, Limits.MaxPageSize)).Items.FirstOrDefault(job => job.Key == paymentId.ToString() && isSo(job)));
}
