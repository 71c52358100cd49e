using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using WalletGrains.Contracts.VirtualAccounts;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.VirtualAccounts;

namespace WalletGrains.Grains.VirtualAccounts;

/// <summary>
/// Tells operators of a payment that was reported again with another content. Nothing can be done about it here, so its jobs are dead letters at
/// once: logged, listed, and discarded by the operator who has spoken to the bank.
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed class BankCreditAlert : IJobHandler
{
    /// <summary>The kind of its jobs.</summary>
    public const string JobKind = "bank-credit-alert";

    /// <inheritdoc />
    public string Kind => JobKind;

    /// <inheritdoc />
    public JobPolicy Policy => new() { MaxAttempts = 1 };

    /// <summary>The job of a contradiction: one for each other content, however often it is reported.</summary>
    public static NewJob JobOf(Guid jobId, BankCreditRow known, BankCredit reported)
    {
        var content = string.Create(
            CultureInfo.InvariantCulture, $"{reported.AccountNumber}|{reported.Amount.MinorUnits}|{reported.Amount.Currency}");
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)).AsSpan(0, 8));
        var text = $"Payment {known.Reference} was stored as {VirtualAccountRows.ToCredit(known).Amount} to account {known.AccountNumber} and then reported as "
            + $"{reported.Amount} to account {reported.AccountNumber}. The first report stands; nothing else is credited.";
        return new NewJob(jobId, JobKind, $"{known.Reference}/{digest}", Encoding.UTF8.GetBytes(text));
    }

    /// <inheritdoc />
    public Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken) =>
        Task.FromResult<JobOutcome>(new JobOutcome.Fail(Encoding.UTF8.GetString(job.Payload.Span)));
}
