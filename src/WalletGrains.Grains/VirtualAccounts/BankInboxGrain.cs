using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Contracts.VirtualAccounts;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.VirtualAccounts;

namespace WalletGrains.Grains.VirtualAccounts;

/// <summary>Takes reports of the bank. A stateless worker that keeps nothing: the store decides which report of a payment was the first.</summary>
[StatelessWorker]
[Reentrant]
public sealed partial class BankInboxGrain(IBankInbox inbox, IdGenerator ids, TimeProvider time, ILogger<BankInboxGrain> logger) : Grain, IBankInboxGrain
{
    /// <inheritdoc />
    public Task<BankCreditReceipt> ReceiveAsync(BankCredit credit)
    {
        ArgumentNullException.ThrowIfNull(credit);
        return TakeAsync(Plausible(credit), JobRepeat.Never, reopen: false);
    }

    /// <inheritdoc />
    public Task<BankCreditReceipt> CreditAsync(BankCredit credit, bool reopen) => TakeAsync(credit, JobRepeat.WhenOver, reopen);

    private async Task<BankCreditReceipt> TakeAsync(BankCredit credit, JobRepeat repeat, bool reopen)
    {
        ArgumentNullException.ThrowIfNull(credit);
        return await Outage.GuardWriteAsync(async () =>
        {
            var row = VirtualAccountRows.ToRow(credit, time.GetUtcMilliseconds());
            var job = new NewJob(ids.NewId(), BankCrediting.JobKind, credit.Reference, ReadOnlyMemory<byte>.Empty, Repeat: repeat);
            var known = await inbox.ReceiveAsync(row, job, CancellationToken.None);
            if (known is not null && !IsSame(known, row))
            {
                await inbox.ContradictAsync(row, BankCreditAlert.JobOf(ids.NewId(), known, credit));
                await WakeAsync(BankCreditAlert.JobKind);
                return BankCreditReceipt.Contradicting;
            }

            if (known is { Closing: not null })
            {
                if (!reopen)
                {
                    return BankCreditReceipt.Closed;
                }

                await inbox.ReopenAsync(credit.Reference, job);
            }

            if (known?.Credit is null)
            {
                await WakeAsync(BankCrediting.JobKind);
            }

            return known is null ? BankCreditReceipt.New : BankCreditReceipt.Known;
        });
    }

    /// <summary>The payment without a time that is too far from now to be believed: comparisons with statements look around it. A statement's own time is that of its day.</summary>
    private BankCredit Plausible(BankCredit credit)
    {
        if (credit.OccurredAt is not { } at || (at - time.GetUtcNow()).Duration() <= TimeSpan.FromDays(BankCredit.MaxDaysBetween))
        {
            return credit;
        }

        LogImplausible(logger, credit.Reference, at, BankCredit.MaxDaysBetween);
        return credit with { OccurredAt = null };
    }

    /// <summary>Where, how much and of what; the words may differ.</summary>
    private static bool IsSame(BankCreditRow one, BankCreditRow other) =>
        (one.AccountNumber, one.AmountMinor, one.Currency) == (other.AccountNumber, other.AmountMinor, other.Currency);

    private Task WakeAsync(string kind) => GrainFactory.GetGrain<IJobGrain>(kind).WakeAsync();

    [LoggerMessage(1981, LogLevel.Warning, "The bank reported that payment {Reference} was made at {OccurredAt}, which is more than {Days} days away; it counts as made when it was reported")]
    private static partial void LogImplausible(ILogger logger, string reference, DateTimeOffset occurredAt, int days);
}
