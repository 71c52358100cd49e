using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using WalletGrains.Journal.Embedded;
using WalletGrains.Testing;

namespace WalletGrains.Journal.Tests.Embedded;

/// <summary>An embedded server of one test, in a folder that goes with it, and a table of acknowledged numbers in it.</summary>
internal static class ServerUnderTest
{
    public static readonly ILogger<EmbeddedPostgres> NoLog = NullLogger<EmbeddedPostgres>.Instance;

    public static EmbeddedPostgres On(TestFolder folder) => With(TestPostgres.Options(folder.Path));

    public static EmbeddedPostgres With(EmbeddedPostgresOptions options) => new(options, TimeProvider.System, NoLog);

    /// <summary>Starts it; without PostgreSQL on this machine the test is skipped.</summary>
    public static async Task<EmbeddedPostgresServer> StartOrSkipAsync(this EmbeddedPostgres postgres, CancellationToken cancellationToken)
    {
        try
        {
            return await postgres.StartAsync(cancellationToken);
        }
        catch (EmbeddedPostgresException e) when (e.Problem == EmbeddedPostgresProblem.BinariesMissing)
        {
            throw Prerequisite.Missing(e.Message, e);
        }
    }

    public static async Task<object?> QueryAsync(string connectionString, string sql, CancellationToken cancellationToken)
    {
        // Unpooled: the server may have been another process a moment ago.
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    public static bool IsAlive(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>kill -9.</summary>
    public static void Kill(int processId)
    {
        using var process = Process.GetProcessById(processId);
        process.Kill();
    }

    /// <summary>A field of <c>/proc/…/stat</c>, counted as in proc(5). The second is a name in parentheses that may hold spaces.</summary>
    public static string Stat(int processId, int field)
    {
        var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/stat"));
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[field - 3];
    }
}
