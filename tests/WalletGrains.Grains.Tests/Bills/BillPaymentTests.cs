using WalletGrains.Contracts;
using WalletGrains.Contracts.Bills;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Grains.Bills;
using Xunit;
using static WalletGrains.Grains.Tests.MemoryCluster;

namespace WalletGrains.Grains.Tests.Bills;

/// <summary>Payments of bills by their jobs, with a biller that answers what a test wants.</summary>
[Collection<MemoryClusterTests>]
public sealed class BillPaymentTests(MemoryCluster cluster)
{
    private readonly string _customer = $"WB-{Guid.NewGuid():N}";

    [Fact]
    public async Task A_bill_that_is_paid_leaves_the_wallet_for_the_biller_once()
    {
        var wallet = await cluster.OpenAsync(1_000);
        var payment = await EndAsync(await PayAsync(wallet, 300));

        Assert.Equal([BillStatus.Pending, BillStatus.Processing, BillStatus.Processing, BillStatus.Completed], payment.History.Select(step => step.Status));
        Assert.Equal(("Ada Obi", $"B-{payment.PaymentId}", "T-1"), (payment.CustomerName, payment.BillerReference, payment.Token));
        Assert.Equal([new BillOrder(payment.PaymentId.ToString(), _customer, Usd(300))], cluster.Billers.TakenFrom(_customer));
        Assert.Equal([(700, 0)], await cluster.MoneyAsync(wallet));
        var entries = await HistoryAsync(wallet);
        Assert.Equal([EntryType.Fund, EntryType.Hold, EntryType.BillPayment], entries.Select(entry => entry.Type));
        Assert.Equal(("biller:water", $"water {_customer}", payment.PaymentId), (entries[2].CounterAccount, entries[2].Description, entries[2].Hold!.HoldId));
    }

    [Fact]
    public async Task A_bill_that_the_biller_declines_is_given_back()
    {
        var wallet = await cluster.OpenAsync(1_000);
        cluster.Billers.WhenPaid(_customer, _ => new BillerAnswer.Failed("DECLINED", "The account is closed."));
        var payment = await EndAsync(await PayAsync(wallet, 300));

        Assert.Equal([BillStatus.Pending, BillStatus.Processing, BillStatus.Reversing, BillStatus.Reversed], payment.History.Select(step => step.Status));
        Assert.Equal(new BillFailure("DECLINED", "The account is closed."), payment.Failure);
        Assert.Empty(cluster.Billers.TakenFrom(_customer));
        Assert.Equal([(1_000, 0)], await cluster.MoneyAsync(wallet));
        Assert.Equal([EntryType.Fund, EntryType.Hold, EntryType.BillReversal], (await HistoryAsync(wallet)).Select(entry => entry.Type));
    }

    [Fact]
    public async Task A_call_that_was_lost_on_its_way_is_made_again_under_the_same_reference()
    {
        var wallet = await cluster.OpenAsync(1_000);
        cluster.Billers.WhenPaid(_customer, _ => new BillerAnswer.Unknown("no answer"), _ => new BillerAnswer.Unknown("no answer"));
        var payment = await EndAsync(await PayAsync(wallet, 300));

        Assert.Equal(
            [BillStatus.Pending, BillStatus.Processing, BillStatus.Unknown, BillStatus.Processing, BillStatus.Completed],
            payment.History.Select(step => step.Status));
        Assert.Equal(3, cluster.Billers.CallsFor(_customer));
        Assert.Single(cluster.Billers.TakenFrom(_customer));
        Assert.Equal([(700, 0)], await cluster.MoneyAsync(wallet));
    }

