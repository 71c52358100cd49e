using Microsoft.Extensions.Logging;

namespace WalletGrains.Api.Push;

internal static partial class ReplayLog
{
    [LoggerMessage(3210, LogLevel.Warning, "What user {UserId} missed could not be read ({Reason}); the connection is closed, so that its client asks again")]
    public static partial void Failed(ILogger logger, Guid userId, string reason);
}
