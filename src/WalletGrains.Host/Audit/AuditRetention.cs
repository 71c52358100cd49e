using WalletGrains.Journal;
using WalletGrains.Journal.Audit;

namespace WalletGrains.Host.Audit;

/// <summary>Lets go of days of the audit that are over their time. Every host that stores it does; a day is dropped once.</summary>
internal sealed partial class AuditRetention(PostgresApiAudit audit, AuditOptions options, TimeProvider time, ILogger<AuditRetention> logger) : BackgroundService
{
    /// <summary>Drops what is over its time now.</summary>
    /// <returns>How many days went.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var dropped = 0;
        try
        {
            while (dropped < AuditLimits.MaxDroppedDays
                && await audit.DropOldestDayAsync(time.GetUtcNow().AddDays(-options.RetentionDays), cancellationToken))
            {
                dropped++;
            }
        }
        catch (JournalUnavailableException e)
        {
            LogPostponed(logger, e);
        }

        if (dropped > 0)
        {
            LogDropped(logger, dropped, options.RetentionDays);
        }

        return dropped;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(AuditLimits.RetentionPeriod, time);
        do
        {
            await RunAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(4306, LogLevel.Information, "{Count} days of the audit were dropped: they were older than {RetentionDays} days")]
    private static partial void LogDropped(ILogger logger, int count, int retentionDays);

    [LoggerMessage(4307, LogLevel.Warning, "Days of the audit cannot be dropped now; the next attempt is in an hour")]
    private static partial void LogPostponed(ILogger logger, Exception exception);
}
