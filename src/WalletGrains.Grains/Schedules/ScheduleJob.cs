using System.Globalization;
using WalletGrains.Contracts.Schedules;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Grains.Schedules;

/// <summary>Runs schedules at their times: each has a job that is due at its next time, and ends with it.</summary>
public sealed class ScheduleJob(IGrainFactory grains, TimeProvider time) : IJobHandler
{
    /// <summary>The kind; the migration that gave jobs to older schedules names it too.</summary>
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

        // The store's clock says that the time has come; this silo's may be late. When the job is, the missed times are those up to now.
        var now = time.GetUtcMilliseconds();
        var next = await grains.GetGrain<IScheduleRunnerGrain>(0).RunAsync(Guid.Parse(job.Key, CultureInfo.InvariantCulture), now > job.DueAt ? now : job.DueAt);
        return next is { } dueAt ? new JobOutcome.Again(dueAt) : new JobOutcome.Done();
    }

    /// <summary>The job of a new schedule.</summary>
    internal static NewJob For(Guid scheduleId, DateTimeOffset startAt) =>
        new(scheduleId, KindName, scheduleId.ToString(), ReadOnlyMemory<byte>.Empty, startAt);
}
