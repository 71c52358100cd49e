using WalletGrains.Contracts.Jobs;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal.BalanceSync;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Grains.BalanceSync;

/// <summary>
/// Goes through all active MOBILE_BANKING users and queues their accounts behind what waits already. How far it has come is durable, and it
/// keeps only so much queued: what a hundred thousand users cost at a time is a few pages, and what is asked for after a transaction
/// does not wait for all of them.
/// </summary>
/// <param name="options">How often.</param>
/// <param name="core">Whether there is anything to be asked.</param>
/// <param name="users">The users.</param>
/// <param name="jobs">The queue.</param>
/// <param name="grains">Wakes who drives it.</param>
/// <param name="ids">Names jobs.</param>
/// <param name="metrics">The instruments.</param>
/// <param name="kinds">The kinds of jobs, which know this one: so it can be asked for only later.</param>
public sealed class BalanceSweep(
    CoreBankingOptions options,
    ICoreBanking core,
    IMobileUserStore users,
    IJobStore jobs,
    IGrainFactory grains,
    IdGenerator ids,
    BalanceSyncMetrics metrics,
    Func<JobKinds> kinds) : IJobHandler
{
    /// <inheritdoc />
    public string Kind => BalanceSyncJobs.SweepKind;

    /// <inheritdoc />
    public JobPolicy Policy => JobPolicy.Recurring(every: options.Interval, timeout: TimeSpan.FromMinutes(1));

    /// <inheritdoc />
    public async Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        var sweep = await users.ReadSweepAsync(cancellationToken);
        if (!core.IsConfigured || !sweep.IsRunning)
        {
            return new JobOutcome.Done();
        }

        if (!sweep.IsUnderWay)
        {
            if (sweep.StartedAt + options.Interval is { } next && next > job.ClaimedAt)
            {
                return new JobOutcome.Again(next);
            }

            var begun = sweep with { StartedAt = job.ClaimedAt, EndedAt = null, After = null };
            if (!await users.MoveSweepAsync(sweep, begun, cancellationToken))
            {
                // Another worker has begun it.
                return new JobOutcome.AgainIn(BalanceSyncLimits.SweepPause);
            }

            sweep = begun;
            metrics.Forget();
        }

        if (!metrics.IsObserved)
        {
            // It begins, or another silo has begun it.
            await ObserveAsync(sweep.StartedAt!.Value, cancellationToken);
        }

        return await QueueAsync(sweep, job.ClaimedAt, cancellationToken);
    }

    /// <inheritdoc />
    public void Leave() => metrics.Forget();

    /// <param name="sweep">Where it stands.</param>
    /// <param name="now">The present by the clock of the store.</param>
    /// <param name="cancellationToken">Ends it.</param>
    private async Task<JobOutcome> QueueAsync(SweepRow sweep, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var ahead = SweepAhead();
        for (var queued = (await jobs.CountAsync(BalanceSyncJobs.Kind, ahead, cancellationToken)).Normal; queued < ahead;)
        {
            var page = await users.ReadSyncedAsync(sweep.After, Math.Min(BalanceSyncLimits.SweepPage, ahead - queued), cancellationToken);
            await jobs.EnqueueAsync([.. page.Select(account => BalanceSyncJobs.For(account, JobLane.Normal, ids))], cancellationToken);
            var moved = page.Count > 0
                ? sweep with { After = page[^1] }
                : sweep with { After = null, EndedAt = now };
            if (!await users.MoveSweepAsync(sweep, moved, cancellationToken))
            {
                break;
            }

            if (page.Count == 0)
            {
                await ObserveAsync(sweep.StartedAt!.Value, cancellationToken);
                return new JobOutcome.Again(Later(sweep.StartedAt!.Value + options.Interval, now));
            }

            (sweep, queued) = (moved, queued + page.Count);
            await grains.GetGrain<IJobGrain>(BalanceSyncJobs.Kind).WakeAsync();
        }

        return new JobOutcome.AgainIn(BalanceSyncLimits.SweepPause);
    }

    private async Task ObserveAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        metrics.Observe((await users.ReadProgressAsync(since, cancellationToken)).OldestSyncedAt);

    /// <summary>How many accounts to keep queued.</summary>
    private int SweepAhead() => kinds().Find(BalanceSyncJobs.Kind)!.Policy.RatePerSecond is { } perSecond
        ? (int)Math.Clamp(perSecond * BalanceSyncLimits.SweepAhead.TotalSeconds, 1, BalanceSyncLimits.MaxSweepAhead)
        : BalanceSyncLimits.MaxSweepAhead;

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
