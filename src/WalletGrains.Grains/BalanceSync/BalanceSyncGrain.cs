using Orleans.Concurrency;
using WalletGrains.Contracts.BalanceSync;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal.BalanceSync;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Grains.BalanceSync;

/// <summary>Shows, starts and stops the sweep. A job of its own, woken by a reminder, does the work (<see cref="BalanceSweep"/>). It keeps what it has counted
/// for a moment: that takes a look at every account, and whoever is signed in may ask.</summary>
[StatelessWorker]
[Reentrant]
public sealed class BalanceSyncGrain(ICoreBanking core, IMobileUserStore users, IJobStore jobs, IdGenerator ids, TimeProvider time) : Grain, IBalanceSyncGrain
{
    private Task<SweepProgress>? _progress;
    private DateTimeOffset _progressSince;
    private long _progressAt;

    /// <inheritdoc />
    public async Task<BalanceSyncStatus> GetStatusAsync()
    {
        var (counts, sweep) = await Outage.GuardAsync(async () => (
            await jobs.CountAsync(BalanceSyncJobs.Kind, JobLimits.MaxCounted, CancellationToken.None),
            await users.ReadSweepAsync(CancellationToken.None)));
        var progress = sweep.StartedAt is { } since
            ? await Outage.GuardAsync(() => ReadProgressAsync(since))
            : default;
        return new BalanceSyncStatus(
            counts.Priority, counts.Normal, counts.Running, core.IsConfigured && sweep.IsRunning, sweep.StartedAt, progress.Succeeded, progress.Failed);
    }

    /// <inheritdoc />
    public async Task StartAsync()
    {
        await Outage.GuardWriteAsync(async () =>
        {
            await users.SetRunningAsync(true, CancellationToken.None);

            // The one job of the sweep, which may wait for the end of an interval.
            await jobs.EnqueueAsync(
                new NewJob(ids.NewId(), BalanceSyncJobs.SweepKind, JobGrain.RecurringKey, ReadOnlyMemory<byte>.Empty, Repeat: JobRepeat.WhenBegun),
                CancellationToken.None);
            return true;
        });
        await GrainFactory.GetGrain<IJobGrain>(BalanceSyncJobs.SweepKind).WakeAsync();
    }

    /// <inheritdoc />
    public Task StopAsync() => Outage.GuardWriteAsync(async () =>
    {
        await users.SetRunningAsync(false, CancellationToken.None);
        return true;
    });

    /// <summary>Counts once for all who ask within <see cref="BalanceSyncLimits.ProgressAge"/>.</summary>
    private Task<SweepProgress> ReadProgressAsync(DateTimeOffset since)
    {
        if (_progress is null or { IsFaulted: true } || _progressSince != since || time.GetElapsedTime(_progressAt) >= BalanceSyncLimits.ProgressAge)
        {
            (_progress, _progressSince, _progressAt) = (users.ReadProgressAsync(since, CancellationToken.None), since, time.GetTimestamp());
        }

        return _progress;
    }
}
