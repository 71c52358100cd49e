using Microsoft.Extensions.Logging;
using WalletGrains.Contracts.BalanceSync;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal.BalanceSync;

namespace WalletGrains.Grains.BalanceSync;

/// <summary>Brings the balance of one account up to date, and tells those who wait for it.</summary>
public sealed partial class AccountSync(
    ICoreBanking core, IMobileUserStore users, IGrainFactory grains, TimeProvider time, BalanceSyncMetrics metrics, ILogger<AccountSync> logger) : IJobHandler
{
    private int _goneInARow;

    /// <inheritdoc />
    public string Kind => BalanceSyncJobs.Kind;

    /// <summary>One call at a time. In any second there are at most as many as the bucket holds and as come into it: ten. One token is kept for
    /// logins, so that they wait for the call under way and not for the rate.</summary>
    public JobPolicy Policy => new()
    {
        Concurrency = 1,
        RatePerSecond = 8,
        Burst = 2,
        Reserved = 1,
        MaxAttempts = 3,
        FirstBackoff = TimeSpan.FromSeconds(1),
        MaxBackoff = TimeSpan.FromSeconds(30),
        Timeout = TimeSpan.FromSeconds(30),
    };

    /// <inheritdoc />
    public async Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        var account = BalanceSyncJobs.AccountOf(job.Key);
        if (!await users.IsSyncedAsync(account, cancellationToken))
        {
            // It was made inactive while it waited.
            await TellAsync(job, account);
            return new JobOutcome.Done();
        }

        // By the clock of the store: the call begins behind it, and of two silos' answers the newer one must win whatever their clocks say.
        var askedAt = job.ClaimedAt;
        var startedAt = time.GetTimestamp();
        var answer = Judge(await core.AskAsync(account.AccountNumber, cancellationToken));
        metrics.Asked(answer, time.GetElapsedTime(startedAt));
        switch (answer)
        {
            case CoreAnswer.Balance balance:
                await users.RecordBalanceAsync(account, balance.Available, balance.Currency, askedAt, cancellationToken);
                await TellAsync(job, account);
                return new JobOutcome.Done();

            case CoreAnswer.Gone gone:
                await users.RecordGoneAsync(account, gone.Reason, askedAt, cancellationToken);
                LogGone(logger, account.MobileUserId, gone.Reason);
                await TellAsync(job, account);
                return new JobOutcome.Done();

            case CoreAnswer.NotNow notNow:
                // No attempt at this account: its turn comes when the core banking system may be asked again. Who waited has been told.
                await TellAsync(job, account);
                return new JobOutcome.Postponed(notNow.Wait) { LeavesPriority = true };

            case CoreAnswer.Failed failed when job.IsLastAttempt:
                // No dead letter: the next sweep asks again, and until then the account says what is wrong.
                await users.RecordFailureAsync(account, ErrorText.Of(failed.Reason), askedAt, cancellationToken);
                LogFailed(logger, account.MobileUserId, job.Attempt, failed.Reason);
                metrics.GaveUp();
                await TellAsync(job, account);
                return new JobOutcome.Done();

            case CoreAnswer.Failed failed:
                // A login that waits for it may see a second attempt, and no third one.
                return new JobOutcome.Retry(failed.Reason) { LeavesPriority = job.Attempt > 1 };

            default:
                throw new InvalidOperationException($"The core banking system answered {answer}.");
        }
    }

    /// <summary>Accounts that are gone are some among many. When one after another is, without a balance between them, it is the system that is another one, and no
    /// account is made inactive for it.</summary>
    private CoreAnswer Judge(CoreAnswer answer)
    {
        switch (answer)
        {
            case CoreAnswer.Balance:
                Volatile.Write(ref _goneInARow, 0);
                return answer;

            case CoreAnswer.Gone gone when Interlocked.Increment(ref _goneInARow) is > BalanceSyncLimits.MaxGoneInARow and var inARow:
                if (inARow == BalanceSyncLimits.MaxGoneInARow + 1)
                {
                    LogAllGone(logger, BalanceSyncLimits.MaxGoneInARow, gone.Reason);
                }

                return new CoreAnswer.Failed($"{gone.Reason} So it said of the {BalanceSyncLimits.MaxGoneInARow} accounts before, and is not believed: is T24_BASE_URL the right system?");

            default:
                return answer;
        }
    }

    /// <summary>Nobody waits for what is not urgent; the grain of a user need not be there for it.</summary>
    private Task TellAsync(JobRun job, AccountKey account) => job.IsPriority
        ? grains.GetGrain<IMobileUserGrain>(account.MobileUserId).TellAsync(account.AccountNumber)
        : Task.CompletedTask;

    [LoggerMessage(1961, LogLevel.Warning, "An account of mobile user {MobileUserId} is inactive from now on: {Reason}")]
    private static partial void LogGone(ILogger logger, Guid mobileUserId, string reason);

    [LoggerMessage(1964, LogLevel.Error, "{Count} accounts in a row are gone, no further one is made inactive until the core banking system tells a balance: {Reason}")]
    private static partial void LogAllGone(ILogger logger, int count, string reason);

    [LoggerMessage(1962, LogLevel.Warning, "The balance of an account of mobile user {MobileUserId} stays as it is after {Attempts} attempts: {Reason}")]
    private static partial void LogFailed(ILogger logger, Guid mobileUserId, int attempts, string reason);
}
