using System.ComponentModel;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace WalletGrains.Journal.Embedded;

/// <summary>A PostgreSQL installation that the server's user can run.</summary>
/// <param name="Folder">The folder of <c>postgres</c> and <c>initdb</c>.</param>
/// <param name="Version">Its version, such as 15.18.</param>
internal sealed partial record PostgresBinaries(string Folder, Version Version)
{
    /// <summary>Oldest major version that is supported.</summary>
    public const int OldestMajor = 15;

    private static readonly TimeSpan VersionLimit = TimeSpan.FromSeconds(20);

    public string Postgres => Path.Combine(Folder, "postgres");
    public string InitDb => Path.Combine(Folder, "initdb");

    /// <summary>
    /// The explicit folder when there is one; else the first that will do of PATH, the system folders (newest first) and the
    /// npm package. An existing cluster can be opened by its own major version only, and that decides which will do.
    /// </summary>
    /// <exception cref="EmbeddedPostgresException">None will do; the message says what was found and what to do.</exception>
    public static async Task<PostgresBinaries> FindAsync(EmbeddedPostgresOptions options, DataPlace place, ILogger logger, CancellationToken cancellationToken)
    {
        var clusterMajor = ClusterMajor(place);
        var rejected = new List<string>();
        await foreach (var folder in CandidatesAsync(options, place, logger, cancellationToken))
        {
            var (binaries, objection) = await InspectAsync(folder, clusterMajor, place.Account, cancellationToken);
            if (binaries is not null) return binaries;
            rejected.Add($"{folder} {objection}");
        }

        var wanted = clusterMajor is { } major
            ? $"The data in {place.Folder} needs PostgreSQL {major}, which was not found"
            : $"No PostgreSQL {OldestMajor} or newer was found";
        var found = rejected.Count == 0 ? "" : $" ({string.Join("; ", rejected)})";
        throw new EmbeddedPostgresException(EmbeddedPostgresProblem.BinariesMissing,
            $"{wanted}{found}: install it, put its folder on the PATH, or set a connection string.");
    }

    /// <summary>The version in what <c>postgres --version</c> prints; null when it is not that.</summary>
    /// <remarks>15.18 with a packager's suffix, also 18beta1, which counts as 18.0.</remarks>
    public static Version? ParseVersion(string printed)
    {
        var match = VersionPattern().Match(printed);
        if (!match.Success) return null;
        var minor = match.Groups["minor"] is { Success: true } group ? int.Parse(group.ValueSpan, CultureInfo.InvariantCulture) : 0;
        return new Version(int.Parse(match.Groups["major"].ValueSpan, CultureInfo.InvariantCulture), minor);
    }

    private static async IAsyncEnumerable<string> CandidatesAsync(EmbeddedPostgresOptions options, DataPlace place, ILogger logger,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (options.BinFolder is { } explicitFolder)
        {
            yield return Path.GetFullPath(explicitFolder);
            yield break;
        }

        if (options.SearchSystem)
            foreach (var folder in InstalledPostgres.Folders().Distinct())
                yield return folder;

        if (options.PackageFolder is { } package
            && await NpmPostgresPackage.PrepareAsync(package, place.Account, logger, cancellationToken) is { } prepared)
            yield return prepared;
    }

    private static async Task<(PostgresBinaries?, string Objection)> InspectAsync(
        string folder, int? clusterMajor, ServerAccount account, CancellationToken cancellationToken)
    {
        var candidate = new PostgresBinaries(folder, new Version(0, 0));
        if (!File.Exists(candidate.Postgres)) return (null, "has no postgres");
        if (!File.Exists(candidate.InitDb)) return (null, "has no initdb");
        if (!await account.CanExecuteAsync(candidate.Postgres, cancellationToken)) return (null, $"cannot be run by '{account.UserName}'");

        try
        {
            var start = ChildCommand.StartInfo(candidate.Postgres, ["--version"], account, "/");
            var run = await ChildCommand.RunAsync(start, VersionLimit, cancellationToken);
            if (!run.Succeeded) return (null, $"does not run: {run.LastLine}");
            if (ParseVersion(run.Output) is not { } version) return (null, "does not say its version");
            if (version.Major < OldestMajor) return (null, $"is version {version}");
            if (clusterMajor is { } major && version.Major != major) return (null, $"is version {version}");
            return (candidate with { Version = version }, "");
        }
        catch (Exception e) when (e is Win32Exception or TimeoutException)
        {
            return (null, $"does not run: {e.Message}");
        }
    }

    private static int? ClusterMajor(DataPlace place)
    {
        var file = Path.Combine(place.Cluster, "PG_VERSION");
        return File.Exists(file) && int.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var major) ? major : null;
    }

    [GeneratedRegex(@"^postgres \(PostgreSQL\) (?<major>\d+)(\.(?<minor>\d+))?", RegexOptions.CultureInvariant)]
    private static partial Regex VersionPattern();
}
