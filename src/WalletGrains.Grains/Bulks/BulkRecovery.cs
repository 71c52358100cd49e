using Microsoft.Extensions.Logging;
using WalletGrains.Contracts.Bulks;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal.Bulks;

namespace WalletGrains.Grains.Bulks;

/// <summary>The recovery of bulk transfers whose coordinator died: a recurring job.</summary>
public sealed class BulkRecovery(IBulkStore bulks, IGrainFactory grains, TimeProvider time, ILogger<BulkRecovery> logger) : IJobHandler
{
    /// <inheritdoc />
    public string Kind => "bulk-recovery";

    /// <inheritdoc />
    public JobPolicy Policy => JobPolicy.Recurring(GrainLimits.SweepPeriod, GrainLimits.SweepTimeout);

    /// <inheritdoc />
    public async Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken) => (await SweepAsync(GrainLimits.RecoveryAge)).Outcome;

    /// <summary>Brings every bulk to its end that nobody has touched for so long.</summary>
    /// <returns>How many came to their end.</returns>
    /// <exception cref="Contracts.UnavailableException">The store is away.</exception>
    public async Task<int> RunAsync(TimeSpan olderThan) => (await SweepAsync(olderThan)).Ended;

    private Task<SweepRun> SweepAsync(TimeSpan olderThan)
    {
        var before = time.GetUtcNow() - olderThan;
        return Sweep.RunAsync<UnfinishedBulk, Guid>(
            Kind,
            (last, limit) => bulks.ReadUnfinishedAsync(before, last, limit, CancellationToken.None),
            row => row.BulkId,
            GrainLimits.BulkRecoveryConcurrency,
            async bulkId => await grains.GetGrain<IBulkTransferGrain>(0).ResumeAsync(bulkId) is BulkStatus.Completed or BulkStatus.Failed ? 1 : 0,
            logger);
    }
}
