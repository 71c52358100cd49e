using Microsoft.Extensions.Logging;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal;

namespace WalletGrains.Grains.Transfers;

/// <summary>The recovery of transfers whose coordinator died between debit and credit: a recurring job.</summary>
public sealed partial class TransferRecovery(IJournal journal, IGrainFactory grains, TimeProvider time, ILogger<TransferRecovery> logger) : IJobHandler
{
    /// <inheritdoc />
    public string Kind => "transfer-recovery";

    /// <inheritdoc />
    public JobPolicy Policy => JobPolicy.Recurring(GrainLimits.SweepPeriod, GrainLimits.SweepTimeout);

    /// <inheritdoc />
    public async Task<JobOutcome> RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        await RunAsync(GrainLimits.RecoveryAge);
        return new JobOutcome.Done();
    }

    /// <summary>Drives on every transfer that has waited so long for its end.</summary>
    /// <returns>How many came to their end.</returns>
    /// <exception cref="Contracts.UnavailableException">The store is away.</exception>
    public async Task<int> RunAsync(TimeSpan olderThan)
    {
        var before = time.GetUtcNow() - olderThan;
        var finished = await Sweep.RunAsync<TransferRow, Guid>(
            (last, limit) => journal.ReadUnfinishedTransfersAsync(before, last, limit, CancellationToken.None),
            row => row.TransferId,
            GrainLimits.RecoveryConcurrency,
            ResumeAsync);
        if (finished > 0)
        {
            LogRecovered(logger, finished);
        }

        return finished;
    }

    /// <summary>Drives on one transfer. One that cannot be, for whatever reason, must not keep the others from their end.</summary>
    private async Task<int> ResumeAsync(Guid transferId)
    {
        try
        {
            return await grains.GetGrain<ITransferGrain>(0).ResumeAsync(transferId) is { Status: not TransferStatus.Debited } ? 1 : 0;
        }
        catch (Exception e)
        {
            LogLeft(logger, e, transferId);
            return 0;
        }
    }

    [LoggerMessage(1101, LogLevel.Warning, "Recovered {Count} transfers that their coordinator had left half way")]
    private static partial void LogRecovered(ILogger logger, int count);

    [LoggerMessage(1103, LogLevel.Error, "Transfer {TransferId} could not be driven on; the next run tries again")]
    private static partial void LogLeft(ILogger logger, Exception exception, Guid transferId);
}
