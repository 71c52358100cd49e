using Microsoft.Extensions.Logging;
using Npgsql;

namespace WalletGrains.Journal.Embedded;

/// <summary>Keeps the server running: starts it again whenever it ends, until it is told to stop.</summary>
internal sealed class ServerSupervisor(ServerLaunch launch, StateBoard state, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>A server that ran this long was healthy: its next end counts as the first.</summary>
    private static readonly TimeSpan HealthyAfter = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);
    private const int MaxDoublings = 6;
    private const int DatabaseTimeoutSeconds = 30;

    private readonly CancellationTokenSource _stopping = new();
    private volatile ServerProcess? _server;
    private Task _supervision = Task.CompletedTask;

    public int? ProcessId => _server?.Id;

    /// <summary>Starts the server for the first time; a failure is the caller's, who can say what to do about it.</summary>
    /// <exception cref="EmbeddedPostgresException">It did not come up; nothing is left running.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await LaunchAsync(cancellationToken);
        await EnsureDatabaseAsync(cancellationToken);
        state.Set(EmbeddedPostgresState.Running);
        _supervision = SuperviseAsync();
    }

    /// <summary>Stops supervision, then the server.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _supervision;
        _stopping.Dispose();
        if (_server is not { } server) return;
        await server.StopAsync(launch.StopTimeLimit, time, logger);
        server.Dispose();
        _server = null;
        logger.ServerStopped();
    }

    /// <summary>How long to wait before the next start after so many failures in a row.</summary>
    internal static TimeSpan DelayAfter(int failures) =>
        failures <= 1 ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Min(LongestDelay.Ticks, FirstDelay.Ticks << Math.Min(failures - 2, MaxDoublings)));

    private async Task SuperviseAsync()
    {
        var failures = 0;
        try
        {
            while (true)
            {
                var startedAt = time.GetTimestamp();
                var server = _server!;
                await server.Exited.WaitAsync(_stopping.Token);

                state.Set(EmbeddedPostgresState.Restarting);
                _server = null;
                logger.ServerDied(server.Id, server.ExitCode, server.Reason);
                server.Dispose();
                failures = time.GetElapsedTime(startedAt) >= HealthyAfter ? 1 : failures + 1;
                failures = await RestartAsync(failures, _stopping.Token);
                state.Set(EmbeddedPostgresState.Running);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The host stops: so does supervision.
        }
    }

    /// <summary>Starts the server until it runs, and returns how many failures in a row there have been by then.</summary>
    private async Task<int> RestartAsync(int failures, CancellationToken cancellationToken)
    {
        while (true)
        {
            var delay = DelayAfter(failures);
            if (delay > TimeSpan.Zero) await Task.Delay(delay, time, cancellationToken);
            try
            {
                // What the dead postmaster left behind had its moment to notice; whoever is still there would hold us up.
                if (failures > 1) await OrphanedServer.KillLeftoversAsync(launch.Place.Cluster, time, logger, cancellationToken);
                await LaunchAsync(cancellationToken);
                return failures;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Whatever it is (a full disk, no more processes): a host without supervision would never get its server back.
                failures++;
                logger.RestartFailed(failures, (long)DelayAfter(failures).TotalMilliseconds, e.Message);
            }
        }
    }

    private async Task LaunchAsync(CancellationToken cancellationToken)
    {
        var begin = time.GetTimestamp();
        logger.StartingServer(launch.Binaries.Version, launch.Binaries.Folder, launch.Place.Cluster);
        await launch.Socket.ClearAsync(launch.Place.Account, cancellationToken);
        _server = await ServerProcess.LaunchAsync(launch, time, logger, cancellationToken);
        logger.ServerRuns(_server.Id, (long)time.GetElapsedTime(begin).TotalMilliseconds);
    }

    /// <summary>Creates the product's database unless it is there. An earlier first start may have been killed just before.</summary>
    private async Task EnsureDatabaseAsync(CancellationToken cancellationToken)
    {
        var maintenance = new NpgsqlConnectionStringBuilder(launch.ConnectionString)
        {
            Database = "postgres",
            Pooling = false,
            CommandTimeout = DatabaseTimeoutSeconds,
        };
        try
        {
            await using var connection = new NpgsqlConnection(maintenance.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            await using var look = new NpgsqlCommand("select 1 from pg_database where datname = $1", connection)
            {
                Parameters = { new() { Value = ClusterInitialization.DatabaseName } },
            };
            if (await look.ExecuteScalarAsync(cancellationToken) is not null) return;
            await using var create = new NpgsqlCommand($"create database {ClusterInitialization.DatabaseName}", connection);
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (NpgsqlException e)
        {
            throw new EmbeddedPostgresException(EmbeddedPostgresProblem.StartFailed, $"The database could not be created: {e.Message}", e);
        }
    }
}
