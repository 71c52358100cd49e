using System.Globalization;
using WalletGrains.Contracts.Schedules;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Grains.Schedules;

/// <summary>Runs schedules at their times: each has a job that is due at its next time, and ends with it.</summary>
public sealed class ScheduleJob(IGrainFactory grains) : IJobHandler
{
    /// <summary>The kind.</summary>
    internal const string KindName = "schedule";

    /// <inheritdoc />
    public string Kind => KindName;

    /// <inheritdoc />
    public JobPolicy Policy => new()
    {
        Concurrency = GrainLimits.ScheduleConcurrency,

        // What is unknown becomes known one day, and a time that is given up would be a transfer that was promised and not made.
        MaxAttempts = null,
        MaxBackoff = TimeSpan.FromMinutes(1),
        Timeout = TimeSpan.FromMinutes(1),
    };

    /// <inheritdoc />
    public async Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);

        // By the store's clock the time has come, and those up to now were missed. This silo's may be wrong, and would skip some that are to come.
        var next = await grains.GetGrain<IScheduleRunnerGrain>(0).RunAsync(
            Guid.Parse(job.Key, CultureInfo.InvariantCulture), job.ClaimedAt.ToWholeMilliseconds());
        return next is { } dueAt ? new JobOutcome.Again(dueAt) : new JobOutcome.Done();
    }

    /// <summary>The job of a schedule.</summary>
    internal static NewJob For(Guid scheduleId, DateTimeOffset dueAt) =>
        new(scheduleId, KindName, scheduleId.ToString(), ReadOnlyMemory<byte>.Empty, dueAt);
}
