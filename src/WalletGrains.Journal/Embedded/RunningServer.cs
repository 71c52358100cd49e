using Npgsql;

namespace WalletGrains.Journal.Embedded;

/// <summary>What there is on a data folder.</summary>
/// <param name="HasData">A cluster was created there.</param>
/// <param name="ConnectionString">How to connect to the server that runs on it; null when none answers.</param>
public sealed record EmbeddedPostgresFinding(bool HasData, string? ConnectionString);

/// <summary>A server that another process runs, found by the notes it left in the data folder.</summary>
internal static class RunningServer
{
    private const int ConnectLimitSeconds = 5;

    /// <summary>How to connect to it; null when none answers.</summary>
    public static async Task<string?> FindAsync(DataPlace place, CancellationToken cancellationToken)
    {
        if (!File.Exists(place.SocketNoteFile)) return null;
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = await File.ReadAllTextAsync(place.SocketNoteFile, cancellationToken),
            Port = SocketFolder.SocketNumber,
            Username = ClusterInitialization.UserName,
            Password = ClusterInitialization.ReadPassword(place),
            Database = ClusterInitialization.DatabaseName,
        };
        // Not pooled, and with a limit: this only asks whether anybody is there.
        var question = new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Pooling = false, Timeout = ConnectLimitSeconds };
        try
        {
            await using var connection = new NpgsqlConnection(question.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            return settings.ConnectionString;
        }
        catch (NpgsqlException)
        {
            return null;
        }
    }
}
