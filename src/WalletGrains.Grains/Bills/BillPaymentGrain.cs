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
/// whatever answers lost, ends it the same way. It keeps nothing between calls, so they need no turns: who asks for the payment does not
/// wait for the biller.
/// </summary>
[Reentrant]
public sealed partial class BillPaymentGrain(
    IBillStore bills, IJobStore jobs, IBillers billers, BillOptions options, IdGenerator ids, TimeProvider time, ILogger<BillPaymentGrain> logger)
    : Grain, IBillPaymentGrain
{
    private static readonly BillAdvance Taken = new BillAdvance.Taken();
    private static readonly BillAdvance WaitsForWallet = new BillAdvance.Waits("The wallet did not decide.");

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

        // Before the call: were nothing of it ever heard again, the payment would know that there was one.
        if (await TryApplyAsync(bill, new BillNews.Calling()) is not { } called)
        {
            bill = await GetAsync();
            return bill.Progress.IsToBeCalled ? new BillAdvance.Waits("Another call of the biller is under way.") : await EndAsync(bill);
        }

        BillerAnswer answer = billers.Find(bill.Row.BillerCode) is { } biller
            ? await biller.PayAsync(bill.Order, CancellationToken.None)
            : NotConfigured(bill);
        if (answer is BillerAnswer.Unknown unclear)
        {
            LogUnclear(logger, PaymentId, bill.Row.BillerCode, unclear.Reason);
        }

        bill = await ApplyAsync(called, NewsOf(answer));
        return answer is BillerAnswer.NotSent unsent && bill.Progress.IsToBeCalled
            ? new BillAdvance.Waits(unsent.Reason, unsent.RetryAfter)
            : await EndAsync(bill);
    }

    /// <inheritdoc />
    public async Task<BillAdvance> AskAsync()
    {
        var bill = await GetAsync();
        if (!bill.Progress.IsAwaited)
        {
            return await EndAsync(bill);
        }

        var answer = billers.Find(bill.Row.BillerCode) is { } biller ? await AskAsync(biller, bill) : NotConfigured(bill);
        bill = answer is BillerAnswer.Paid or BillerAnswer.Failed or BillerAnswer.Pending ? await ApplyAsync(bill, NewsOf(answer)) : bill;
        if (!bill.Progress.IsAwaited)
        {
            return await EndAsync(bill);
        }

        var (reason, after) = answer switch
        {
            BillerAnswer.Pending => ("The biller is at it.", null),
            BillerAnswer.Unknown unknown => (unknown.Reason, null),
            BillerAnswer.NotSent unsent => (unsent.Reason, unsent.RetryAfter),
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
            // Nothing is asked any more: the job that asked, a dead letter perhaps, finds that out and is done.
            await Outage.GuardWriteAsync(async () =>
            {
                await jobs.EnqueueAsync(BillJobs.AtOnce(BillJobs.Status, ids.NewId(), PaymentId), CancellationToken.None);
                return true;
            });
            await GrainFactory.HintAsync(BillJobs.Status);
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

    /// <summary>Asks about a payment. One that the biller knows nothing of is sent again: under its one reference it cannot be taken twice.</summary>
    private static async Task<BillerAnswer> AskAsync(IBiller biller, StoredBill bill) =>
        await biller.FindAsync(bill.Order, CancellationToken.None) is var answer and not BillerAnswer.NotFound
            ? answer
            : await biller.PayAsync(bill.Order, CancellationToken.None);

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

        if (BillDecider.Contradicts(news, bill.Progress))
        {
            LogContradiction(logger, PaymentId, bill.Row.BillerCode, news.GetType().Name, bill.Progress.Phase);
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
        var (move, job) = (bill.MoveTo(next, happened.At), JobAfter(bill.Progress, happened));
        if (!await Outage.GuardWriteAsync(() => bills.MoveAsync(move, job, CancellationToken.None)))
        {
            return null;
        }

        var after = bill.After(move, next);
        if (job is not null)
        {
            await GrainFactory.HintAsync(job.Kind);
        }

        if (happened is BillEvent.Rejected { Failure: var failure })
        {
            LogFailed(logger, PaymentId, bill.Row.BillerCode, failure.Code);
        }

        if (next.Steps.Count > bill.Progress.Steps.Count)
        {
            await TellAsync(after);
        }

        return after;
    }

    /// <summary>The job that goes on; null where the one that runs does.</summary>
    private NewJob? JobAfter(BillProgress before, BillEvent happened) => happened switch
    {
        BillEvent.Lost or BillEvent.Taken when before.AwaitingSince is null => BillJobs.Of(BillJobs.Status, ids.NewId(), PaymentId, options.StatusDelay),
        BillEvent.Confirmed { Settlement: not null } => BillJobs.AtOnce(BillJobs.Status, ids.NewId(), PaymentId),
        BillEvent.Rejected => BillJobs.Of(BillJobs.Reversal, ids.NewId(), PaymentId, options.ReversalDelay),
        _ => null,
    };

    /// <summary>Tells of a step. A message may be lost; whoever missed it reads the payment.</summary>
    private async Task TellAsync(StoredBill bill)
    {
        try
        {
            await this.GetStreamProvider(ActivityStreams.Provider).GetStream<BillPayment>(StreamId.Create(BillStreams.Steps, 0)).OnNextAsync(bill.ToPayment());
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
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
        BillerAnswer.Pending pending => new BillNews.Accepted(pending.BillerReference),
        BillerAnswer.NotSent => new BillNews.NothingSent(),
        BillerAnswer.NotFound or BillerAnswer.Unknown => new BillNews.Unclear(),
        _ => throw new UnreachableException($"No rule says what {answer.GetType().Name} means."),
    };

    [LoggerMessage(1971, LogLevel.Information, "bill.payment.failed: payment {PaymentId} to {BillerCode}, {FailureCode}; its money is given back")]
    private static partial void LogFailed(ILogger logger, Guid paymentId, string billerCode, string failureCode);

    [LoggerMessage(1972, LogLevel.Critical, "Payment {PaymentId}: {BillerCode} now says {News}, and the payment is {Phase} by what was said before; ask the biller")]
    private static partial void LogContradiction(ILogger logger, Guid paymentId, string billerCode, string news, BillPhase phase);

    [LoggerMessage(1974, LogLevel.Warning, "Payment {PaymentId}: {BillerCode} did not say what became of the call, and is asked: {Reason}")]
    private static partial void LogUnclear(ILogger logger, Guid paymentId, string billerCode, string reason);

    [LoggerMessage(1973, LogLevel.Warning, "A step of payment {PaymentId} was not told to those who listen")]
    private static partial void LogUntold(ILogger logger, Exception exception, Guid paymentId);
}
