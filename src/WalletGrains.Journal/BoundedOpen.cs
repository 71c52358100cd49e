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
            _ = opening.ContinueWith(static late => late.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            _ = opening.ContinueWith(static late => _ = late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw;
        }
    }
}