    [Fact]
    public async Task A_payment_whose_answer_was_lost_is_asked_for_and_not_made_again()
    {
        var wallet = await cluster.OpenAsync(1_000);
        cluster.Billers.WhenPaid(_customer, order => Lost(cluster.Billers.Take(order)));
        cluster.Billers.WhenAsked(_customer, _ => new BillerAnswer.NotSent(TimeSpan.FromMilliseconds(1), "left alone"));
        var payment = await EndAsync(await PayAsync(wallet, 300));

        Assert.Equal(BillStatus.Completed, payment.Status);
        Assert.Equal(1, cluster.Billers.CallsFor(_customer));
        Assert.Equal([(700, 0)], await cluster.MoneyAsync(wallet));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_payment_that_the_biller_is_at_is_asked_for_until_it_is_final(bool succeeds)
    {
        var wallet = await cluster.OpenAsync(1_000);
        cluster.Billers.WhenPaid(_customer, _ => new BillerAnswer.Pending("B-1"));
        cluster.Billers.WhenAsked(
            _customer, _ => new BillerAnswer.Pending("B-1"), order => succeeds ? cluster.Billers.Take(order) : new BillerAnswer.Failed("DECLINED", "words"));
        var payment = await EndAsync(await PayAsync(wallet, 300));

        Assert.Equal(succeeds ? BillStatus.Completed : BillStatus.Reversed, payment.Status);
        Assert.DoesNotContain(BillStatus.Unknown, payment.History.Select(step => step.Status));
        Assert.Equal([(succeeds ? 700L : 1_000, 0L)], await cluster.MoneyAsync(wallet));
    }

    [Fact]
    public async Task A_biller_that_cannot_be_reached_is_called_until_it_can()
    {
        var wallet = await cluster.OpenAsync(1_000);
        cluster.Billers.WhenPaid(_customer, [.. Enumerable.Repeat<Func<BillOrder, BillerAnswer>>(_ => new BillerAnswer.NotSent(null, "no connection"), 5)]);
        var payment = await EndAsync(await PayAsync(wallet, 300));

        Assert.Equal([BillStatus.Pending, BillStatus.Processing, BillStatus.Processing, BillStatus.Completed], payment.History.Select(step => step.Status));
        Assert.Equal(6, cluster.Billers.CallsFor(_customer));
    }

    [Fact]
    public async Task An_operator_has_a_payment_tried_at_once_that_waits_for_its_biller()
    {
        var wallet = await cluster.OpenAsync(1_000);
        cluster.Billers.WhenPaid(_customer, _ => new BillerAnswer.NotSent(TimeSpan.FromHours(1), "left alone"));
        var paymentId = await PayAsync(wallet, 300);
        await cluster.SeenAsync(async () => (await cluster.Jobs.ListAsync("bill-payment", JobStatus.Queued, null, 200)).Items
            .FirstOrDefault(job => job.Key == paymentId.ToString() && job.DueAt > DateTimeOffset.UtcNow.AddMinutes(30)));
        Assert.Equal(BillStatus.Processing, (await cluster.Bills.RetryAsync(paymentId))!.Status);
        Assert.Equal(BillStatus.Completed, (await EndAsync(paymentId)).Status);
    }

    [Fact]
    public async Task While_a_biller_is_left_alone_no_attempts_are_used_up()
    {
        var wallet = await cluster.OpenAsync(1_000);
        cluster.Billers.WhenPaid(_customer, [.. Enumerable.Repeat<Func<BillOrder, BillerAnswer>>(_ => new BillerAnswer.NotSent(TimeSpan.FromMilliseconds(1), "left alone"), 3)]);
        var payment = await EndAsync(await PayAsync(wallet, 300));

        Assert.Equal((BillStatus.Completed, 4), (payment.Status, cluster.Billers.CallsFor(_customer)));
        var done = await cluster.SeenAsync(async () => (await cluster.Jobs.ListAsync("bill-payment", JobStatus.Done, null, 200)).Items.FirstOrDefault(job => job.Key == payment.PaymentId.ToString()));
        Assert.Equal(1, done.Attempts);
    }

    [Fact]
    public async Task A_bill_that_the_wallet_refuses_reaches_no_biller_and_stays_refused()
    {
        var wallet = await cluster.OpenAsync(299);
        var command = Command(wallet, 300);
        cluster.Billers.Customer = (_, _) => throw new InvalidOperationException("Who has no money is told no names.");
        var refused = Assert.IsType<BillOutcome.Refused>(await cluster.Bills.PayAsync(command));
        Assert.Equal((WalletRefusal.InsufficientFunds, false), (refused.Refusal, refused.Replayed));
        cluster.Billers.Customer = (_, _) => Task.FromResult<CustomerAnswer>(new CustomerAnswer.Known("Ada Obi"));

        await cluster.ExecuteAsync(wallet, new Deposit(NewRequest(), Usd(1_000)));
        Assert.Equal(refused with { Replayed = true }, await cluster.Bills.PayAsync(command));
        var payment = (await cluster.Bills.FindAsync(refused.PaymentId))!;
        Assert.Equal((BillStatus.Failed, "INSUFFICIENT_FUNDS"), (payment.Status, payment.Failure!.Code));
        Assert.Equal(0, cluster.Billers.CallsFor(_customer));
        Assert.Equal([(1_299, 0)], await cluster.MoneyAsync(wallet));
    }

    [Fact]
    public async Task A_repeated_request_is_one_payment_however_often_and_with_other_content_none()
    {
        var wallet = await cluster.OpenAsync(1_000);
        var command = Command(wallet, 300);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => cluster.Bills.PayAsync(command)));
        var accepted = outcomes.Cast<BillOutcome.Accepted>().ToList();
        Assert.Single(accepted, outcome => !outcome.Replayed);
        var paymentId = Assert.Single(accepted.Select(outcome => outcome.PaymentId).Distinct());
        await EndAsync(paymentId);

