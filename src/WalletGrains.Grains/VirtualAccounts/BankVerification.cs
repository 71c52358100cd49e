using System.Diagnostics.CodeAnalysis;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Grains.Counterparts;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.VirtualAccounts;

namespace WalletGrains.Grains.VirtualAccounts;

/// <summary>Credits large payments, once the bank has said again that it has them. A kind of its own, since it calls the bank: what the bank agreed to holds.</summary>
/// <param name="inbox">What the bank has told.</param>
/// <param name="crediting">Credits what is verified.</param>
/// <param name="options">From which amount on the bank is asked.</param>
/// <param name="bank">The bank; null in mock mode, where nothing is asked.</param>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed class BankVerification(IBankInbox inbox, BankCrediting crediting, GlobusOptions options, GlobusBank? bank = null) : IJobHandler
{
    /// <summary>The kind of its jobs; their keys are references.</summary>
    public const string JobKind = "bank-verification";

    private const string UnknownToBank = "The bank was asked and knows no payment with this reference.";

    /// <summary>How long the bank may take to know what it has reported.</summary>
    private static readonly TimeSpan BankPatience = TimeSpan.FromMinutes(10);

    /// <inheritdoc />
    public string Kind => JobKind;

    /// <summary>Five calls at once, and as many in a second as are agreed, with those that make accounts. No outage makes a dead letter of a payment.</summary>
    public JobPolicy Policy => new()
    {
        Concurrency = 5,
        SharesRateOf = VirtualAccountCreation.JobKind,
        MaxAttempts = null,
        Timeout = TimeSpan.FromMinutes(1),
    };

    /// <inheritdoc />
    public async Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        if (await inbox.FindAsync(job.Key, cancellationToken) is not { } row)
        {
            return new JobOutcome.Fail($"There is no payment {job.Key}.");
        }

        if (row is { Credit: null, Closing: null } && await ObjectionAsync(row, job, cancellationToken) is { } objection)
        {
            crediting.NoteLate(row, job);
            return objection;
        }

        return await crediting.CreditAsync(row, job);
    }

    /// <inheritdoc />
    public Task<DeadLetterRefusal?> DiscardAsync(Guid jobId, IJobStore jobs, CancellationToken cancellationToken) => crediting.DiscardAsync(jobId, jobs, cancellationToken);

    /// <summary>Asks the bank whether a payment is what was reported; null when it is, or when it is not to be asked any more.</summary>
    private async Task<JobOutcome?> ObjectionAsync(BankCreditRow row, JobRun job, CancellationToken cancellationToken)
    {
        var credit = VirtualAccountRows.ToCredit(row);
        if (bank is null || !options.IsVerified(credit.Amount))
        {
            return null;
        }

        try
        {
            return await bank.FindPaymentAsync(credit.Reference, cancellationToken) switch
            {
                null when job.ClaimedAt - row.ReceivedAt >= BankPatience => new JobOutcome.Fail(UnknownToBank),
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
}
