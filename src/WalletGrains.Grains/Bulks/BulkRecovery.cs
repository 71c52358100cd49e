using Microsoft.Extensions.Logging;
using WalletGrains.Contracts.Bulks;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal.Bulks;

namespace WalletGrains.Grains.Bulks;

/// <summary>The recovery of bulk transfers whose coordinator died: a recurring job.</summary>
public sealed partial class BulkRecovery(IBulkStore bulks, IGrainFactory grains, TimeProvider time, ILogger<BulkRecovery> logger) : IJobHandler
{
    /// <inheritdoc />
    public string Kind => "bulk-recovery";

    /// <inheritdoc />
    public JobPolicy Policy => JobPolicy.Recurring(GrainLimits.SweepPeriod, GrainLimits.SweepTimeout);

    /// <inheritdoc />
    public async Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        await RunAsync(GrainLimits.RecoveryAge);
        return new JobOutcome.Done();
    }

    /// <summary>Brings every bulk to its end that nobody has touched for so long.</summary>
    /// <returns>How many came to their end.</returns>
    /// <exception cref="Contracts.UnavailableException">The store is away.</exception>
    public async Task<int> RunAsync(TimeSpan olderThan)
    {
        var before = time.GetUtcNow() - olderThan;
        var finished = await Sweep.RunAsync<UnfinishedBulk, Guid>(
            (last, limit) => bulks.ReadUnfinishedAsync(before, last, limit, CancellationToken.None),
            row => row.BulkId,
            GrainLimits.BulkRecoveryConcurrency,
            ResumeAsync);
        if (finished > 0)
        {
            LogRecovered(logger, finished);
        }

        return finished;
    }

    /// <summary>Resumes one bulk. One that cannot be, for whatever reason, must not keep the others from their end.</summary>
    private async Task<int> ResumeAsync(Guid bulkId)
    {
        try
        {
            return await grains.GetGrain<IBulkTransferGrain>(0).ResumeAsync(bulkId) is BulkStatus.Completed or BulkStatus.Failed ? 1 : 0;
        }
        catch (Exception e)
        {
            LogLeft(logger, e, bulkId);
            return 0;
        }
    }

    [LoggerMessage(1601, LogLevel.Warning, "Recovered {Count} bulk transfers that their coordinator had left half way")]
    private static partial void LogRecovered(ILogger logger, int count);

    [LoggerMessage(1603, LogLevel.Error, "Bulk {BulkId} could not be brought to its end; the next run tries again")]
    private static partial void LogLeft(ILogger logger, Exception exception, Guid bulkId);
}
