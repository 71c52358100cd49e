using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace WalletGrains.Journal.Embedded;

/// <summary>All that a start of the server needs to know; the same for each start in one host's life.</summary>
internal sealed record ServerLaunch(
    PostgresBinaries Binaries,
    DataPlace Place,
    SocketFolder Socket,
    IReadOnlyList<string> Arguments,
    string ConnectionString,
    TimeSpan StartTimeLimit,
    TimeSpan StopTimeLimit)
{
    private static readonly TimeSpan CheckLimit = TimeSpan.FromSeconds(20);

    /// <exception cref="EmbeddedPostgresException">The loopback port is taken, or the password is lost.</exception>
    public static async Task<ServerLaunch> PrepareAsync(
        EmbeddedPostgresOptions options, DataPlace place, PostgresBinaries binaries, SocketFolder socket, CancellationToken cancellationToken)
    {
        if (options.LoopbackPort is { } port) RefuseTakenPort(port);
        var settings = ServerSettings.For(options, await SupportsLz4Async(place, binaries, cancellationToken));
        List<string> arguments = ["-D", place.Cluster, "-k", socket.Path];
        foreach (var (name, value) in settings) arguments.AddRange(["-c", $"{name}={value}"]);

        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = socket.Path,
            Port = options.LoopbackPort ?? SocketFolder.SocketNumber,
            Username = ClusterInitialization.UserName,
            Password = ClusterInitialization.ReadPassword(place),
            Database = ClusterInitialization.DatabaseName,
        };
        return new ServerLaunch(binaries, place, socket, arguments, connection.ConnectionString, options.StartTimeLimit, options.StopTimeLimit);
    }

    /// <summary>lz4 is a choice of whoever built the binaries; a server told to use what it lacks does not start. So it is asked.</summary>
    private static async Task<bool> SupportsLz4Async(DataPlace place, PostgresBinaries binaries, CancellationToken cancellationToken)
    {
        string[] arguments = ["-D", place.Cluster, "-C", "wal_compression", "-c", "wal_compression=lz4"];
        var start = ChildCommand.StartInfo(binaries.Postgres, arguments, place.Account, place.Cluster);
        return (await ChildCommand.RunAsync(start, CheckLimit, cancellationToken)).Succeeded;
    }

    private static void RefuseTakenPort(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
        }
        catch (SocketException e)
        {
            throw new EmbeddedPostgresException(EmbeddedPostgresProblem.PortTaken,
                $"PostgreSQL cannot listen on 127.0.0.1:{port}: {e.Message}. Choose another {nameof(EmbeddedPostgresOptions.LoopbackPort)}, or none.", e);
        }
    }
}
