using Microsoft.Extensions.Logging;

namespace WalletGrains.Journal;

public sealed partial class Migrations
{
    [LoggerMessage(2050, LogLevel.Information, "Migration {Number}-{Name} is applied")]
    private static partial void LogApplied(ILogger logger, int number, string name);
}
