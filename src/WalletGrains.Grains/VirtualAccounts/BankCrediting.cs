using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using WalletGrains.Contracts.VirtualAccounts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Grains.Counterparts;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.VirtualAccounts;

namespace WalletGrains.Grains.VirtualAccounts;

/// <summary>
/// Credits what the bank has received. What makes a payment credited once is the request id of the wallet, which follows from its reference;
/// so any step may be repeated, by several workers at once.
/// </summary>
/// <param name="inbox">What the bank has told.</param>
/// <param name="grains">The accounts.</param>
/// <param name="options">From which amount on the bank is asked.</param>
/// <param name="logger">The log.</param>
/// <param name="bank">The bank; null in mock mode.</param>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed partial class BankCrediting(
    IBankInbox inbox, IGrainFactory grains, GlobusOptions options, ILogger<BankCrediting> logger, GlobusBank? bank = null) : IJobHandler
{
    /// <summary>The kind of its jobs; their keys are references.</summary>
    public const string JobKind = "bank-credit";

    private const string UnknownToBank = "The bank was asked and knows no payment with this reference.";

    /// <summary>How long the bank may take to know what it has reported.</summary>
    private static readonly TimeSpan BankPatience = TimeSpan.FromMinutes(10);

    /// <summary>An age at which a payment that is still tried is worth an alarm: its customer asks where it is.</summary>
    private static readonly TimeSpan LateAfter = TimeSpan.FromHours(1);

    /// <inheritdoc />
    public string Kind => JobKind;

    /// <summary>A wallet is asked, which is cheap; the bank seldom is. No outage, however long, makes a dead letter of a payment: only what is known of the
    /// payment itself does.</summary>
    public JobPolicy Policy => new() { Concurrency = 32, MaxAttempts = null, Timeout = TimeSpan.FromMinutes(1) };

    /// <inheritdoc />
    public async Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        if (await inbox.FindAsync(job.Key, cancellationToken) is not { } row)
        {
            return new JobOutcome.Fail($"There is no payment {job.Key}.");
        }

        if (row is not { Credit: null, Closing: null })
        {
            return new JobOutcome.Done();
        }

        var age = job.ClaimedAt - row.ReceivedAt;
        if (age >= LateAfter && job.Attempt > 1)
        {
            LogLate(logger, row.Reference, row.ReceivedAt, job.Attempt - 1);
        }

        var credit = VirtualAccountRows.ToCredit(row);
        if (await VerifyAsync(credit, age, cancellationToken) is { } objection)
        {
            return objection;
        }

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
    public Task<bool> DiscardAsync(Guid jobId, IJobStore jobs, CancellationToken cancellationToken) => inbox.DiscardAsync(jobId);

    /// <summary>Asks the bank whether a large payment is what was reported; null when it is, or is not large.</summary>
    private async Task<JobOutcome?> VerifyAsync(BankCredit credit, TimeSpan age, CancellationToken cancellationToken)
    {
        // Of another currency no amount is known to be small.
        if (bank is null || options.VerifyFrom is not { } from || (credit.Amount.Currency == from.Currency && credit.Amount.MinorUnits < from.MinorUnits))
        {
            return null;
        }

        try
        {
            return await bank.FindPaymentAsync(credit.Reference, cancellationToken) switch
            {
                null when age >= BankPatience => new JobOutcome.Fail(UnknownToBank),
                null => new JobOutcome.Retry(UnknownToBank),
                var booked when booked == new BookedPayment(credit.AccountNumber, credit.Amount) => null,
                var booked => new JobOutcome.Fail(
                    $"{credit.Amount} to account {credit.AccountNumber} were reported, and the bank, when asked, has {booked.Amount} to account {booked.AccountNumber}. Nothing is credited."),
            };
        }
        catch (CounterpartException e)
        {
            return e.ToOutcome();
        }
    }

    [LoggerMessage(1978, LogLevel.Error, "Payment {Reference}, reported at {ReceivedAt}, is not credited after {Attempts} attempts and is tried on")]
    private static partial void LogLate(ILogger logger, string reference, DateTimeOffset receivedAt, int attempts);
}
