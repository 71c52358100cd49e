using Npgsql;
using NpgsqlTypes;
using WalletGrains.Journal.Reading;
using WalletGrains.Journal.Writing;

namespace WalletGrains.Journal.Users;

/// <summary>A key's row.</summary>
/// <param name="KeyId">Its id.</param>
/// <param name="ServiceId">Whom it acts as.</param>
/// <param name="Name">What it is called.</param>
/// <param name="SecretHash">SHA-256 of the key.</param>
/// <param name="Scopes">Names of what it may do.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="CreatedBy">By which operator.</param>
/// <param name="ExpiresAt">From when on it counts no more; null for never.</param>
/// <param name="RevokedAt">When it was revoked; null while it is in force.</param>
public sealed record ApiKeyRow(
    Guid KeyId,
    Guid ServiceId,
    string Name,
    byte[] SecretHash,
    string[] Scopes,
    DateTimeOffset CreatedAt,
    Guid CreatedBy,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt);

/// <summary>
/// Keys of services in PostgreSQL. Every method throws <see cref="JournalUnavailableException"/> while the database is away, and those
/// that write <see cref="JournalOutcomeUnknownException"/> when the answer was lost.
/// </summary>
public sealed class PostgresApiKeyStore : IAsyncDisposable
{
    internal const string Columns = "key_id, service_id, name, secret_hash, scopes, created_at, created_by, expires_at, revoked_at";

    // Makes creations one after another, or several could each count one less than the limit.
    private const string LockSql = "select pg_advisory_xact_lock(hashtextextended('walletgrains api keys', 0))";

    private const string CreateSql = """
        insert into api_keys (key_id, service_id, name, secret_hash, scopes, created_at, created_by, expires_at)
        select $1, $2, $3, $4, $5, $6, $7, $8
        where (select count(*) from api_keys where revoked_at is null and (expires_at is null or expires_at > $6)) < $9
        returning 1
        """;

    private const string RevokeSql = $"""
        update api_keys
        set revoked_at = coalesce(revoked_at, $2), revoked_by = coalesce(revoked_by, $3), changed_position = journal_position()
        where key_id = $1
        returning {Columns}
        """;

    private readonly ReadConnections _reads;
    private readonly WriteConnections _writes;

    /// <summary>Makes the store; it connects with its first use.</summary>
    public PostgresApiKeyStore(NpgsqlDataSource dataSource, JournalOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(options);
        _reads = new ReadConnections(dataSource, JournalLimits.StoreConnections, options, time);
        _writes = new WriteConnections(dataSource, JournalLimits.StoreConnections, options, time);
    }

    /// <summary>Writes a new key; false when there are <paramref name="maxInForce"/> in force already.</summary>
    public Task<bool> CreateAsync(ApiKeyRow key, int maxInForce)
    {
        ArgumentNullException.ThrowIfNull(key);
        return _writes.RunAsync(
            CreateSql,
            parameters =>
            {
                parameters.Add(new() { Value = key.KeyId });
                parameters.Add(new() { Value = key.ServiceId });
                parameters.Add(new() { Value = key.Name });
                parameters.Add(new() { Value = key.SecretHash });
                parameters.Add(new() { Value = key.Scopes });
                parameters.Add(new() { Value = key.CreatedAt.UtcDateTime });
                parameters.Add(new() { Value = key.CreatedBy });
                parameters.Add(new() { Value = (object?)key.ExpiresAt?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
                parameters.Add(new() { Value = maxInForce });
            },
            static (row, limit) => row.ReadAsync(limit),
            before: new NpgsqlBatchCommand(LockSql));
    }

    /// <summary>Ends a key that is in force; null when there is none with this id.</summary>
    public Task<ApiKeyRow?> RevokeAsync(Guid keyId, Guid by, DateTimeOffset at) => _writes.RunAsync(
        RevokeSql,
        parameters =>
        {
            parameters.Add(new() { Value = keyId });
            parameters.Add(new() { Value = at.UtcDateTime });
            parameters.Add(new() { Value = by });
        },
        static async (row, limit) => await row.ReadAsync(limit) ? Read(row) : null);

    /// <summary>Keys, the newest first, by keyset.</summary>
    /// <param name="before">Only those with a lower id; null for the newest page.</param>
    /// <param name="limit">At most so many; 1 to <see cref="JournalLimits.MaxPage"/>.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    public Task<IReadOnlyList<ApiKeyRow>> ListAsync(Guid? before, int limit, CancellationToken cancellationToken)
    {
        AppendShape.CheckLimit(limit);
        return _reads.ReadAsync(
            $"select {Columns} from api_keys where $1::uuid is null or key_id < $1 order by key_id desc limit $2",
            parameters =>
            {
                parameters.Add(new() { Value = (object?)before ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
                parameters.Add(new() { Value = limit });
            },
            Read,
            cancellationToken);
    }

    /// <summary>Waits for what is under way; each statement is bounded by its time-out.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writes.DisposeAsync();
        await _reads.DisposeAsync();
    }

    internal static ApiKeyRow Read(NpgsqlDataReader row) => new(
        row.GetGuid(0),
        row.GetGuid(1),
        row.GetString(2),
        row.GetFieldValue<byte[]>(3),
        row.GetFieldValue<string[]>(4),
        row.GetFieldValue<DateTimeOffset>(5),
        row.GetGuid(6),
        row.IsDBNull(7) ? null : row.GetFieldValue<DateTimeOffset>(7),
        row.IsDBNull(8) ? null : row.GetFieldValue<DateTimeOffset>(8));
}
