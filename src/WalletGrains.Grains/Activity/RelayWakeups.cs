using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WalletGrains.Contracts.Activity;
using WalletGrains.Journal.Activity;

namespace WalletGrains.Grains.Activity;

/// <summary>
/// Wakes the relays when this silo has committed something: one call to each, however many commits there were while the last
/// one was under way. Commits do not wait for it, and a wake-up that is lost costs a relay's idle pause.
/// </summary>
public sealed partial class RelayWakeups(CommitSignal commits, IGrainFactory grains, ActivityOptions options, ILogger<RelayWakeups> logger) : BackgroundService
{
    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var relays = Enumerable.Range(0, options.Partitions).Select(partition => grains.GetGrain<IJournalRelayGrain>(partition)).ToArray();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await commits.WaitAsync(stoppingToken);
                await Task.WhenAll(relays.Select(relay => relay.WakeAsync())).WaitAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever it is, also a call that somebody has cancelled: the relay looks by itself.
                LogNotWoken(logger, e);
            }
        }
    }

    [LoggerMessage(1913, LogLevel.Debug, "A relay could not be woken")]
    private static partial void LogNotWoken(ILogger logger, Exception exception);
}
