using System.Data;
using System.Diagnostics;
using Npgsql;

namespace WalletGrains.Chaos.Checking;

/// <summary>Reads the books straight from PostgreSQL, each time in one snapshot.</summary>
internal sealed class BooksReader(string connectionString) : IAsyncDisposable
{
    private const string Heads = "select wallet_id, version, balance_minor, held_minor from wallets where wallet_id = any($1)";

    private const string Entries = """
        select wallet_id, version, entry_id, request_id, type, amount_minor, balance_after_minor, content, hash
        from entries where wallet_id = any($1) order by wallet_id, version
        """;

    private const string Refusals = "select wallet_id, request_id from refusals where wallet_id = any($1)";

    private const string Transfers = """
        select transfer_id, from_wallet_id, to_wallet_id, amount_minor, state, debit_entry_id, credit_entry_id, refund_entry_id
        from transfers where from_wallet_id = any($1)
        """;

    private const string Holds = "select hold_id, wallet_id, amount_minor, captured_minor, state from holds where wallet_id = any($1)";

    // What wallets hold, what is between two of them, and what came in from outside: all of the bank, not only some wallets.
    private const string DriftNow = """
        select (select coalesce(sum(balance_minor), 0) from wallets)
             + (select coalesce(sum(amount_minor), 0) from transfers where state = 1)
             - (select coalesce(sum(amount_minor), 0) from entries where type not like 'TRANSFER%')
        """;

    // No pool: its connections would not survive a kill of the server.
    private readonly NpgsqlDataSource _database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false });

    /// <summary>The books of these wallets.</summary>
    public async Task<Books> ReadAsync(IReadOnlyList<Guid> wallets, CancellationToken cancellationToken)
    {
        var readAt = Stopwatch.GetTimestamp();
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var heads = await QueryAsync(Heads, row => new BookHead(row.GetGuid(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)));
        var entries = await QueryAsync(Entries, row => new BookEntry(
            row.GetGuid(0), row.GetInt64(1), row.GetGuid(2), row.GetString(3), row.GetString(4), row.GetInt64(5), row.GetInt64(6),
            row.GetFieldValue<byte[]>(7), row.GetFieldValue<byte[]>(8)));
        var refusals = await QueryAsync(Refusals, row => (row.GetGuid(0), row.GetString(1)));
        var transfers = await QueryAsync(Transfers, row => new BookTransfer(
            row.GetGuid(0), row.GetGuid(1), row.GetGuid(2), row.GetInt64(3), (TransferStep)row.GetInt16(4), Id(row, 5), Id(row, 6), Id(row, 7)));
        var holds = await QueryAsync(Holds, row => new BookHold(row.GetGuid(0), row.GetGuid(1), row.GetInt64(2), row.GetInt64(3), (HoldStep)row.GetInt16(4)));
        return new Books(readAt, heads, entries, refusals.ToHashSet(), transfers, holds);

        async Task<List<T>> QueryAsync<T>(string sql, Func<NpgsqlDataReader, T> read)
        {
            await using var command = new NpgsqlCommand(sql, connection, snapshot) { Parameters = { new() { Value = wallets } } };
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            var result = new List<T>();
            while (await rows.ReadAsync(cancellationToken))
            {
                result.Add(read(rows));
            }

            return result;
        }
    }

    /// <summary>By how much the whole bank is off at this moment, traffic or not: always 0.</summary>
    public async Task<decimal> ReadDriftAsync(CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(DriftNow);
        return (decimal)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private static Guid? Id(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetGuid(column);
}
