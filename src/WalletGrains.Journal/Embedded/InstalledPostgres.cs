using System.Globalization;

namespace WalletGrains.Journal.Embedded;

/// <summary>Folders where packages put PostgreSQL's programs.</summary>
internal static class InstalledPostgres
{
    /// <summary>Patterns of folders with a version in place of the star: Debian, Red Hat, Homebrew on both kinds of Mac, the Mac app.</summary>
    private static readonly (string Parent, string Prefix, string Tail)[] Versioned =
    [
        ("/usr/lib/postgresql", "", "bin"),
        ("/usr", "pgsql-", "bin"),
        ("/opt/homebrew/opt", "postgresql@", "bin"),
        ("/usr/local/opt", "postgresql@", "bin"),
        ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
        ("/usr/libexec", "postgresql", ""),
    ];

    private static readonly string[] Fixed = ["/usr/local/pgsql/bin", "/usr/local/bin", "/usr/bin", "/opt/homebrew/bin"];

    /// <summary>Existing folders with a <c>postgres</c> in them: first PATH, which is the user's own choice, then the newest.</summary>
    public static IEnumerable<string> Folders()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return path.Concat(Versioned.SelectMany(NewestFirst)).Concat(Fixed)
            .Select(folder => Path.Combine(folder, "postgres"))
            .Where(File.Exists)
            .Select(RealFolder);
    }

    /// <summary>The folder a link leads to: <c>initdb</c> lies there, not beside the link.</summary>
    private static string RealFolder(string program) =>
        Path.GetDirectoryName(File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(program))!;

    private static IEnumerable<string> NewestFirst((string Parent, string Prefix, string Tail) pattern)
    {
        if (!Directory.Exists(pattern.Parent)) return [];
        return Directory.EnumerateDirectories(pattern.Parent, pattern.Prefix + "*")
            .Select(folder => (Folder: folder, Version: VersionOf(Path.GetFileName(folder)[pattern.Prefix.Length..])))
            .Where(found => found.Version > 0)
            .OrderByDescending(found => found.Version)
            .Select(found => Path.Combine(found.Folder, pattern.Tail));
    }

    private static decimal VersionOf(string name) =>
        decimal.TryParse(name, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var version) ? version : 0;
}
