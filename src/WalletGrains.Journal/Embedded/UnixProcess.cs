using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace WalletGrains.Journal.Embedded;

/// <summary>Processes by id, also those that are not children of this one.</summary>
internal static class UnixProcess
{
    /// <summary>PostgreSQL's smart, fast and immediate shutdown are SIGTERM, SIGINT and SIGQUIT.</summary>
    public const int Interrupt = 2, Quit = 3, Kill = 9;

    /// <summary>Sends a signal. A process that is gone already is no error: that is what the signal was for.</summary>
    public static void Signal(int processId, int signal) => _ = SendSignal(processId, signal);

    /// <summary>
    /// Whether a process is a PostgreSQL process of this cluster. An id alone proves nothing: they are used again, after a
    /// restart of a container nearly always.
    /// </summary>
    public static bool IsServerOf(string cluster, int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            // A backend's name goes on: "postgres: walletgrains walletgrains [local] SELECT".
            if (!process.ProcessName.StartsWith("postgres", StringComparison.Ordinal)) return false;
            // Every PostgreSQL process works in its data directory. Other systems do not tell: there the name has to do.
            return !OperatingSystem.IsLinux() || WorkingFolder(processId) == cluster;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return false; // There is none of that id, or no longer.
        }
    }

    /// <summary>Every living PostgreSQL process of a cluster. Empty where the system does not tell (not Linux).</summary>
    public static IReadOnlyList<int> ServersOf(string cluster)
    {
        if (!OperatingSystem.IsLinux()) return [];
        return [.. Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0 && WorkingFolder(id) == cluster && IsServerOf(cluster, id))];
    }

    /// <summary>Waits until a process has ended; false when it has not within the limit.</summary>
    public static async Task<bool> WaitForExitAsync(int processId, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var process = Process.GetProcessById(processId);
            await process.WaitForExitAsync(either.Token);
            return true;
        }
        catch (ArgumentException)
        {
            return true; // Gone before it was looked at.
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static string? WorkingFolder(int processId)
    {
        try
        {
            return Directory.ResolveLinkTarget($"/proc/{processId}/cwd", returnFinalTarget: false)?.FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // Somebody else's process, or one that has just ended.
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int processId, int signal);
}
