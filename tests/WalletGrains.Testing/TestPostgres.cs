using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using WalletGrains.Journal.Embedded;

namespace WalletGrains.Testing;

/// <summary>
/// One PostgreSQL for all tests of this process: started by the first that needs it, removed when the process ends, fsync on
/// as in production. <c>WALLETGRAINS_TEST_POSTGRES</c> (a connection string of a user who may create databases) puts another
/// server in its place; <c>WALLETGRAINS_POSTGRES_PACKAGE</c> is the folder of the npm package with binaries.
/// </summary>
public static class TestPostgres
{
    public const string ServerVariable = "WALLETGRAINS_TEST_POSTGRES";
    public const string PackageVariable = "WALLETGRAINS_POSTGRES_PACKAGE";

    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(4);
    private static readonly Lazy<Task<string>> Started = new(StartAsync);

    /// <summary>Makes a fresh empty database.</summary>
    /// <exception cref="PrerequisiteMissingException">There is no PostgreSQL: the test is skipped, or fails under CI.</exception>
    public static async Task<TestDatabase> CreateDatabaseAsync(CancellationToken cancellationToken) =>
        await TestDatabase.CreateAsync(await Started.Value.WaitAsync(cancellationToken), cancellationToken);

    /// <summary>Options of a further server for tests of servers themselves, with the binaries that this machine has.</summary>
    public static EmbeddedPostgresOptions Options(string dataFolder) => new()
    {
        DataFolder = dataFolder,
        PackageFolder = Environment.GetEnvironmentVariable(PackageVariable),
        // The tests of one process share it; room for many pools, and little memory and disk.
        Settings = new Dictionary<string, string>
        {
            ["max_connections"] = "400",
            ["shared_buffers"] = "128MB",
            ["max_wal_size"] = "512MB",
            ["min_wal_size"] = "80MB",
        },
    };

    private static async Task<string> StartAsync()
    {
        if (Environment.GetEnvironmentVariable(ServerVariable) is { Length: > 0 } external) return external;

        await TestFolders.RemoveAbandonedAsync();
        var folder = TestFolders.Create("shared");
        // Its data is thrown away: nobody waits for a checkpoint, least of all xunit, which fails a process that is not gone
        // within eleven seconds.
        var options = Options(folder.Path) with { StopTimeLimit = TimeSpan.Zero };
        var postgres = new EmbeddedPostgres(options, TimeProvider.System, NullLogger<EmbeddedPostgres>.Instance);
        try
        {
            var server = await postgres.StartAsync();
            // The last moment: after the test framework has let go of everything. Blocking is all that can be done there. What a busy
            // machine has not removed by then the next test run removes.
            AppDomain.CurrentDomain.ProcessExit += (_, _) => Task.Run(() => RemoveAsync(postgres, server.DataFolder)).Wait(ExitLimit);
            return new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "postgres", IncludeErrorDetail = true }.ConnectionString;
        }
        catch (EmbeddedPostgresException e) when (e.Problem == EmbeddedPostgresProblem.BinariesMissing)
        {
            await folder.DisposeAsync();
            throw Prerequisite.Missing(e.Message, e);
        }
    }

    private static async Task RemoveAsync(EmbeddedPostgres postgres, string dataFolder)
    {
        await postgres.StopAsync();
        Directory.Delete(dataFolder, recursive: true);
    }
}
