using System.Diagnostics.CodeAnalysis;
using System.Text;
using WalletGrains.Contracts.Bills;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Domain.Bills;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal.Bills;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Grains.Bills;

/// <summary>The jobs of payments. A job's key is its payment, which does the work; a job whose step was taken meanwhile has nothing to do.</summary>
internal static class BillJobs
{
    /// <summary>Calls the biller.</summary>
    public const string Payment = "bill-payment";

    /// <summary>Asks the biller how a payment stands.</summary>
    public const string Status = "bill-status";

    /// <summary>Gives the money back.</summary>
    public const string Reversal = "bill-reversal";

    /// <summary>Tells operators of what a biller says against what was decided.</summary>
    public const string Dispute = "bill-dispute";

    /// <summary>A job of a payment; one that is over begins anew.</summary>
    public static NewJob Of(string kind, Guid jobId, BillRow bill, TimeSpan dueIn) =>
        new(jobId, kind, bill.PaymentId.ToString(), Encoding.UTF8.GetBytes(bill.BillerCode), Repeat: JobRepeat.WhenOver) { DueIn = dueIn };

    /// <summary>A job of a payment that can go on now, also where it waits for its time after failures, or looks just now at what it was before.</summary>
    public static NewJob AtOnce(string kind, Guid jobId, BillRow bill) => Of(kind, jobId, bill, TimeSpan.Zero) with { Repeat = JobRepeat.AtOnce };

    /// <summary>The kind of the job that a payment waits for; null at its end.</summary>
    public static string? KindOf(BillProgress payment) => payment switch
    {
        { Phase: BillPhase.Reversing } => Reversal,
        { Phase: BillPhase.Completed or BillPhase.Reversed or BillPhase.Failed } => null,
        { AwaitingSince: null } => Payment,
        _ => Status,
    };

    /// <summary>The payment of a job.</summary>
    public static IBillPaymentGrain PaymentOf(this IGrainFactory grains, JobRun job) => grains.GetGrain<IBillPaymentGrain>(Guid.Parse(job.Key));

    /// <summary>Tells a kind that there is work. A hint that is lost makes it begin a few seconds later.</summary>
    public static async Task HintAsync(this IGrainFactory grains, string kind)
    {
        try
        {
            await grains.GetGrain<IJobGrain>(kind).WakeAsync();
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            // The kind looks by itself.
        }
    }

    /// <summary>Discards a dead letter of a payment, unless the payment waits for it: what money is held would be held for ever.</summary>
    public static async Task<DeadLetterRefusal?> DiscardAsync(this IGrainFactory grains, string kind, Guid jobId, IJobStore jobs, CancellationToken cancellationToken)
    {
        if (await jobs.FindAsync(jobId, cancellationToken) is not { State: JobState.Dead } job)
        {
            return DeadLetterRefusal.NotDead;
        }

        if (await grains.GetGrain<IBillPaymentGrain>(Guid.Parse(job.Key)).IsWaitingForAsync(kind))
        {
            return DeadLetterRefusal.PaymentWaits;
        }

        return await jobs.DiscardAsync(jobId, cancellationToken) ? null : DeadLetterRefusal.NotDead;
    }

    /// <summary>What a job makes of what came of its step.</summary>
    public static JobOutcome ToOutcome(this BillAdvance advance) => advance switch
    {
        BillAdvance.Taken => new JobOutcome.Done(),

        // A biller that is not to be called for a while is no attempt at this payment, which has a patience of its own.
        BillAdvance.Waits { After: { } wait } => new JobOutcome.Postponed(wait),
        BillAdvance.Waits waits => new JobOutcome.Retry(waits.Reason),
        BillAdvance.Overdue overdue => new JobOutcome.Fail(overdue.Reason),
        _ => throw new InvalidOperationException($"The step of a payment came back as {advance}."),
    };
}

