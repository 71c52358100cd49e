using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Contracts.VirtualAccounts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.VirtualAccounts;

namespace WalletGrains.Grains.VirtualAccounts;

/// <summary>
/// Credits what the bank has received. What makes a payment credited once is the request id of the wallet, which follows from its reference;
/// so any step may be repeated, by several workers at once.
/// </summary>
/// <param name="inbox">What the bank has told.</param>
/// <param name="jobs">Where large payments wait for the bank's word.</param>
/// <param name="grains">The accounts.</param>
/// <param name="options">From which amount on the bank is asked.</param>
/// <param name="ids">Names jobs.</param>
/// <param name="logger">The log.</param>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed partial class BankCrediting(
    IBankInbox inbox, IJobStore jobs, IGrainFactory grains, GlobusOptions options, IdGenerator ids, ILogger<BankCrediting> logger) : IJobHandler
{
    /// <summary>The kind of its jobs; their keys are references.</summary>
    public const string JobKind = "bank-credit";

    /// <summary>An age at which a payment that is still tried is worth an alarm: its customer asks where it is.</summary>
    private static readonly TimeSpan LateAfter = TimeSpan.FromHours(1);

    /// <inheritdoc />
    public string Kind => JobKind;

    /// <summary>A wallet is asked, which is cheap, and never the bank. No outage, however long, makes a dead letter of a payment: only what is known of the
    /// payment itself does.</summary>
    public JobPolicy Policy => new() { Concurrency = 32, MaxAttempts = null, Timeout = TimeSpan.FromMinutes(1) };

    /// <inheritdoc />
    public async Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        if (await inbox.FindAsync(job.Key, cancellationToken) is not { } row)
        {
            return new JobOutcome.Fail($"There is no payment {job.Key}.");
        }

        if (row is not { Credit: null, Closing: null } || !options.IsVerified(VirtualAccountRows.ToCredit(row).Amount))
        {
            return await CreditAsync(row, job);
        }

        await jobs.EnqueueAsync(
            new NewJob(ids.NewId(), BankVerification.JobKind, row.Reference, ReadOnlyMemory<byte>.Empty, Repeat: JobRepeat.WhenOver), cancellationToken);
        await grains.GetGrain<IJobGrain>(BankVerification.JobKind).WakeAsync();
        return new JobOutcome.Done();
    }

    /// <summary>Credits a payment that nothing speaks against.</summary>
    public async Task<JobOutcome> CreditAsync(BankCreditRow row, JobRun job)
    {
        if (row is not { Credit: null, Closing: null })
        {
            return new JobOutcome.Done();
        }

        NoteLate(row, job);
        var credit = VirtualAccountRows.ToCredit(row);
        switch (await grains.GetGrain<IVirtualAccountGrain>(credit.AccountNumber).CreditAsync(credit))
        {
            case BankCreditOutcome.Credited { Entry: var entry }:
                await inbox.MarkCreditedAsync(credit.Reference, new BankCreditEntry(entry.WalletId, entry.EntryId, entry.CreatedAt));
                return new JobOutcome.Done();
            case BankCreditOutcome.UnknownAccount:
                return new JobOutcome.Fail($"{credit.Amount} were paid to account {credit.AccountNumber}, which no wallet has. Retry when it has, or send the money back.");
            case BankCreditOutcome.WrongCurrency { WalletCurrency: var currency }:
                return new JobOutcome.Fail($"{credit.Amount} were paid to account {credit.AccountNumber}, whose wallet holds {currency}. Send the money back.");
            case BankCreditOutcome.NotDecided { Reason: NotDecidedReason.Overloaded or NotDecidedReason.Unavailable or NotDecidedReason.OutcomeUnknown } undecided:
                return new JobOutcome.Retry($"The wallet did not decide: {undecided.Reason}.");
            case var outcome:
                return new JobOutcome.Fail($"The wallet answered {outcome}.");
        }
    }

    /// <summary>Closes the payment, too: its money goes back, and no later report of it brings it here.</summary>
    public async Task<DeadLetterRefusal?> DiscardAsync(Guid jobId, IJobStore jobs, CancellationToken cancellationToken) =>
        await inbox.DiscardAsync(jobId) ? null : DeadLetterRefusal.NotDead;

    /// <summary>Says of a payment that is tried again and again that it is late.</summary>
    public void NoteLate(BankCreditRow row, JobRun job)
    {
        if (job.ClaimedAt - row.ReceivedAt >= LateAfter && job.Attempt > 1)
        {
            LogLate(logger, row.Reference, row.ReceivedAt, job.Attempt - 1);
        }
    }

    [LoggerMessage(1978, LogLevel.Error, "Payment {Reference}, reported at {ReceivedAt}, is not credited after {Attempts} attempts and is tried on")]
    private static partial void LogLate(ILogger logger, string reference, DateTimeOffset receivedAt, int attempts);
}
