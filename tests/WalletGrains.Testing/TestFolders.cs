using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using WalletGrains.Journal.Embedded;

namespace WalletGrains.Testing;

/// <summary>
/// Temp folders for servers, named after the test process. A process that was killed leaves its folders, with servers
/// running in them; the next test run stops those and removes both.
/// </summary>
public static class TestFolders
{
    /// <summary>Per user: one cannot remove another's.</summary>
    private static readonly string Root = Path.Combine(Path.GetTempPath(), $"walletgrains-tests-{Environment.UserName}");

    /// <summary>A host under test has its data further down, in data/postgres.</summary>
    private static readonly EnumerationOptions Nested = new() { RecurseSubdirectories = true, MaxRecursionDepth = 3 };

    /// <summary>Makes the name of a new folder; it is created by whoever uses it.</summary>
    public static TestFolder Create(string purpose) =>
        new(Path.Combine(Root, $"{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}-{purpose}-{Guid.NewGuid().ToString("N")[..8]}"));

    /// <summary>Removes what dead test processes have left, their servers first.</summary>
    public static async Task RemoveAbandonedAsync()
    {
        if (!Directory.Exists(Root)) return;
        foreach (var folder in Directory.EnumerateDirectories(Root))
        {
            // An id used again keeps a folder until that process ends too: no harm.
            if (IsAlive(Path.GetFileName(folder).Split('-')[0])) continue;
            try
            {
                await RemoveAsync(folder);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or EmbeddedPostgresException)
            {
                // Another test process, started at the same time, is at it too.
            }
        }
    }

    internal static async Task RemoveAsync(string folder)
    {
        if (!Directory.Exists(folder)) return;
        foreach (var cluster in Directory.GetDirectories(folder, "cluster", Nested))
            await EmbeddedPostgres.StopOrphanAsync(
                Path.GetDirectoryName(cluster)!, TimeProvider.System, NullLogger<EmbeddedPostgres>.Instance, CancellationToken.None);
        Directory.Delete(folder, recursive: true);
    }

    private static bool IsAlive(string processId)
    {
        if (!int.TryParse(processId, CultureInfo.InvariantCulture, out var id)) return false;
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(id);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}

/// <summary>A folder that is removed with all that is in it, a server that still runs there included.</summary>
public sealed class TestFolder(string path) : IAsyncDisposable
{
    public string Path { get; } = path;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await TestFolders.RemoveAsync(Path);
}
