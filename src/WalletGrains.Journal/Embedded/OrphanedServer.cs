using System.Globalization;
using Microsoft.Extensions.Logging;

namespace WalletGrains.Journal.Embedded;

/// <summary>
/// A server that outlived its host, because that was killed. Whoever holds the folder's lock stops it, with a checkpoint when
/// it can be had: what it acknowledged is in the WAL either way.
/// </summary>
internal static class OrphanedServer
{
    private static readonly TimeSpan QuitLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(10);

    /// <summary>After it no process of the cluster runs, and no file pretends that one does.</summary>
    /// <exception cref="EmbeddedPostgresException">The orphan survives even SIGKILL (it hangs in the kernel).</exception>
    public static async Task StopAsync(DataPlace place, TimeSpan fastShutdownLimit, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        var pidFile = Path.Combine(place.Cluster, "postmaster.pid");
        var firstLine = File.Exists(pidFile) ? File.ReadLines(pidFile).FirstOrDefault() : null;
        if (int.TryParse(firstLine, CultureInfo.InvariantCulture, out var processId) && UnixProcess.IsServerOf(place.Cluster, processId))
        {
            logger.StoppingOrphan(processId, place.Cluster);
            await StopProcessAsync(processId, fastShutdownLimit, time, logger, cancellationToken);
        }

        await KillLeftoversAsync(place.Cluster, time, logger, cancellationToken);
        // PostgreSQL compares the id only and would refuse to start while anybody has it.
        if (File.Exists(pidFile))
        {
            logger.StalePidFileRemoved(pidFile);
            File.Delete(pidFile);
        }
    }

    /// <summary>Fast shutdown, then immediate, then SIGKILL, each with its limit.</summary>
    public static async Task StopProcessAsync(int processId, TimeSpan fastShutdownLimit, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        if (fastShutdownLimit > TimeSpan.Zero)
        {
            UnixProcess.Signal(processId, UnixProcess.Interrupt);
            if (await UnixProcess.WaitForExitAsync(processId, fastShutdownLimit, time, cancellationToken)) return;
            logger.StopEscalated(processId, "SIGQUIT");
        }

        UnixProcess.Signal(processId, UnixProcess.Quit);
        if (await UnixProcess.WaitForExitAsync(processId, QuitLimit, time, cancellationToken)) return;

        logger.StopEscalated(processId, "SIGKILL");
        UnixProcess.Signal(processId, UnixProcess.Kill);
        if (await UnixProcess.WaitForExitAsync(processId, KillLimit, time, cancellationToken)) return;

        throw new EmbeddedPostgresException(EmbeddedPostgresProblem.StartFailed, $"The PostgreSQL process {processId} cannot be ended.");
    }

    /// <summary>
    /// Ends what is left of a server whose postmaster is dead. Such processes notice it themselves unless they are busy, and
    /// hold the shared memory until then, without which no new server starts; their clients are to be told nothing more.
    /// </summary>
    public static async Task KillLeftoversAsync(string cluster, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        foreach (var processId in UnixProcess.ServersOf(cluster))
        {
            logger.LeftoverKilled(processId);
            UnixProcess.Signal(processId, UnixProcess.Kill);
            await UnixProcess.WaitForExitAsync(processId, KillLimit, time, cancellationToken);
        }
    }
}
