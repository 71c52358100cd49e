using Microsoft.Extensions.Logging;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.Schedules;

namespace WalletGrains.Grains.Schedules;

/// <summary>
/// Gives schedules their jobs that were made without one, by a version from before there were jobs, which may run beside this one
/// during an update: a recurring job.
/// </summary>
public sealed partial class ScheduleRecovery(IScheduleStore schedules, IJobStore jobs, ILogger<ScheduleRecovery> logger) : IJobHandler
{
    /// <inheritdoc />
    public string Kind => "schedule-recovery";

    /// <inheritdoc />
    public JobPolicy Policy => JobPolicy.Recurring(GrainLimits.SweepPeriod, GrainLimits.SweepTimeout);

    /// <inheritdoc />
    public async Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        for (var page = 0; page < GrainLimits.MaxSweepPages; page++)
        {
            var found = await schedules.ReadWithoutJobAsync(
                ScheduleJob.KindName, GrainLimits.ScheduleRecoveryAhead, GrainLimits.SweepPage, cancellationToken);
            if (found.Count == 0)
            {
                break;
            }

            await jobs.EnqueueAsync([.. found.Select(schedule => ScheduleJob.For(schedule.ScheduleId, schedule.NextAt!.Value))], cancellationToken);
            LogRecovered(logger, found.Count);
        }

        return new JobOutcome.Done();
    }

    [LoggerMessage(1702, LogLevel.Information, "Gave their jobs to {Count} schedules that had none")]
    private static partial void LogRecovered(ILogger logger, int count);
}
