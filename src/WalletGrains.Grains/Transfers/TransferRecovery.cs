using Microsoft.Extensions.Logging;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal;

namespace WalletGrains.Grains.Transfers;

/// <summary>The recovery of transfers whose coordinator died between debit and credit: a recurring job.</summary>
public sealed class TransferRecovery(IJournal journal, IGrainFactory grains, TimeProvider time, ILogger<TransferRecovery> logger) : IJobHandler
{
    /// <inheritdoc />
    public string Kind => "transfer-recovery";

    /// <inheritdoc />
    public JobPolicy Policy => JobPolicy.Recurring(GrainLimits.SweepPeriod, GrainLimits.SweepTimeout);

    /// <inheritdoc />
    public async Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken) => (await SweepAsync(GrainLimits.RecoveryAge)).Outcome;

    /// <summary>Drives on every transfer that has waited so long for its end.</summary>
    /// <returns>How many came to their end.</returns>
    /// <exception cref="Contracts.UnavailableException">The store is away.</exception>
    public async Task<int> RunAsync(TimeSpan olderThan) => (await SweepAsync(olderThan)).Ended;

    private Task<SweepRun> SweepAsync(TimeSpan olderThan)
    {
        var before = time.GetUtcNow() - olderThan;
        return Sweep.RunAsync<TransferRow, Guid>(
            Kind,
            (last, limit) => journal.ReadUnfinishedTransfersAsync(before, last, limit, CancellationToken.None),
            row => row.TransferId,
            GrainLimits.RecoveryConcurrency,
            async transferId => await grains.GetGrain<ITransferGrain>(0).ResumeAsync(transferId) is { Status: not TransferStatus.Debited } ? 1 : 0,
            logger);
    }
}
