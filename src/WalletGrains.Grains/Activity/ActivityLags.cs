using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WalletGrains.Contracts.Activity;
using WalletGrains.Grains.BalanceSync;
using WalletGrains.Grains.Fraud;
using WalletGrains.Grains.Statistics;
using WalletGrains.Journal;
using WalletGrains.Journal.Activity;

namespace WalletGrains.Grains.Activity;

/// <summary>
/// Looks how far all who follow the journal are behind it, for the metrics. Each silo looks, and at what is durable: so a consumer that runs nowhere is seen as well as
/// one that stands.
/// </summary>
public sealed partial class ActivityLags(
    PostgresActivityLags lags, ActivityOptions options, ActivityMetrics metrics, TimeProvider time, ILogger<ActivityLags> logger) : BackgroundService
{
    /// <summary>The names of all who follow.</summary>
    public static IReadOnlyList<string> Consumers { get; } =
        [JournalRelayGrain.Consumer, StatisticsRetry.ConsumerName, FraudRetry.ConsumerName, TransactionSyncGrain.ConsumerName];

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                metrics.Observe(await lags.ReadAsync(Consumers, options.Partitions, stoppingToken));
                await Task.Delay(GrainLimits.LagPeriod, time, stoppingToken);
            }
            catch (JournalUnavailableException e)
            {
                // Rather nothing than what was: a gap is seen, too.
                LogNotLooked(logger, e);
                metrics.Observe([]);
                await Task.Delay(GrainLimits.LagPeriod, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    [LoggerMessage(1914, LogLevel.Debug, "How far followers are behind the journal cannot be read now")]
    private static partial void LogNotLooked(ILogger logger, Exception exception);
}
