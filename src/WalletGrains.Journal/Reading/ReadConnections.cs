using Npgsql;

namespace WalletGrains.Journal.Reading;

/// <summary>
/// Runs reads on a bounded number of pooled connections. A read fails fast with <see cref="JournalUnavailableException"/>
/// and is not repeated: the caller knows whether its own caller still waits.
/// </summary>
internal sealed class ReadConnections(NpgsqlDataSource dataSource, int connections, JournalOptions options, TimeProvider time) : IAsyncDisposable
{
    private readonly SemaphoreSlim _free = new(connections, connections);

    /// <summary>Runs <paramref name="read"/> on a command with this text, within the read time-out.</summary>
    /// <param name="sql">The text.</param>
    /// <param name="bind">Adds its parameters.</param>
    /// <param name="read">Reads its rows.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    /// <param name="isPrepared">Each connection keeps its plan: for what is read many times a second, and has one good plan whatever the tables hold.</param>
    public async Task<T> RunAsync<T>(
        string sql,
        Action<NpgsqlParameterCollection> bind,
        Func<NpgsqlDataReader, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken,
        bool isPrepared = false)
    {
        using var timeout = new CancellationTokenSource(options.ReadTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await _free.WaitAsync(either.Token);
            try
            {
                return await ReadAsync(sql, bind, read, isPrepared, either.Token);
            }
            finally
            {
                _free.Release();
            }
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new JournalUnavailableException($"The database did not answer a read within {options.ReadTimeout}.", exception);
        }
        catch (ObjectDisposedException exception)
        {
            throw new JournalUnavailableException("The journal is shutting down.", exception);
        }
        catch (Exception exception) when (exception is NpgsqlException or IOException or TimeoutException)
        {
            if (exception is not PostgresException { InvariantSeverity: "ERROR" })
            {
                // The server has gone, and with it every idle connection of the pool: without this each would fail one more read.
                dataSource.Clear();
            }

            throw new JournalUnavailableException("The database did not answer a read.", exception);
        }
    }

    /// <summary>The rows of a query.</summary>
    public Task<IReadOnlyList<T>> ReadAsync<T>(
        string sql,
        Action<NpgsqlParameterCollection> bind,
        Func<NpgsqlDataReader, T> map,
        CancellationToken cancellationToken,
        bool isPrepared = false) =>
        RunAsync<IReadOnlyList<T>>(
            sql,
            bind,
            async (row, limit) =>
            {
                var rows = new List<T>();
                while (await row.ReadAsync(limit))
                {
                    rows.Add(map(row));
                }

                return rows;
            },
            cancellationToken,
            isPrepared);

    /// <summary>Waits for the reads under way; each is bounded by the read time-out.</summary>
    public async ValueTask DisposeAsync()
    {
        for (var taken = 0; taken < connections; taken++)
        {
            await _free.WaitAsync();
        }

        _free.Dispose();
    }

    private async Task<T> ReadAsync<T>(
        string sql, Action<NpgsqlParameterCollection> bind, Func<NpgsqlDataReader, CancellationToken, Task<T>> read, bool isPrepared, CancellationToken limit)
    {
        await using var connection = await dataSource.OpenWithinAsync(options.ConnectTimeout, time, limit);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)options.ReadTimeout.TotalSeconds };
        bind(command.Parameters);
        if (isPrepared)
        {
            await command.PrepareAsync(limit);
        }

        await using var reader = await command.ExecuteReaderAsync(limit);
        return await read(reader, limit);
    }
}
