using System.Globalization;
using WalletGrains.Host.Actors;

namespace WalletGrains.Host.Startup;

/// <summary>What the process is told on its command line, in its environment and in its settings.</summary>
/// <param name="Role">What it does.</param>
/// <param name="Url">Where it listens.</param>
/// <param name="DataFolder">Where it keeps the embedded database and the keys it generates.</param>
/// <param name="LogFolder">Where it writes its log files.</param>
/// <param name="ConnectionString">The database to use; null for the embedded one.</param>
/// <param name="PostgresBinFolder">Where PostgreSQL's programs are; null to look for them.</param>
/// <param name="PostgresPackageFolder">A package of PostgreSQL's programs to use when the machine has none; null for none.</param>
public sealed record HostSettings(
    ActorRole Role,
    string Url,
    string DataFolder,
    string LogFolder,
    string? ConnectionString,
    string? PostgresBinFolder,
    string? PostgresPackageFolder)
{
    private const int DefaultPort = 8080;

    /// <summary>Whether the host runs its own PostgreSQL.</summary>
    public bool UsesEmbeddedDatabase => ConnectionString is null;

    /// <summary>Reads the options.</summary>
    /// <exception cref="StartupException">One of them is wrong; the message names it.</exception>
    public static HostSettings Read(IConfiguration configuration, IHostEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var role = ReadRole(configuration["role"]);
        var connectionString = Setting(configuration, "ConnectionStrings:WalletGrains");
        if (role is not ActorRole.All && connectionString is null)
        {
            throw new StartupException("--role silo and --role api share one database: set ConnectionStrings__WalletGrains.");
        }

        return new HostSettings(
            role,
            Setting(configuration, "Urls") ?? string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ReadPort(configuration)}"),
            Path.GetFullPath(Setting(configuration, "WALLETGRAINS_DATA") ?? "data"),
            Path.GetFullPath(Setting(configuration, "WALLETGRAINS_LOGS") ?? "logs"),
            connectionString,
            Setting(configuration, "Postgres:BinFolder"),
            Setting(configuration, "Postgres:PackageFolder"));
    }

    private static ActorRole ReadRole(string? role) => role switch
    {
        null or "" or "all" => ActorRole.All,
        "silo" => ActorRole.Silo,
        "api" => ActorRole.Api,
        _ => throw new StartupException($"--role is '{role}'; it must be all, silo or api."),
    };

    private static int ReadPort(IConfiguration configuration)
    {
        var text = Setting(configuration, "PORT");
        if (text is null)
        {
            return DefaultPort;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= ushort.MaxValue
            ? port
            : throw new StartupException($"PORT is '{text}'; it must be a number from 0 to {ushort.MaxValue}, 0 for any free one.");
    }

    private static string? Setting(IConfiguration configuration, string key) =>
        string.IsNullOrWhiteSpace(configuration[key]) ? null : configuration[key];
}
