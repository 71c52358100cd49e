using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace WalletGrains.Journal.Embedded;

/// <summary>One run of the server, from its launch to its end.</summary>
internal sealed class ServerProcess : IDisposable
{
    private const int ProbeTimeoutSeconds = 5;

    private readonly Process _process;
    private readonly ServerLog _log;

    private ServerProcess(Process process, ServerLog log)
    {
        _process = process;
        _log = log;
        Id = process.Id;
        Exited = process.WaitForExitAsync();
    }

    public int Id { get; }

    /// <summary>Completes when the postmaster has ended.</summary>
    public Task Exited { get; }

    public int ExitCode => _process.ExitCode;

    /// <summary>Why it ended, in the server's words.</summary>
    public string Reason => _log.Reason;

    /// <summary>Starts the server and returns it once a query is answered; when that fails, nothing of it is left running.</summary>
    /// <exception cref="EmbeddedPostgresException">It ended, or did not answer within the limit.</exception>
    public static async Task<ServerProcess> LaunchAsync(ServerLaunch launch, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        var server = Start(launch, logger);
        try
        {
            await server.WaitUntilReadyAsync(launch, time, cancellationToken);
            return server;
        }
        catch
        {
            await server.StopAsync(launch.StopTimeLimit, time, logger);
            server.Dispose();
            throw;
        }
    }

    /// <summary>Ends the server: fast shutdown first, by force at the limit. Not cancellable: a half-stopped server helps nobody.</summary>
    public Task StopAsync(TimeSpan fastShutdownLimit, TimeProvider time, ILogger logger) =>
        Exited.IsCompleted
            ? Task.CompletedTask
            : OrphanedServer.StopProcessAsync(Id, fastShutdownLimit, time, logger, CancellationToken.None);

    public void Dispose() => _process.Dispose();

    private static ServerProcess Start(ServerLaunch launch, ILogger logger)
    {
        var (program, arguments) = OwnSession.Wrap(launch.Binaries.Postgres, launch.Arguments, logger);
        try
        {
            var start = ChildCommand.StartInfo(program, arguments, launch.Place.Account, launch.Place.Cluster);
            var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
            process.StandardInput.Close();
            var log = new ServerLog(logger);
            _ = log.DrainAsync(process.StandardOutput);
            _ = log.DrainAsync(process.StandardError);
            return new ServerProcess(process, log);
        }
        catch (Win32Exception e)
        {
            throw new EmbeddedPostgresException(EmbeddedPostgresProblem.StartFailed, $"PostgreSQL could not be started: {e.Message}", e);
        }
    }

    private async Task WaitUntilReadyAsync(ServerLaunch launch, TimeProvider time, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(launch.StartTimeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            if (await Task.WhenAny(_log.Ready, Exited).WaitAsync(either.Token) == Exited)
                throw new EmbeddedPostgresException(EmbeddedPostgresProblem.StartFailed, $"PostgreSQL ended at its start: {Reason}.");
            await ProbeAsync(launch.ConnectionString, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new EmbeddedPostgresException(EmbeddedPostgresProblem.StartFailed,
                $"PostgreSQL did not answer within {launch.StartTimeLimit.TotalSeconds:0} s; it last said: {Reason}.");
        }
        catch (NpgsqlException e)
        {
            throw new EmbeddedPostgresException(EmbeddedPostgresProblem.StartFailed, $"PostgreSQL started but does not answer: {e.Message}", e);
        }
    }

    private static async Task ProbeAsync(string connectionString, CancellationToken cancellationToken)
    {
        var maintenance = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Database = "postgres",
            Pooling = false,
            Timeout = ProbeTimeoutSeconds,
            CommandTimeout = ProbeTimeoutSeconds,
        };
        await using var connection = new NpgsqlConnection(maintenance.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var query = new NpgsqlCommand("select 1", connection);
        await query.ExecuteScalarAsync(cancellationToken);
    }
}
