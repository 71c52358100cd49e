using WalletGrains.Journal.Jobs;

namespace WalletGrains.Grains.Jobs;

/// <summary>Deletes jobs that are over, once they are old enough.</summary>
public sealed class JobPurge(IJobStore jobs, JobOptions options) : IJobHandler
{
    /// <inheritdoc />
    public string Kind => "job-purge";

    /// <inheritdoc />
    public JobPolicy Policy => JobPolicy.Recurring(every: TimeSpan.FromMinutes(10), timeout: TimeSpan.FromMinutes(10));

    /// <inheritdoc />
    public async Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        for (var step = 0; step < JobLimits.MaxPurgeSteps && !cancellationToken.IsCancellationRequested; step++)
        {
            if (await jobs.PurgeAsync(options.KeepFinished, JobLimits.PurgeStep, cancellationToken) < JobLimits.PurgeStep)
            {
                break;
            }
        }

        return new JobOutcome.Done();
    }
}
