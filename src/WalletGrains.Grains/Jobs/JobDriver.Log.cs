using Microsoft.Extensions.Logging;

namespace WalletGrains.Grains.Jobs;

internal sealed partial class JobDriver
{
    [LoggerMessage(1801, LogLevel.Error, "[DEAD LETTER] Job {JobId} of kind {Kind} about {Key} was given up after {Attempts} attempts: {Error}")]
    private static partial void LogDead(ILogger logger, string kind, string key, Guid jobId, int attempts, string error);

    [LoggerMessage(1802, LogLevel.Warning, "Job {Kind} about {Key} failed in attempt {Attempt} and is tried again in {Wait}: {Error}")]
    private static partial void LogRetried(ILogger logger, string kind, string key, int attempt, TimeSpan wait, string error);

    [LoggerMessage(1803, LogLevel.Warning, "Job {Kind} about {Key} ended here after its lease was given to another worker; its result is not written")]
    private static partial void LogLost(ILogger logger, string kind, string key);

    [LoggerMessage(1804, LogLevel.Warning, "The jobs of kind {Kind} wait for the store")]
    private static partial void LogStoreAway(ILogger logger, Exception exception, string kind);

    [LoggerMessage(1805, LogLevel.Error, "Job {Kind} about {Key} could not be settled; its lease ends by itself")]
    private static partial void LogFailed(ILogger logger, Exception exception, string kind, string key);
}
