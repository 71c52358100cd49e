using WalletGrains.Contracts.Transfers;

namespace WalletGrains.Host.Startup;

/// <summary>Makes sure at every start that the recovery of transfers has its reminder. Reminders are durable; one start is enough for ever.</summary>
internal sealed partial class TransferRecoveryStart(IGrainFactory grains, TimeProvider time, ILogger<TransferRecoveryStart> logger)
    : BackgroundService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await grains.GetGrain<ITransferRecoveryGrain>(0).StartAsync();
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Whatever it is, the silo and its database are only just starting; the host must not go on without recovery.
                LogPostponed(logger, e);
                await Task.Delay(RetryDelay, time, stoppingToken);
            }
        }
    }

    [LoggerMessage(4003, LogLevel.Warning, "The recovery of transfers could not be started yet")]
    private static partial void LogPostponed(ILogger logger, Exception exception);
}
