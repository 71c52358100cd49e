using Microsoft.Extensions.Logging;

namespace WalletGrains.Journal.Writing;

internal sealed partial class LaneWriter
{
    [LoggerMessage(2010, LogLevel.Warning, "Journal lane {Lane} cannot connect to PostgreSQL; appends are refused until it can")]
    private static partial void LogConnectFailed(ILogger logger, Exception exception, int lane);

    [LoggerMessage(2011, LogLevel.Information, "Journal lane {Lane} is connected to PostgreSQL again")]
    private static partial void LogConnected(ILogger logger, int lane);

    [LoggerMessage(2012, LogLevel.Warning, "Journal lane {Lane} lost the answer to a commit of {Count} appends; their outcome is unknown")]
    private static partial void LogOutcomeUnknown(ILogger logger, Exception exception, int lane, int count);

    [LoggerMessage(2013, LogLevel.Warning, "Journal lane {Lane} could not commit {Count} appends; they were rolled back")]
    private static partial void LogRolledBack(ILogger logger, Exception exception, int lane, int count);

    [LoggerMessage(2014, LogLevel.Error, "Journal lane {Lane}: the database's constraints refused an append; a rule of this product is broken")]
    private static partial void LogRejected(ILogger logger, Exception exception, int lane);

    [LoggerMessage(2015, LogLevel.Information, "Journal lane {Lane} writes a rolled back batch again after attempt {Attempt}")]
    private static partial void LogRetried(ILogger logger, Exception exception, int lane, int attempt);

    // Many of them mean that two silos run the same wallets; one now and then follows a repeated request on a busy wallet.
    [LoggerMessage(2016, LogLevel.Debug, "Journal lane {Lane} fenced {Count} appends: their wallets had moved on since they were decided")]
    private static partial void LogFenced(ILogger logger, int lane, int count);
}
