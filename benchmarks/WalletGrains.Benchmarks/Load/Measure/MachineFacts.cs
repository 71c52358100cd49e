using System.Reflection;
using System.Runtime;
using System.Runtime.InteropServices;
using Npgsql;
using WalletGrains.Host.Actors;

namespace WalletGrains.Benchmarks.Load.Measure;

/// <summary>What figures depend on besides the code.</summary>
/// <param name="Commit">The checkout, as the build knew it.</param>
/// <param name="Runtime">The actor runtime.</param>
/// <param name="Framework">The .NET it runs on.</param>
/// <param name="Cores">Cores that load generator, product and PostgreSQL share, when PostgreSQL is on this machine.</param>
/// <param name="GarbageCollector">Its mode.</param>
/// <param name="PostgresVersion">The server.</param>
/// <param name="PostgresSettings">Those that decide what a commit costs and what it is worth.</param>
internal sealed record MachineFacts(
    string Commit,
    string Runtime,
    string Framework,
    int Cores,
    string GarbageCollector,
    string PostgresVersion,
    IReadOnlyDictionary<string, string> PostgresSettings)
{
    private static readonly string[] Settings =
    [
        "fsync", "synchronous_commit", "full_page_writes", "wal_compression", "wal_sync_method", "shared_buffers", "max_wal_size",
        "commit_delay", "data_checksums",
    ];

    public static async Task<MachineFacts> ReadAsync(NpgsqlDataSource dataSource)
    {
        var (runtime, framework, collector) = OfProcess();
        await using var connection = await dataSource.OpenConnectionAsync();
        var settings = new Dictionary<string, string>();
        await using var command = new NpgsqlCommand("select name, current_setting(name) from unnest($1) as name", connection);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = Settings });
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            settings.Add(reader.GetString(0), reader.GetString(1));
        }

        return new MachineFacts(
            CommitOfBuild(), runtime, framework, Environment.ProcessorCount, collector, connection.PostgreSqlVersion.ToString(), settings);
    }

    /// <summary>The facts that need no database.</summary>
    public static (string Runtime, string Framework, string GarbageCollector) OfProcess() => (
        SiloSetup.RuntimeName,
        RuntimeInformation.FrameworkDescription,
        $"{(GCSettings.IsServerGC ? "server" : "workstation")}, {(GCSettings.LatencyMode == GCLatencyMode.Interactive ? "concurrent" : "not concurrent")}");

    /// <summary>The SDK puts the commit behind the plus sign of the version.</summary>
    public static string CommitOfBuild() =>
        typeof(MachineFacts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+') is [_, var commit]
            ? commit
            : "unknown";
}