        Assert.Equal(new BillOutcome.Accepted(paymentId, Replayed: true), await cluster.Bills.PayAsync(command));
        foreach (var other in new[] { command with { Amount = Usd(301) }, command with { CustomerReference = "WB-2" }, command with { BillerCode = "air" } })
        {
            Assert.Equal(new BillOutcome.NotDecided(NotDecidedReason.RequestIdReused), await cluster.Bills.PayAsync(other));
        }

        Assert.Single(cluster.Billers.TakenFrom(_customer));
        Assert.Equal([(700, 0)], await cluster.MoneyAsync(wallet));
    }

    [Theory]
    [InlineData("biller", BillInvalidReason.BillerNotFound)]
    [InlineData("currency", BillInvalidReason.CurrencyMismatch)]
    [InlineData("reference", BillInvalidReason.ReferenceMalformed)]
    [InlineData("too little", BillInvalidReason.AmountOutOfBounds)]
    [InlineData("too much", BillInvalidReason.AmountOutOfBounds)]
    [InlineData("nobody", BillInvalidReason.CustomerNotFound)]
    public async Task What_the_biller_does_not_take_uses_no_request_id_up(string what, BillInvalidReason reason)
    {
        var wallet = await cluster.OpenAsync(100_000, what is "currency" ? "NGN" : "USD");
        var command = Command(wallet, 300);
        cluster.Billers.Customer = (_, _) => Task.FromResult<CustomerAnswer>(what is "nobody" ? new CustomerAnswer.Nobody() : new CustomerAnswer.Known("Ada Obi"));
        var outcome = await cluster.Bills.PayAsync(what switch
        {
            "biller" => command with { BillerCode = "none" },
            "currency" => command with { Amount = new Money(300, Currency.Parse("NGN")) },
            "reference" => command with { CustomerReference = "WB 1" },
            "too little" => command with { Amount = Usd(99) },
            "too much" => command with { Amount = Usd(5_001) },
            _ => command,
        });
        Assert.Equal(new BillOutcome.Invalid(reason, what is "biller" ? null : cluster.Billers.Profile), outcome);

        cluster.Billers.Customer = (_, _) => Task.FromResult<CustomerAnswer>(new CustomerAnswer.Known("Ada Obi"));
        if (what is not "currency")
        {
            Assert.False(Assert.IsType<BillOutcome.Accepted>(await cluster.Bills.PayAsync(command)).Replayed);
        }

        Assert.Equal(new BillOutcome.NotDecided(NotDecidedReason.WalletNotFound), await cluster.Bills.PayAsync(Command(Guid.CreateVersion7(), 300)));
    }

    [Fact]
    public async Task A_biller_that_does_not_tell_whose_reference_it_is_keeps_nobody_from_paying()
    {
        var wallet = await cluster.OpenAsync(1_000);
        try
        {
            cluster.Billers.Customer = async (_, cancellation) =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
                throw new InvalidOperationException("This call never ends by itself.");
            };
            var slow = await EndAsync(await PayAsync(wallet, 300));
            cluster.Billers.Customer = (_, _) => Task.FromResult<CustomerAnswer>(new CustomerAnswer.NotSaid("broken"));
            var broken = await EndAsync(await PayAsync(wallet, 300));
            Assert.All([slow, broken], payment => Assert.Equal((BillStatus.Completed, null), (payment.Status, payment.CustomerName)));
        }
        finally
        {
            cluster.Billers.Customer = (_, _) => Task.FromResult<CustomerAnswer>(new CustomerAnswer.Known("Ada Obi"));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_nobody_knows_for_too_long_is_a_dead_letter_and_still_ends_right_when_it_is_retried(bool wasTaken)
    {
        var wallet = await cluster.OpenAsync(1_000);
        var (paymentId, job) = await LoseAsync(wallet, wasTaken);
        Assert.Contains("find out from the biller", job.LastError, StringComparison.Ordinal);
        Assert.Equal([(1_000, 300)], await cluster.MoneyAsync(wallet));
        Assert.Equal(BillStatus.Unknown, (await cluster.Bills.FindAsync(paymentId))!.Status);

        // The biller is well again and tells the truth; one that knows nothing of it takes it now.
        Assert.Null((await cluster.Jobs.RetryAsync(job.JobId)).Refusal);
        Assert.Equal(BillStatus.Completed, (await EndAsync(paymentId)).Status);
        Assert.Single(cluster.Billers.TakenFrom(_customer));
        Assert.Equal([(700, 0)], await cluster.MoneyAsync(wallet));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_operator_who_has_found_out_ends_a_payment_once(bool isPaid)
    {
        var wallet = await cluster.OpenAsync(1_000);
        var (paymentId, job) = await LoseAsync(wallet, isPaid);
        var operatorId = Guid.CreateVersion7();
        var settled = await cluster.Bills.SettleAsync(new SettleBill(paymentId, isPaid, operatorId, "by telephone"));
        Assert.True(settled!.IsAsDecided);
        var payment = await EndAsync(paymentId);

        Assert.Equal((isPaid ? BillStatus.Completed : BillStatus.Reversed, new BillSettlement(operatorId, "by telephone")), (payment.Status, payment.Settlement));
        Assert.Equal([(isPaid ? 700L : 1_000, 0L)], await cluster.MoneyAsync(wallet));
        await JobAsync(found => found.JobId == job.JobId || found.Key == job.Key, found => found.Status is JobStatus.Done);

        // Again it is as it was decided; the other way round nothing happens.
        Assert.True((await cluster.Bills.SettleAsync(new SettleBill(paymentId, isPaid, operatorId, "again")))!.IsAsDecided);
        var other = await cluster.Bills.SettleAsync(new SettleBill(paymentId, !isPaid, operatorId, "no"));
        Assert.Equal((false, payment.Status), (other!.IsAsDecided, other.Payment.Status));
        Assert.Equal([(isPaid ? 700L : 1_000, 0L)], await cluster.MoneyAsync(wallet));
    }

    [Fact]
    public async Task What_is_not_open_is_settled_by_nobody()
    {
        var wallet = await cluster.OpenAsync(1_000);
        var payment = await EndAsync(await PayAsync(wallet, 300));
        var settled = await cluster.Bills.SettleAsync(new SettleBill(payment.PaymentId, IsPaid: false, Guid.CreateVersion7(), "words"));
        Assert.Equal((false, BillStatus.Completed), (settled!.IsAsDecided, settled.Payment.Status));
        Assert.Null(await cluster.Bills.SettleAsync(new SettleBill(Guid.CreateVersion7(), IsPaid: true, Guid.CreateVersion7(), "words")));
        Assert.Null(await cluster.Bills.RetryAsync(Guid.CreateVersion7()));
    }

    [Fact]
    public async Task A_dead_letter_that_a_payment_waits_for_is_not_discarded()
    {
        var wallet = await cluster.OpenAsync(1_000);
        var (paymentId, job) = await LoseAsync(wallet, wasTaken: true);
        var kept = await cluster.Jobs.DiscardAsync(job.JobId);
        Assert.Equal((DeadLetterRefusal.PaymentWaits, JobStatus.Dead), (kept.Refusal, kept.Job!.Status));
        Assert.Equal(BillStatus.Unknown, (await cluster.Bills.RetryAsync(paymentId))!.Status);
        Assert.Equal(BillStatus.Completed, (await EndAsync(paymentId)).Status);

        var done = await JobAsync(found => found.Key == job.Key, found => found.Status is JobStatus.Done);
        Assert.Equal(DeadLetterRefusal.NotDead, (await cluster.Jobs.DiscardAsync(done.JobId)).Refusal);

        // Nobody would wait for it, were it dead once more.
        Assert.False(await cluster.Client.GetGrain<IBillPaymentGrain>(paymentId).IsWaitingForAsync(BillJobs.Status));
    }

    [Fact]
    public async Task Payments_are_listed_the_newest_first_and_by_how_far_they_have_come()
    {
        var wallet = await cluster.OpenAsync(1_000);
        var (completed, refused) = (await EndAsync(await PayAsync(wallet, 300)), (BillOutcome.Refused)await cluster.Bills.PayAsync(Command(wallet, 5_000)));
        var (unknown, _) = await LoseAsync(wallet, wasTaken: false);
        Guid[] newestFirst = [.. new[] { completed.PaymentId, refused.PaymentId, unknown }.OrderDescending()];
        var page = await cluster.Bills.ListAsync(new BillQuery(null, wallet, null, null, 2));
        Assert.Equal(newestFirst[..2], page.Items.Select(bill => bill.PaymentId));
        Assert.True(page.HasMore);
        var rest = await cluster.Bills.ListAsync(new BillQuery(null, wallet, null, newestFirst[1], 2));
        Assert.Equal(newestFirst[2..], rest.Items.Select(bill => bill.PaymentId));
        Assert.False(rest.HasMore);
        var ofStatus = await cluster.Bills.ListAsync(new BillQuery(null, wallet, BillStatus.Unknown, null, 2));
        Assert.Equal([unknown], ofStatus.Items.Select(bill => bill.PaymentId));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => cluster.Bills.ListAsync(new BillQuery(null, wallet, null, null, 0)));
    }

    private static BillerAnswer.Unknown Lost(BillerAnswer taken) => new($"The answer was lost: {taken}");

    private PayBill Command(Guid wallet, long minor) => new(NewRequest(), wallet, ScriptedBillers.Code, _customer, Usd(minor));

    private async Task<Guid> PayAsync(Guid wallet, long minor) => Assert.IsType<BillOutcome.Accepted>(await cluster.Bills.PayAsync(Command(wallet, minor))).PaymentId;

    private async Task<List<Entry>> HistoryAsync(Guid wallet) =>
        [.. (await cluster.Client.GetGrain<IWalletQueryGrain>(0).GetEntriesAfterAsync(wallet, 0, Limits.MaxPageSize)).Items];

    /// <summary>Makes a payment of which nobody knows what became, until its job is a dead letter.</summary>
    private async Task<(Guid PaymentId, Job Job)> LoseAsync(Guid wallet, bool wasTaken)
    {
        Func<BillOrder, BillerAnswer> unknown = _ => new BillerAnswer.Unknown("broken");
        cluster.Billers.WhenPaid(_customer, order => wasTaken ? Lost(cluster.Billers.Take(order)) : unknown(order));
        cluster.Billers.WhenAsked(_customer, unknown, unknown, unknown);
        var paymentId = await PayAsync(wallet, 300);
        return (paymentId, await JobAsync(job => job.Key == paymentId.ToString(), job => job.Status is JobStatus.Dead));
    }

    private Task<Job> JobAsync(Func<Job, bool> isIt, Func<Job, bool> isSo) => cluster.SeenAsync(async () =>
        (await cluster.Jobs.ListAsync(BillJobs.Status, null, null, Limits.MaxPageSize)).Items.FirstOrDefault(job => isIt(job) && isSo(job)));

    private Task<BillPayment> EndAsync(Guid paymentId) => cluster.EndAsync(paymentId);
}
