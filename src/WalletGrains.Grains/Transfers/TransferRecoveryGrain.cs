using Microsoft.Extensions.Logging;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Journal;

namespace WalletGrains.Grains.Transfers;

/// <summary>The recovery of transfers whose coordinator died between debit and credit. Woken by a reminder every minute.</summary>
public sealed partial class TransferRecoveryGrain(IJournal journal, TimeProvider time, ILogger<TransferRecoveryGrain> logger)
    : Grain, ITransferRecoveryGrain, IRemindable
{
    private const string ReminderName = "transfer-recovery";

    /// <inheritdoc />
    public Task StartAsync() => this.RegisterOrUpdateReminder(ReminderName, GrainLimits.SweepPeriod, GrainLimits.SweepPeriod);

    /// <inheritdoc />
    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        try
        {
            await RunAsync();
        }
        catch (UnavailableException e)
        {
            // The next tick tries again; nothing is lost by waiting.
            LogPostponed(logger, e);
        }
    }

    /// <inheritdoc />
    public async Task<int> RunAsync(TimeSpan? olderThan = null)
    {
        var before = time.GetUtcNow() - (olderThan ?? GrainLimits.RecoveryAge);
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
            return await GrainFactory.GetGrain<ITransferGrain>(0).ResumeAsync(transferId) is { Status: not TransferStatus.Debited } ? 1 : 0;
        }
        catch (Exception e)
        {
            LogLeft(logger, e, transferId);
            return 0;
        }
    }

    [LoggerMessage(1101, LogLevel.Warning, "Recovered {Count} transfers that their coordinator had left half way")]
    private static partial void LogRecovered(ILogger logger, int count);

    [LoggerMessage(1102, LogLevel.Warning, "The recovery of transfers waits for the store")]
    private static partial void LogPostponed(ILogger logger, Exception exception);

    [LoggerMessage(1103, LogLevel.Error, "Transfer {TransferId} could not be driven on; the next run tries again")]
    private static partial void LogLeft(ILogger logger, Exception exception, Guid transferId);
}
