namespace WalletGrains.Host.Audit;

internal sealed partial class AuditWriter
{
    [LoggerMessage(4301, LogLevel.Error, "{Count} requests are missing from the audit")]
    private static partial void LogLost(ILogger logger, long count);

    [LoggerMessage(4302, LogLevel.Warning, "The audit of {Count} requests cannot be stored yet: {Reason}")]
    private static partial void LogRetried(ILogger logger, string reason, int count);

    [LoggerMessage(4303, LogLevel.Error, "The audit of {Count} requests could not be stored and is given up")]
    private static partial void LogGivenUp(ILogger logger, Exception exception, int count);

    [LoggerMessage(4304, LogLevel.Error, "The database refused the audit of the request {AuditId}; a rule of this product is broken")]
    private static partial void LogRefused(ILogger logger, Exception exception, Guid auditId);

    [LoggerMessage(4305, LogLevel.Information, "The database refused one of {Count} audited requests; they are stored in halves")]
    private static partial void LogSplit(ILogger logger, Exception exception, int count);

    [LoggerMessage(4308, LogLevel.Warning, "{Count} refused requests of nobody known are summed up in the audit: there are too many of them to be kept one by one")]
    private static partial void LogSummedUp(ILogger logger, long count);
}
