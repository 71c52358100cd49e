using Npgsql;

namespace WalletGrains.Journal;

/// <summary>Opens connections within a limit that holds at every stage of connecting.</summary>
internal static class BoundedOpen
{
    /// <summary>Opens a connection, or throws when it is not there within <paramref name="timeout"/>.</summary>
    /// <exception cref="TimeoutException">The limit has passed.</exception>
    public static async Task<NpgsqlConnection> OpenWithinAsync(
        this NpgsqlDataSource dataSource, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        // Npgsql heeds its token while it connects the socket but not while it waits for the greeting of the server.
        var opening = dataSource.OpenConnectionAsync(cancellationToken).AsTask();
        try
        {
            return await opening.WaitAsync(timeout, time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            _ = DiscardAsync(opening);
            throw;
        }
    }

    /// <summary>Closes a connection that comes too late.</summary>
    private static async Task DiscardAsync(Task<NpgsqlConnection> opening)
    {
        try
        {
            await (await opening).DisposeAsync();
        }
        catch (Exception exception) when (exception is NpgsqlException or IOException or TimeoutException or OperationCanceledException)
        {
            // Its caller has been told already.
        }
    }
}
