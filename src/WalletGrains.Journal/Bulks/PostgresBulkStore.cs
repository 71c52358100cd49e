using Npgsql;
using NpgsqlTypes;
using WalletGrains.Journal.Reading;
using WalletGrains.Journal.Writing;

namespace WalletGrains.Journal.Bulks;

/// <summary>Bulk transfers in PostgreSQL, on a few connections of their own.</summary>
/// <remarks>The database must have been migrated (<see cref="Migrations"/>). The data source stays the caller's to dispose,
/// after the store.</remarks>
public sealed class PostgresBulkStore : IBulkStore, IAsyncDisposable
{
    private const string Columns =
        "b.bulk_id, b.caller_id, b.request_id, b.fingerprint, b.legs, b.state, b.failed_leg, b.failure_code, b.created_at, b.updated_at";

    // An insert that finds the request id taken gives no row, and the row that took it may be too young for this statement
    // to see: then it is read by the next one.
    private const string InsertSql = """
        insert into bulks (bulk_id, caller_id, request_id, fingerprint, legs, state, failed_leg, failure_code, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict on constraint bulks_request_id_unique do nothing
        returning 1
        """;

    private const string MoveSql = """
        update bulks set state = $3, updated_at = $4, failed_leg = coalesce($5, failed_leg), failure_code = coalesce($6, failure_code)
        where bulk_id = $1 and state = $2
        returning 1
        """;

    private readonly ReadConnections _reads;
    private readonly WriteConnections _writes;

    /// <summary>Makes the store; it connects with its first use.</summary>
    public PostgresBulkStore(NpgsqlDataSource dataSource, JournalOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(options);
        _reads = new ReadConnections(dataSource, JournalLimits.StoreConnections, options, time);
        _writes = new WriteConnections(dataSource, JournalLimits.StoreConnections, options, time);
    }

    /// <inheritdoc/>
    public async Task<(BulkRow Stored, bool IsNew)> CreateAsync(BulkRow bulk, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(bulk);
        var isNew = await _writes.RunAsync(
            InsertSql,
            parameters =>
            {
                parameters.Add(new() { Value = bulk.BulkId });
                parameters.Add(new() { Value = bulk.CallerId });
                parameters.Add(new() { Value = bulk.RequestId });
                parameters.Add(new() { Value = bulk.Fingerprint.ToArray() });
                parameters.Add(new() { Value = bulk.Legs.ToArray() });
                parameters.Add(new() { Value = (short)bulk.State });
                parameters.Add(new() { Value = (object?)(short?)bulk.FailedLeg ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Smallint });
                parameters.Add(new() { Value = (object?)bulk.FailureCode ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
                parameters.Add(new() { Value = bulk.CreatedAt.UtcDateTime });
                parameters.Add(new() { Value = bulk.UpdatedAt.UtcDateTime });
            },
            static (row, limit) => row.ReadAsync(limit));
        if (isNew)
        {
            return (bulk.Stored(), true);
        }

        var stored = await FindAsync("b.caller_id = $1 and b.request_id = $2", [bulk.CallerId, bulk.RequestId], cancellationToken);
        return (stored ?? throw new InvalidOperationException($"The request of bulk {bulk.BulkId} is taken by one that is not there."), false);
    }

    /// <inheritdoc/>
    public Task<bool> MoveAsync(BulkMove move, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(move);
        return _writes.RunAsync(
            MoveSql,
            parameters =>
            {
                parameters.Add(new() { Value = move.BulkId });
                parameters.Add(new() { Value = (short)move.From });
                parameters.Add(new() { Value = (short)move.To });
                parameters.Add(new() { Value = move.At.UtcDateTime });
                parameters.Add(new() { Value = (object?)(short?)move.FailedLeg ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Smallint });
                parameters.Add(new() { Value = (object?)move.FailureCode ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
            },
            static (row, limit) => row.ReadAsync(limit));
    }

    /// <inheritdoc/>
    public Task<BulkRow?> FindAsync(Guid bulkId, CancellationToken cancellationToken) => FindAsync("b.bulk_id = $1", [bulkId], cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<UnfinishedBulk>> ReadUnfinishedAsync(
        DateTimeOffset before, UnfinishedBulk? after, int limit, CancellationToken cancellationToken)
    {
        AppendShape.CheckLimit(limit);
        return _reads.RunAsync<IReadOnlyList<UnfinishedBulk>>(
            """
            select b.bulk_id, b.updated_at from bulks b
            where b.state in (1, 2, 4) and (b.updated_at < $1 or b.updated_at > now() + $5) and (b.updated_at, b.bulk_id) > ($3, $4)
            order by b.updated_at, b.bulk_id limit $2
            """,
            parameters =>
            {
                parameters.Add(new() { Value = before.UtcDateTime });
                parameters.Add(new() { Value = limit });
                parameters.Add(new() { Value = (after?.UpdatedAt ?? DateTimeOffset.UnixEpoch).UtcDateTime });
                parameters.Add(new() { Value = after?.BulkId ?? Guid.Empty });
                parameters.Add(new() { Value = JournalLimits.FutureAge });
            },
            async (row, token) =>
            {
                var bulks = new List<UnfinishedBulk>();
                while (await row.ReadAsync(token))
                {
                    bulks.Add(new UnfinishedBulk(row.GetGuid(0), row.GetFieldValue<DateTimeOffset>(1)));
                }

                return bulks;
            },
            cancellationToken);
    }

    /// <summary>Waits for what is under way; each statement is bounded by its time-out.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writes.DisposeAsync();
        await _reads.DisposeAsync();
    }

    private Task<BulkRow?> FindAsync(string condition, object[] keys, CancellationToken cancellationToken) => _reads.RunAsync(
        $"select {Columns} from bulks b where {condition}",
        parameters =>
        {
            foreach (var key in keys)
            {
                parameters.Add(new() { Value = key });
            }
        },
        static async (row, limit) => await row.ReadAsync(limit) ? Read(row) : null,
        cancellationToken);

    private static BulkRow Read(NpgsqlDataReader row) => new(
        BulkId: row.GetGuid(0),
        CallerId: row.GetGuid(1),
        RequestId: row.GetString(2),
        Fingerprint: row.GetFieldValue<byte[]>(3),
        Legs: row.GetFieldValue<byte[]>(4),
        State: (BulkState)row.GetInt16(5),
        FailedLeg: row.IsDBNull(6) ? null : row.GetInt16(6),
        FailureCode: row.IsDBNull(7) ? null : row.GetString(7),
        CreatedAt: row.GetFieldValue<DateTimeOffset>(8),
        UpdatedAt: row.GetFieldValue<DateTimeOffset>(9));
}
