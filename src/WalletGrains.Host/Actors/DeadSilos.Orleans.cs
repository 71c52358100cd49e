using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace WalletGrains.Host.Actors;

/// <summary>
/// Lets a silo join when others were killed and nobody was left to notice. Orleans joins only once every silo called active
/// has answered, and only active silos declare others dead: after the loss of a whole cluster, or of a single host that comes
/// back with another address, a new one would wait for the dead until it gives up. So a silo that is about to join declares
/// dead who has written no heartbeat for a while and whose port nobody listens on. A silo that merely could not reach the
/// database still listens, and is left alone.
/// </summary>
public sealed partial class DeadSilos(Func<NpgsqlDataSource> database, string clusterId, ISiloStatusOracle self, TimeProvider clock, ILogger<DeadSilos> logger)
    : BackgroundService
{
    /// <summary>How often a silo writes its heartbeat.</summary>
    public static readonly TimeSpan HeartbeatPeriod = TimeSpan.FromSeconds(5);

    /// <summary>After how many missing heartbeats a silo is worth a look.</summary>
    public const int MissedHeartbeats = 3;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_connectLimit = TimeSpan.FromSeconds(2);

    private const string FindSilent = """
        SELECT address, port, generation FROM OrleansMembershipTable
        WHERE deployment_id = $1 AND status = 3 AND i_am_alive_time < now() - $2
        """;

    // The version row first, as in every change of the membership; and only if the silo is still silent.
    private const string DeclareDead = """
        WITH cluster AS (
            SELECT deployment_id FROM OrleansMembershipVersionTable WHERE deployment_id = $1 FOR UPDATE),
        dead AS (
            UPDATE OrleansMembershipTable AS member SET status = 6 FROM cluster
            WHERE member.deployment_id = cluster.deployment_id AND address = $3 AND port = $4 AND generation = $5
              AND status = 3 AND i_am_alive_time < now() - $2
            RETURNING 1)
        UPDATE OrleansMembershipVersionTable SET version = version + 1, changed_at = now()
        WHERE deployment_id = $1 AND EXISTS (SELECT FROM dead)
        """;

    /// <summary>Declares dead who is silent and not there.</summary>
    /// <returns>Their addresses.</returns>
    public static async Task<IReadOnlyList<IPEndPoint>> SweepAsync(NpgsqlDataSource database, string clusterId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        var dead = new List<IPEndPoint>();
        foreach (var (silo, generation) in await SilentAsync(database, clusterId, cancellationToken))
        {
            if (await ListensAsync(silo, cancellationToken))
                continue;
            await using var declare = database.CreateCommand(DeclareDead);
            declare.Parameters.Add(new NpgsqlParameter<string> { TypedValue = clusterId });
            declare.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = HeartbeatPeriod * MissedHeartbeats });
            declare.Parameters.Add(new NpgsqlParameter<string> { TypedValue = silo.Address.ToString() });
            declare.Parameters.Add(new NpgsqlParameter<int> { TypedValue = silo.Port });
            declare.Parameters.Add(new NpgsqlParameter<int> { TypedValue = generation });
            if (await declare.ExecuteNonQueryAsync(cancellationToken) > 0)
                dead.Add(silo);
        }

        return dead;
    }

    /// <summary>Looks again until this silo is active; from then on Orleans' own probes watch the others.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (self.CurrentStatus is SiloStatus.None or SiloStatus.Created or SiloStatus.Joining)
        {
            try
            {
                foreach (var silo in await SweepAsync(database(), clusterId, stoppingToken))
                    LogDeclaredDead(logger, silo);
            }
            catch (NpgsqlException away)
            {
                LogDatabaseAway(logger, away);
            }

            await Task.Delay(s_pause, clock, stoppingToken);
        }
    }

    private static async Task<List<(IPEndPoint Silo, int Generation)>> SilentAsync(NpgsqlDataSource database, string clusterId, CancellationToken cancellationToken)
    {
        await using var find = database.CreateCommand(FindSilent);
        find.Parameters.Add(new NpgsqlParameter<string> { TypedValue = clusterId });
        find.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = HeartbeatPeriod * MissedHeartbeats });
        await using var reader = await find.ExecuteReaderAsync(cancellationToken);
        var silent = new List<(IPEndPoint, int)>();
        while (await reader.ReadAsync(cancellationToken))
            silent.Add((new IPEndPoint(IPAddress.Parse(reader.GetString(0)), reader.GetInt32(1)), reader.GetInt32(2)));
        return silent;
    }

    private static async Task<bool> ListensAsync(IPEndPoint silo, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_connectLimit);
        using var socket = new Socket(silo.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(silo, limit.Token);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    [LoggerMessage(4201, LogLevel.Warning, "The silo {Silo} shows no sign of life and was declared dead")]
    private static partial void LogDeclaredDead(ILogger logger, IPEndPoint silo);

    [LoggerMessage(4202, LogLevel.Warning, "The membership could not be read")]
    private static partial void LogDatabaseAway(ILogger logger, Exception exception);
}
