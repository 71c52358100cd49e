using System.Data;
using Npgsql;

namespace WalletGrains.Journal.Reconciling;

/// <summary>
/// One moment of the database, seen by many statements: a read-only transaction of isolation REPEATABLE READ. It locks
/// nothing and keeps nobody waiting, but while it is open no version of any row that it can see is cleaned up.
/// </summary>
internal sealed class Snapshot : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly TimeSpan _statementTimeout;

    private Snapshot(NpgsqlConnection connection, NpgsqlTransaction transaction, TimeSpan statementTimeout) =>
        (_connection, _transaction, _statementTimeout) = (connection, transaction, statementTimeout);

    public static Task<Snapshot> TakeAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken) =>
        TakeAsync(dataSource, ReconciliationLimits.StatementTimeout, cancellationToken);

    /// <summary>One whose statements may take so long. The server ends one that takes longer: <see cref="WasTooSlow"/>.</summary>
    public static async Task<Snapshot> TakeAsync(NpgsqlDataSource dataSource, TimeSpan statementTimeout, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);

            // One core at most, and no sort or hash that takes the memory of the commits. No nested loops where there is a choice:
            // of tables that were not analysed yet the planner believes that they are tiny, and joins them row by row.
            await using var settings = new NpgsqlCommand(
                $"""
                set transaction read only; set local max_parallel_workers_per_gather = 0; set local work_mem = '16MB'; set local jit = off;
                set local enable_nestloop = off; set local statement_timeout = {(int)statementTimeout.TotalMilliseconds}
                """,
                connection,
                transaction);
            await settings.ExecuteNonQueryAsync(cancellationToken);
            return new Snapshot(connection, transaction, statementTimeout);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether a statement failed because it had no more time.</summary>
    public static bool WasTooSlow(PostgresException failure) => failure.SqlState == PostgresErrorCodes.QueryCanceled;

    /// <summary>The rows of a query.</summary>
    public async Task<List<T>> ReadAsync<T>(
        string sql, Func<NpgsqlDataReader, T> map, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, _connection, _transaction)
        {
            CommandTimeout = (int)(_statementTimeout + ReconciliationLimits.AnswerPatience).TotalSeconds,
        };
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(map(reader));
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
