using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Activity;
using WalletGrains.Contracts.Bills;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Bills;
using WalletGrains.Domain.Wallets;
using WalletGrains.Grains.Wallets;
using WalletGrains.Journal.Bills;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Grains.Bills;

/// <summary>
/// One payment. What it learns it writes into its row before it does what follows from it: so whoever takes it at whatever step, with
/// whatever answers lost, ends it the same way. It keeps nothing of the payment between calls, so they need no turns: who asks for the payment, or
/// settles it, does not wait for the biller. What decides between those who are at it at the same time is the row's revision, in one activation
/// as in two.
/// </summary>
[Reentrant]
public sealed partial class BillPaymentGrain(
    IBillStore bills, IJobStore jobs, IBillers billers, BillOptions options, IdGenerator ids, TimeProvider time, ILogger<BillPaymentGrain> logger)
    : Grain, IBillPaymentGrain
{
    private static readonly BillAdvance Taken = new BillAdvance.Taken();
    private static readonly BillAdvance WaitsForWallet = new BillAdvance.Waits("The wallet did not decide.");

    /// <summary>The telling of the newest step that this activation has told; null before the first.</summary>
    private Task? _told;

    private Guid PaymentId => this.GetPrimaryKey();

    /// <inheritdoc />
    public async Task<BillOutcome> ReserveAsync() => await HoldAsync(await GetAsync());

    /// <inheritdoc />
    public async Task<BillAdvance> SendAsync()
    {
        var bill = await GetAsync();
        if (await HoldAsync(bill) is var held && held is not BillOutcome.Accepted)
        {
            return held is BillOutcome.Refused ? Taken : WaitsForWallet;
        }

        if (bill.Progress.IsToBeCalled && await CallAsync(bill) is { } call)
        {
            return call.Answer is BillerAnswer.NotSent unsent && call.Bill.Progress.IsToBeCalled
                ? new BillAdvance.Waits(unsent.Reason, unsent.RetryAfter)
                : await EndAsync(call.Bill);
        }

        bill = await GetAsync();
        return bill.Progress.IsToBeCalled ? new BillAdvance.Waits("Another call of the biller is under way.") : await EndAsync(bill);
    }

    /// <inheritdoc />
    public async Task<BillAdvance> AskAsync()
    {
        var bill = await GetAsync();
        if (!bill.Progress.IsAwaited)
        {
            return await EndAsync(bill);
        }

        var answer = billers.Find(bill.Row.BillerCode) is { } biller ? await biller.FindAsync(bill.Order, CancellationToken.None) : NotConfigured(bill);
        if (answer is BillerAnswer.NotFound && await CallAsync(bill) is { } call)
        {
            // Under its one reference it cannot be taken twice.
            (bill, answer) = call;
        }
        else
        {
            // While the biller was asked somebody else may have decided.
            bill = await GetAsync();
            bill = answer is BillerAnswer.Paid or BillerAnswer.Failed or BillerAnswer.Pending ? await ApplyAsync(bill, NewsOf(answer)) : bill;
        }

        if (!bill.Progress.IsAwaited)
        {
            return await EndAsync(bill);
        }

        var (reason, after) = answer switch
        {
            BillerAnswer.Pending => ("The biller is at it.", null),
            BillerAnswer.Unknown unknown => (unknown.Reason, null),
            BillerAnswer.NotSent unsent => (unsent.Reason, unsent.RetryAfter),
            BillerAnswer.Refused refused => ($"The biller refuses the payment ({refused.Code}: {refused.Reason}) and does not say what became of an earlier call.", null),
            _ => ("The biller does not say how the payment stands.", (TimeSpan?)null),
        };
        return time.GetUtcNow() - bill.Progress.AwaitingSince >= options.UnknownPatience
            ? new BillAdvance.Overdue($"{reason} It has been asked since {bill.Progress.AwaitingSince:yyyy-MM-dd'T'HH:mm:ss'Z'}: find out from the biller, then retry or settle the payment.")
            : new BillAdvance.Waits(reason, after);
    }

    /// <inheritdoc />
    public async Task<BillAdvance> ReverseAsync()
    {
        var bill = await GetAsync();
        if (bill.Progress.Phase is not BillPhase.Reversing)
        {
            return Taken;
        }

        if (!(await GrainFactory.ExecuteStepAsync(bill.Row.WalletId, new ReverseBill(PaymentId, bill.Description))).IsDone())
        {
            return WaitsForWallet;
        }

        await ApplyAsync(bill, new BillNews.GivenBack());
        return Taken;
    }

    /// <inheritdoc />
    public async Task<bool> IsWaitingForAsync(string jobKind) => await FindAsync() is { } bill && BillJobs.KindOf(bill.Progress) == jobKind;

    /// <inheritdoc />
    public async Task<SettledBill?> SettleAsync(SettleBill command)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (await FindAsync() is not { } bill)
        {
            return null;
        }

        bill = await ApplyAsync(bill, new BillNews.FoundOut(command.IsPaid, new BillSettlement(command.OperatorId, command.Reason)));
        var isAsDecided = command.IsPaid
            ? bill.Progress.Phase is BillPhase.Completing or BillPhase.Completed
            : bill.Progress.Phase is BillPhase.Reversing or BillPhase.Reversed;
        if (isAsDecided)
        {
            // Were the money not let go of now, a job would do it, which was written with the decision.
            await EndAsync(bill);
            bill = await GetAsync();

            // The job that called or asked, a dead letter perhaps, finds that out and is done.
            var kind = KindBefore(bill.Progress);
            await Outage.GuardWriteAsync(async () =>
            {
                await jobs.EnqueueAsync(BillJobs.AtOnce(kind, ids.NewId(), bill.Row), CancellationToken.None);
                return true;
            });
            await GrainFactory.HintAsync(kind);
        }

        return new SettledBill(bill.ToPayment(), isAsDecided);
    }

    /// <summary>Holds the money where nothing is decided about it yet.</summary>
    private async Task<BillOutcome> HoldAsync(StoredBill bill)
    {
        if (bill.Progress.Phase is not BillPhase.Pending)
        {
            return bill.Progress is { Phase: BillPhase.Failed, Failure: { } failure }
                ? new BillOutcome.Refused(PaymentId, RefusalContent.Parse(failure.Code), Replayed: false)
                : new BillOutcome.Accepted(PaymentId, Replayed: false);
        }

        // The payment is written. Whoever comes first tells that, ahead of all steps behind it.
        _told ??= TellAsync(Task.CompletedTask, bill);
        var hold = new PlaceHold(RequestId.ForBillHold(PaymentId), bill.Amount, PaymentId, null, bill.Description);
        switch (await GrainFactory.ExecuteStepAsync(bill.Row.WalletId, hold))
        {
            case WalletOutcome.Accepted:
                return new BillOutcome.Accepted(PaymentId, Replayed: false);
            case WalletOutcome.Refused { Refusal: var refusal }:
                await ApplyAsync(bill, new BillNews.HoldRefused(new BillFailure(RefusalContent.NameOf(refusal), "The wallet refused to hold the money.")));
                return new BillOutcome.Refused(PaymentId, refusal, Replayed: false);
            case WalletOutcome.NotDecided { Reason: NotDecidedReason.Overloaded or NotDecidedReason.Unavailable or NotDecidedReason.OutcomeUnknown }:
                return new BillOutcome.NotDecided(NotDecidedReason.OutcomeUnknown);
            case var outcome:
                throw new InvalidOperationException($"The hold of a bill came back as {outcome}; an invariant is broken.");
        }
    }

    /// <summary>
    /// Calls the biller, when that is written on the payment just as it was read. Were nothing of the call ever heard again, the payment would know that there
    /// was one; and one that somebody has decided about meanwhile is not called for.
    /// </summary>
    /// <returns>The payment with what the biller said; null when there was no call.</returns>
    private async Task<(StoredBill Bill, BillerAnswer Answer)?> CallAsync(StoredBill bill)
    {
        if (await TryApplyAsync(bill, new BillNews.Calling()) is not { } called)
        {
            return null;
        }

        var answer = billers.Find(bill.Row.BillerCode) is { } biller ? await biller.PayAsync(bill.Order, CancellationToken.None) : NotConfigured(bill);
        if (answer is BillerAnswer.Unknown unclear)
        {
            LogUnclear(logger, PaymentId, bill.Row.BillerCode, unclear.Reason);
        }

        return (await ApplyAsync(called, NewsOf(answer) with { Call = called.Progress.Attempts }), answer);
    }

    /// <summary>Lets the money go of a payment that is confirmed.</summary>
    private async Task<BillAdvance> EndAsync(StoredBill bill)
    {
        if (bill.Progress.Phase is not BillPhase.Completing)
        {
            return Taken;
        }

        if (!(await GrainFactory.ExecuteStepAsync(bill.Row.WalletId, new CaptureBill(PaymentId, bill.Row.BillerCode, bill.Description))).IsDone())
        {
            return WaitsForWallet;
        }

        await ApplyAsync(bill, new BillNews.Captured());
        return Taken;
    }

    /// <summary>Writes what follows from news, on whatever the payment has become meanwhile.</summary>
    /// <returns>The payment after it.</returns>
    private async Task<StoredBill> ApplyAsync(StoredBill bill, BillNews news)
    {
        while (BillDecider.Decide(news, bill.Progress, options.UnreachedPatience, time.GetUtcMilliseconds()) is not null)
        {
            if (await TryApplyAsync(bill, news) is { } after)
            {
                return after;
            }

            bill = await GetAsync();
        }

        return bill;
    }

    /// <summary>Writes what follows from news on the payment as it was read, and with it the job of the next step.</summary>
    /// <returns>The payment after it; null when it has moved meanwhile, or when nothing follows.</returns>
    private async Task<StoredBill?> TryApplyAsync(StoredBill bill, BillNews news)
    {
        if (BillDecider.Decide(news, bill.Progress, options.UnreachedPatience, time.GetUtcMilliseconds()) is not { } happened)
        {
            return null;
        }

        var next = BillDecider.Evolve(bill.Progress, happened);
        var (move, job) = (bill.MoveTo(next, happened.At), JobAfter(bill, happened));
        if (!await Outage.GuardWriteAsync(() => bills.MoveAsync(move, job, CancellationToken.None)))
        {
            return null;
        }

        var after = bill.After(move, next);
        if (job is not null)
        {
            await GrainFactory.HintAsync(job.Kind);
        }

        switch (happened)
        {
            case BillEvent.Rejected { Failure: var failure }:
                LogFailed(logger, PaymentId, bill.Row.BillerCode, failure.Code);
                break;
            case BillEvent.Disputed { Said: var said }:
                LogDisputed(logger, PaymentId, bill.Row.BillerCode, next.Phase, said);
                break;
            default:
                break;
        }

        if (next.Steps.Count > bill.Progress.Steps.Count)
        {
            // In their order, and nobody waits for those who listen: a biller that may be called already is to be called.
            _told = TellAsync(_told ?? Task.CompletedTask, after);
        }

        return after;
    }

    /// <summary>The job that goes on; null where the one that runs does.</summary>
    private NewJob? JobAfter(StoredBill before, BillEvent happened) => happened switch
    {
        BillEvent.Lost or BillEvent.Taken when before.Progress.AwaitingSince is null => BillJobs.Of(BillJobs.Status, ids.NewId(), before.Row, options.StatusDelay),
        BillEvent.Confirmed { Settlement: not null } => BillJobs.AtOnce(KindBefore(before.Progress), ids.NewId(), before.Row),
        BillEvent.Rejected => BillJobs.Of(BillJobs.Reversal, ids.NewId(), before.Row, options.ReversalDelay),
        BillEvent.Disputed => BillJobs.Of(BillJobs.Dispute, ids.NewId(), before.Row, TimeSpan.Zero),
        _ => null,
    };

    /// <summary>The kind of the job that found out how the payment stands, before that was decided.</summary>
    private static string KindBefore(BillProgress payment) => payment.AwaitingSince is null ? BillJobs.Payment : BillJobs.Status;

    /// <summary>Tells of a step, behind the one before it. A message may be lost; whoever missed it reads the payment.</summary>
    private async Task TellAsync(Task before, StoredBill bill)
    {
        await before;
        try
        {
            await this.GetStreamProvider(ActivityStreams.Provider).GetStream<BillPayment>(StreamId.Create(BillStreams.Steps, 0)).OnNextAsync(bill.ToPayment());
        }
        catch (Exception e)
        {
            // Whatever it is, nobody waits for it.
            LogUntold(logger, e, PaymentId);
        }
    }

    private async Task<StoredBill> GetAsync() => await FindAsync() ?? throw new InvalidOperationException($"There is no bill payment {PaymentId}.");

    private async Task<StoredBill?> FindAsync() =>
        await Outage.GuardAsync(() => bills.FindAsync(PaymentId, CancellationToken.None)) is { } row ? StoredBill.Of(row) : null;

    private static BillerAnswer.NotSent NotConfigured(StoredBill bill) => new BillerAnswer.NotSent(null, $"There is no biller {bill.Row.BillerCode} any more.");

    private static BillNews NewsOf(BillerAnswer answer) => answer switch
    {
        BillerAnswer.Paid paid => new BillNews.Paid(paid.BillerReference, paid.Token),
        BillerAnswer.Failed failed => new BillNews.Rejected(new BillFailure(failed.Code, failed.Reason)),
        BillerAnswer.Refused refused => new BillNews.Refused(new BillFailure(refused.Code, refused.Reason)),
        BillerAnswer.Pending pending => new BillNews.Accepted(pending.BillerReference),
        BillerAnswer.NotSent => new BillNews.NothingSent(),
        BillerAnswer.NotFound or BillerAnswer.Unknown => new BillNews.Unclear(),
        _ => throw new UnreachableException($"No rule says what {answer.GetType().Name} means."),
    };

    [LoggerMessage(1971, LogLevel.Information, "bill.payment.failed: payment {PaymentId} to {BillerCode}, {FailureCode}; its money is given back")]
    private static partial void LogFailed(ILogger logger, Guid paymentId, string billerCode, string failureCode);

    [LoggerMessage(1972, LogLevel.Critical, "Payment {PaymentId} to {BillerCode} is {Phase} by what was decided, and now: {Said} An operator is told")]
    private static partial void LogDisputed(ILogger logger, Guid paymentId, string billerCode, BillPhase phase, string said);

    [LoggerMessage(1974, LogLevel.Warning, "Payment {PaymentId}: {BillerCode} did not say what became of the call, and is asked: {Reason}")]
    private static partial void LogUnclear(ILogger logger, Guid paymentId, string billerCode, string reason);

    [LoggerMessage(1973, LogLevel.Warning, "A step of payment {PaymentId} was not told to those who listen")]
    private static partial void LogUntold(ILogger logger, Exception exception, Guid paymentId);
}
