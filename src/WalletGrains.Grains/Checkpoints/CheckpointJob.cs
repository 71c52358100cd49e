using WalletGrains.Contracts.Proofs;
using WalletGrains.Grains.Jobs;

namespace WalletGrains.Grains.Checkpoints;

/// <summary>Has the daily checkpoint written. It looks every hour, so that a host that is started anew every day still has one a day.</summary>
public sealed class CheckpointJob(IGrainFactory grains) : IJobHandler
{
    /// <inheritdoc />
    public string Kind => "checkpoint";

    /// <inheritdoc />
    public JobPolicy Policy => JobPolicy.Recurring(GrainLimits.CheckpointLookPeriod, timeout: TimeSpan.FromMinutes(1));

    /// <inheritdoc />
    public async Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        await grains.GetGrain<ICheckpointGrain>(0).WriteDueAsync();
        return new JobOutcome.Done();
    }
}
