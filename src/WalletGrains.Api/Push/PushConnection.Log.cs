using Microsoft.Extensions.Logging;

namespace WalletGrains.Api.Push;

internal static partial class PushConnectionLog
{
    [LoggerMessage(3200, LogLevel.Information, "Push connection {ConnectionId} of user {UserId} was given up: {Reason}")]
    public static partial void Dropped(ILogger logger, string connectionId, Guid userId, DropReason reason);
}
