using Microsoft.Extensions.Logging;

namespace WalletGrains.Journal.Writing;

internal sealed partial class Lane
{
    [LoggerMessage(2000, LogLevel.Error, "Journal lane {Lane} failed in an unexpected way and goes on")]
    private static partial void LogUnexpected(ILogger logger, Exception exception, int lane);

    [LoggerMessage(2001, LogLevel.Warning, "Journal lane {Lane} refused {Count} queued appends because the database is away or the journal is shutting down")]
    private static partial void LogRefused(ILogger logger, int lane, int count);
}
