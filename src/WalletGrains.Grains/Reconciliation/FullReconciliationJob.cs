using WalletGrains.Contracts.Reconciliation;
using WalletGrains.Grains.Jobs;

namespace WalletGrains.Grains.Reconciliation;

/// <summary>
/// Has everything reconciled once a day that was reconciled before: what was changed behind a watermark shows in no other run. It looks every
/// hour whether a day has passed, so that the run of an operator counts as well.
/// </summary>
public sealed class FullReconciliationJob(IGrainFactory grains) : IJobHandler
{
    /// <inheritdoc />
    public string Kind => "full-reconciliation";

    /// <inheritdoc />
    public JobPolicy Policy => JobPolicy.Recurring(
        GrainLimits.FullReconciliationLookPeriod, timeout: GrainLimits.ReconciliationPatience + GrainLimits.FullReconciliationBudget) with
    {
        // Work for hours does not hurry: what one failed of may still be so a minute later.
        FirstBackoff = GrainLimits.FullReconciliationLookPeriod,
        MaxBackoff = GrainLimits.FullReconciliationLookPeriod,
    };

    /// <inheritdoc />
    public async Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        // Each call waits for a while, and the next one joins the run that goes on, or finds that it has ended.
        while (!cancellationToken.IsCancellationRequested)
        {
            if (await grains.GetGrain<IReconciliationGrain>(0).RunFullIfDueAsync())
            {
                return new JobOutcome.Done();
            }
        }

        throw new OperationCanceledException(cancellationToken);
    }
}
