using Microsoft.Extensions.Logging;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Bulks;
using WalletGrains.Journal.Bulks;

namespace WalletGrains.Grains.Bulks;

/// <summary>The recovery of bulk transfers whose coordinator died. Woken by a reminder every minute.</summary>
public sealed partial class BulkRecoveryGrain(IBulkStore bulks, TimeProvider time, ILogger<BulkRecoveryGrain> logger)
    : Grain, IBulkRecoveryGrain, IRemindable
{
    private const string ReminderName = "bulk-recovery";

    /// <inheritdoc />
    public Task StartAsync() => this.RegisterOrUpdateReminder(ReminderName, GrainLimits.SweepPeriod, GrainLimits.SweepPeriod);

    /// <inheritdoc />
    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        try
        {
            await RunAsync();
        }
        catch (UnavailableException e)
        {
            // The next tick tries again; what is held stays held a little longer.
            LogPostponed(logger, e);
        }
    }

    /// <inheritdoc />
    public async Task<int> RunAsync(TimeSpan? olderThan = null)
    {
        var before = time.GetUtcNow() - (olderThan ?? GrainLimits.RecoveryAge);
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
            return await GrainFactory.GetGrain<IBulkTransferGrain>(0).ResumeAsync(bulkId) is BulkStatus.Completed or BulkStatus.Failed ? 1 : 0;
        }
        catch (Exception e)
        {
            LogLeft(logger, e, bulkId);
            return 0;
        }
    }

    [LoggerMessage(1601, LogLevel.Warning, "Recovered {Count} bulk transfers that their coordinator had left half way")]
    private static partial void LogRecovered(ILogger logger, int count);

    [LoggerMessage(1602, LogLevel.Warning, "The recovery of bulk transfers waits for the store")]
    private static partial void LogPostponed(ILogger logger, Exception exception);

    [LoggerMessage(1603, LogLevel.Error, "Bulk {BulkId} could not be brought to its end; the next run tries again")]
    private static partial void LogLeft(ILogger logger, Exception exception, Guid bulkId);
}
