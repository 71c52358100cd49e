using Microsoft.Extensions.Logging;

namespace WalletGrains.Journal.Embedded;

/// <summary>Events 2100–2149. No password and no connection string is ever among the values.</summary>
internal static partial class EmbeddedPostgresLog
{
    [LoggerMessage(2100, LogLevel.Information, "Starting PostgreSQL {Version} from {BinFolder} on {Cluster}")]
    public static partial void StartingServer(this ILogger logger, Version version, string binFolder, string cluster);

    [LoggerMessage(2101, LogLevel.Information, "PostgreSQL runs as process {ProcessId} after {ElapsedMilliseconds} ms")]
    public static partial void ServerRuns(this ILogger logger, int processId, long elapsedMilliseconds);

    [LoggerMessage(2102, LogLevel.Debug, "PostgreSQL: {Line}")]
    public static partial void ServerSaid(this ILogger logger, string line);

    [LoggerMessage(2103, LogLevel.Warning, "PostgreSQL: {Line}")]
    public static partial void ServerWarned(this ILogger logger, string line);

    [LoggerMessage(2104, LogLevel.Critical, "PostgreSQL: {Line}")]
    public static partial void ServerPanicked(this ILogger logger, string line);

    [LoggerMessage(2105, LogLevel.Information, "Creating a new cluster of PostgreSQL {Version} in {Cluster}")]
    public static partial void InitializingCluster(this ILogger logger, string cluster, Version version);

    [LoggerMessage(2106, LogLevel.Warning, "An earlier attempt to create the cluster was interrupted; {Folder} is thrown away")]
    public static partial void UnfinishedClusterDiscarded(this ILogger logger, string folder);

    [LoggerMessage(2107, LogLevel.Warning, "The user '{UserName}', who must run PostgreSQL, cannot enter {Wanted}; the data is in {Folder}")]
    public static partial void FolderRelocated(this ILogger logger, string? userName, string wanted, string folder);

    [LoggerMessage(2108, LogLevel.Warning, "PostgreSQL process {ProcessId} on {Cluster} outlived its host and is stopped first")]
    public static partial void StoppingOrphan(this ILogger logger, int processId, string cluster);

    [LoggerMessage(2109, LogLevel.Warning, "Stale {File} removed: its process is not a server of this folder")]
    public static partial void StalePidFileRemoved(this ILogger logger, string file);

    [LoggerMessage(2110, LogLevel.Error, "PostgreSQL process {ProcessId} ended with code {ExitCode} ({Reason}) and is started again")]
    public static partial void ServerDied(this ILogger logger, int processId, int exitCode, string reason);

    [LoggerMessage(2111, LogLevel.Error, "PostgreSQL could not be started again at attempt {Attempt}; next in {DelayMilliseconds} ms: {Reason}")]
    public static partial void RestartFailed(this ILogger logger, int attempt, long delayMilliseconds, string reason);

    [LoggerMessage(2112, LogLevel.Warning, "Process {ProcessId} of a dead PostgreSQL is killed: it holds the shared memory")]
    public static partial void LeftoverKilled(this ILogger logger, int processId);

    [LoggerMessage(2113, LogLevel.Information, "PostgreSQL has stopped")]
    public static partial void ServerStopped(this ILogger logger);

    [LoggerMessage(2114, LogLevel.Warning, "PostgreSQL process {ProcessId} does not stop; it gets {Signal}")]
    public static partial void StopEscalated(this ILogger logger, int processId, string signal);

    [LoggerMessage(2115, LogLevel.Warning, "There is neither setsid nor perl: Ctrl-C stops PostgreSQL together with the host")]
    public static partial void NoOwnSession(this ILogger logger);

    [LoggerMessage(2116, LogLevel.Information, "PostgreSQL's programs in {Package} were copied to {Copy}, where its user can run them")]
    public static partial void BinariesCopied(this ILogger logger, string package, string copy);
}
