using Microsoft.Extensions.Logging;

namespace WalletGrains.Api.Errors;

internal static partial class RequestBoundaryLog
{
    [LoggerMessage(3000, LogLevel.Error, "A request failed unexpectedly: {Method} {Endpoint}")]
    public static partial void UnexpectedException(ILogger logger, Exception exception, string method, string? endpoint);

    [LoggerMessage(3001, LogLevel.Debug, "A request was answered with {Code}: {Reason}")]
    public static partial void Failed(ILogger logger, string code, string reason);

    [LoggerMessage(3002, LogLevel.Debug, "The client left before its request was answered ({Exception})")]
    public static partial void ClientGone(ILogger logger, string exception);
}
