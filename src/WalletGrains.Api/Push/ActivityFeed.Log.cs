using Microsoft.Extensions.Logging;

namespace WalletGrains.Api.Push;

internal static partial class ActivityFeedLog
{
    [LoggerMessage(3220, LogLevel.Warning, "What becomes durable cannot be followed now; updates of connected clients wait")]
    public static partial void Waits(ILogger logger, Exception exception);

    [LoggerMessage(3221, LogLevel.Debug, "A subscription of a stopping process was left to end by itself")]
    public static partial void NotEnded(ILogger logger, Exception exception);
}
