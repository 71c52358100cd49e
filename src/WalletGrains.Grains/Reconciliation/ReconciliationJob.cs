using WalletGrains.Contracts.Reconciliation;
using WalletGrains.Grains.Jobs;

namespace WalletGrains.Grains.Reconciliation;

/// <summary>Has the books reconciled every five minutes; joins a run that an operator has asked for.</summary>
public sealed class ReconciliationJob(IGrainFactory grains) : IJobHandler
{
    /// <inheritdoc />
    public string Kind => "reconciliation";

    /// <inheritdoc />
    public JobPolicy Policy => JobPolicy.Recurring(GrainLimits.ReconciliationPeriod, timeout: GrainLimits.ReconciliationPatience);

    /// <inheritdoc />
    public async Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        // Each call waits for a while, and the next one joins the run that goes on.
        while (!cancellationToken.IsCancellationRequested)
        {
            if (await grains.GetGrain<IReconciliationGrain>(0).RunAsync(isFull: false) is not null)
            {
                return new JobOutcome.Done();
            }
        }

        throw new OperationCanceledException(cancellationToken);
    }
}
