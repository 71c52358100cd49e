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
    public Task StartAsync() => this.RegisterOrUpdateReminder(ReminderName, GrainLimits.RecoveryPeriod, GrainLimits.RecoveryPeriod);

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
        var finished = 0;
        UnfinishedBulk? last = null;
        for (var page = 0; page < GrainLimits.MaxRecoveryPages; page++)
        {
            var rows = await Outage.GuardAsync(() => bulks.ReadUnfinishedAsync(before, last, GrainLimits.RecoveryPage, CancellationToken.None));
            foreach (var chunk in rows.Chunk(GrainLimits.BulkRecoveryConcurrency))
            {
                var ended = await Task.WhenAll(chunk.Select(row => ResumeAsync(row.BulkId)));
                finished += ended.Count(isEnded => isEnded);
            }

            if (rows.Count < GrainLimits.RecoveryPage)
            {
                break;
            }

            // Onwards from here: bulks that cannot come to their end now must not hide those behind them.
            last = rows[^1];
        }

        if (finished > 0)
        {
            LogRecovered(logger, finished);
        }

        return finished;
    }

    /// <summary>Resumes one bulk. One that cannot be, for whatever reason, must not keep the others from their end.</summary>
    private async Task<bool> ResumeAsync(Guid bulkId)
    {
        try
        {
            return await GrainFactory.GetGrain<IBulkTransferGrain>(0).ResumeAsync(bulkId) is BulkStatus.Completed or BulkStatus.Failed;
        }
        catch (Exception e)
        {
            LogLeft(logger, e, bulkId);
            return false;
        }
    }

    [LoggerMessage(1301, LogLevel.Warning, "Recovered {Count} bulk transfers that their coordinator had left half way")]
    private static partial void LogRecovered(ILogger logger, int count);

    [LoggerMessage(1302, LogLevel.Warning, "The recovery of bulk transfers waits for the store")]
    private static partial void LogPostponed(ILogger logger, Exception exception);

    [LoggerMessage(1303, LogLevel.Error, "Bulk {BulkId} could not be brought to its end; the next run tries again")]
    private static partial void LogLeft(ILogger logger, Exception exception, Guid bulkId);
}