/// <summary>
/// Calls billers. A biller that cannot be reached ends a payment by the payment's own patience; the attempts here are a bound for what nobody
/// has thought of, an hour and a half of them.
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed class BillCalling(IGrainFactory grains, BillOptions options, TimeProvider time) : IJobHandler
{
    private readonly BillPlaces _places = new(options.CallsPerBiller, time);

    /// <inheritdoc />
    public string Kind => BillJobs.Payment;

    /// <inheritdoc />
    public JobPolicy Policy => new() { Concurrency = 32, MaxAttempts = 100, MaxBackoff = TimeSpan.FromMinutes(1), Timeout = TimeSpan.FromMinutes(1) };

    /// <inheritdoc />
    public Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken) =>
        _places.RunAsync(job, async () => (await grains.PaymentOf(job).SendAsync()).ToOutcome());

    /// <inheritdoc />
    public Task<DeadLetterRefusal?> DiscardAsync(Guid jobId, IJobStore jobs, CancellationToken cancellationToken) => grains.DiscardAsync(Kind, jobId, jobs, cancellationToken);
}

/// <summary>Asks billers how payments stand, in intervals that grow to half an hour.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed class BillAsking(IGrainFactory grains, BillOptions options, TimeProvider time) : IJobHandler
{
    /// <summary>A payment that an operator has retried may be asked about a few times before it is a dead letter again.</summary>
    private const int AttemptsWhenOverdue = 3;

    private readonly BillPlaces _places = new(options.CallsPerBiller, time);

    /// <inheritdoc />
    public string Kind => BillJobs.Status;

    /// <summary>A day has about sixty such attempts.</summary>
    public JobPolicy Policy => new()
    {
        Concurrency = 16,
        MaxAttempts = 1_000,
        FirstBackoff = TimeSpan.FromSeconds(5),
        MaxBackoff = TimeSpan.FromMinutes(30),
        Timeout = TimeSpan.FromMinutes(1),
    };

    /// <inheritdoc />
    public Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken) => _places.RunAsync(job, async () => await grains.PaymentOf(job).AskAsync() switch
    {
        BillAdvance.Overdue overdue when job.Attempt < AttemptsWhenOverdue => new JobOutcome.Retry(overdue.Reason),
        var advance => advance.ToOutcome(),
    });

    /// <inheritdoc />
    public Task<DeadLetterRefusal?> DiscardAsync(Guid jobId, IJobStore jobs, CancellationToken cancellationToken) => grains.DiscardAsync(Kind, jobId, jobs, cancellationToken);
}

/// <summary>Gives back the money of payments that have failed.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed class BillReversing(IGrainFactory grains) : IJobHandler
{
    /// <inheritdoc />
    public string Kind => BillJobs.Reversal;

    /// <inheritdoc />
    public JobPolicy Policy => new() { Concurrency = 16, MaxAttempts = 5, FirstBackoff = TimeSpan.FromSeconds(3), MaxBackoff = TimeSpan.FromMinutes(1) };

    /// <inheritdoc />
    public async Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken) => (await grains.PaymentOf(job).ReverseAsync()).ToOutcome();

    /// <inheritdoc />
    public Task<DeadLetterRefusal?> DiscardAsync(Guid jobId, IJobStore jobs, CancellationToken cancellationToken) => grains.DiscardAsync(Kind, jobId, jobs, cancellationToken);
}

/// <summary>
/// Says that a biller contradicts what was decided: a dead letter, however often it is tried. Nothing can be done about it here, where no money is held any
/// more; an operator who has come to terms with the biller discards it.
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed class BillDisputes(IGrainFactory grains) : IJobHandler
{
    /// <inheritdoc />
    public string Kind => BillJobs.Dispute;

    /// <inheritdoc />
    public JobPolicy Policy => new() { Concurrency = 1 };

    /// <inheritdoc />
    public async Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken) =>
        await grains.GetGrain<IBillGrain>(0).FindAsync(Guid.Parse(job.Key)) is { Dispute: { } dispute } payment
            ? new JobOutcome.Fail($"{dispute.Said} The payment is {BillStatuses.NameOf(payment.Status)} by what was decided before: come to terms with {payment.BillerCode}, then discard this.")
            : new JobOutcome.Done();
}
