using Npgsql;

namespace WalletGrains.Journal.Writing;

/// <summary>
/// Runs small transactions beside the journal's lanes, on a bounded number of pooled connections. Says of every failure whether
/// something may have been written; repeats nothing.
/// </summary>
internal sealed class WriteConnections(NpgsqlDataSource dataSource, int connections, JournalOptions options, TimeProvider time) : IAsyncDisposable
{
    private readonly SemaphoreSlim _free = new(connections, connections);

    /// <summary>Runs one statement, which is one transaction.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="bind">Adds its parameters.</param>
    /// <param name="read">Reads its rows.</param>
    /// <param name="before">A statement of the same transaction that comes before it and whose rows nobody reads; null for none.</param>
    /// <param name="after">One that comes behind it; null for none.</param>
    /// <param name="isPrepared">Keeps the plan of the statement, on each connection: for what runs many times a second.</param>
    /// <exception cref="JournalUnavailableException">Nothing was written, now or later.</exception>
    /// <exception cref="JournalOutcomeUnknownException">It was sent and its answer lost.</exception>
    /// <exception cref="JournalRejectedException">The database's constraints refused it.</exception>
    public Task<T> RunAsync<T>(
        string sql,
        Action<NpgsqlParameterCollection> bind,
        Func<NpgsqlDataReader, CancellationToken, Task<T>> read,
        NpgsqlBatchCommand? before = null,
        NpgsqlBatchCommand? after = null,
        bool isPrepared = false)
    {
        var statement = new NpgsqlBatchCommand(sql);
        bind(statement.Parameters);
        return RunAsync(before, statement, after, read, isPrepared);
    }

    /// <summary>Runs one statement whose rows nobody reads. Fails like the others.</summary>
    public Task RunAsync(NpgsqlBatchCommand statement) => RunAsync(null, statement, null, static (_, _) => Task.FromResult(true), isPrepared: false);

    /// <summary>Waits for the statements under way; each is bounded by the command time-out.</summary>
    public async ValueTask DisposeAsync()
    {
        for (var taken = 0; taken < connections; taken++)
        {
            await _free.WaitAsync();
        }

        _free.Dispose();
    }

    private async Task<T> RunAsync<T>(
        NpgsqlBatchCommand? before,
        NpgsqlBatchCommand statement,
        NpgsqlBatchCommand? after,
        Func<NpgsqlDataReader, CancellationToken, Task<T>> read,
        bool isPrepared)
    {
        try
        {
            if (!await _free.WaitAsync(options.ConnectTimeout))
            {
                throw new JournalUnavailableException($"Too many writes wait already; none was free within {options.ConnectTimeout}.");
            }
        }
        catch (ObjectDisposedException exception)
        {
            throw new JournalUnavailableException("The store is shutting down; nothing was written.", exception);
        }

        try
        {
            await using var connection = await OpenAsync();
            return await WriteAsync(connection, before, statement, after, read, isPrepared);
        }
        finally
        {
            _free.Release();
        }
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        try
        {
            return await dataSource.OpenWithinAsync(options.ConnectTimeout, time, CancellationToken.None);
        }
        catch (Exception exception) when (exception is NpgsqlException or IOException or TimeoutException)
        {
            dataSource.Clear();
            throw new JournalUnavailableException("The database cannot be reached; nothing was written.", exception);
        }
    }

    private async Task<T> WriteAsync<T>(
        NpgsqlConnection connection,
        NpgsqlBatchCommand? before,
        NpgsqlBatchCommand statement,
        NpgsqlBatchCommand? after,
        Func<NpgsqlDataReader, CancellationToken, Task<T>> read,
        bool isPrepared)
    {
        // A batch is sent at once and is one transaction.
        await using var batch = new NpgsqlBatch(connection) { Timeout = (int)options.CommandTimeout.TotalSeconds };
        foreach (var part in new[] { before, statement, after }.OfType<NpgsqlBatchCommand>())
        {
            batch.BatchCommands.Add(part);
        }

        try
        {
            if (isPrepared)
            {
                await batch.PrepareAsync();
            }

            await using var reader = await batch.ExecuteReaderAsync();
            if (before is not null)
            {
                await reader.NextResultAsync();
            }

            var result = await read(reader, CancellationToken.None);

            // A refusal may come behind the rows.
            while (await reader.NextResultAsync())
            {
            }

            return result;
        }
        catch (Exception exception)
        {
            var failure = exception.Classify();
            if (failure is CommitFailure.WrongServer || exception is not PostgresException { InvariantSeverity: "ERROR" })
            {
                // The server has gone or is another one now, and with it every idle connection of the pool.
                dataSource.Clear();
            }

            throw failure switch
            {
                CommitFailure.OutcomeUnknown => new JournalOutcomeUnknownException("The answer to a write was lost.", exception),
                CommitFailure.RowRefused => new JournalRejectedException("The database refused the row.", exception),
                _ => new JournalUnavailableException("The database cannot write now; nothing was written.", exception),
            };
        }
    }
}
