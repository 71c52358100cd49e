using Npgsql;
using NpgsqlTypes;
using WalletGrains.Journal.Reading;
using WalletGrains.Journal.Writing;

namespace WalletGrains.Journal.Audit;

/// <summary>What the front door kept of requests, in PostgreSQL.</summary>
/// <remarks>The database must have been migrated (<see cref="Migrations"/>). The data source stays the caller's to dispose,
/// after the store.</remarks>
public sealed class PostgresApiAudit : IAsyncDisposable
{
    private const string Columns =
        "audit_id, at, method, url, body, body_bytes, headers, client_ip, user_id, status, duration_us, correlation_id, made, made_id, replayed, requests, request_id, request_of, may_have_made";

    // What was asked for under a row's request id, where its answer could not say what became of it: an entry, a bulk (from when it is decided on, nothing has been made by
    // one that is not), a schedule or the payment of a bill. Lateral with a limit leaves the planner one order only: first the page, then by the unique keys one
    // look for each of its rows that has to be looked for.
    private const string FoundLater = """
        (select e.entry_id as found_id, e.created_at as found_created_at, e.content as found_content
        from entries e where page.may_have_made = 1 and e.wallet_id = page.request_of and e.request_id = page.request_id limit 1)
        union all
        (select b.bulk_id, b.created_at, null
        from bulks b where page.may_have_made = 3 and b.caller_id = page.request_of and b.request_id = page.request_id and b.state in (2, 3) limit 1)
        union all
        (select s.schedule_id, s.created_at, null
        from schedules s where page.may_have_made = 4 and s.wallet_id = page.request_of and s.request_id = page.request_id limit 1)
        union all
        (select p.payment_id, p.created_at, null
        from bills p where page.may_have_made = 7 and p.wallet_id = page.request_of and p.request_id = page.request_id limit 1)
        """;

    private readonly NpgsqlDataSource _dataSource;
    private readonly JournalOptions _options;
    private readonly TimeProvider _time;
    private readonly AuditPartitions _partitions;
    private readonly ReadConnections _reads;

    /// <summary>Makes the store; it connects with its first use.</summary>
    public PostgresApiAudit(NpgsqlDataSource dataSource, JournalOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(options);
        (_dataSource, _options, _time) = (dataSource, options, time);
        _partitions = new AuditPartitions(dataSource, options, time);
        _reads = new ReadConnections(dataSource, JournalLimits.StoreConnections, options, time);
    }

    /// <summary>Writes rows, all of them or none. The same rows may be written again when it is not known whether they were.</summary>
    /// <exception cref="JournalUnavailableException">They were not written, or it is not known; try again.</exception>
    /// <exception cref="JournalRejectedException">The database refused one of them; none was written.</exception>
    public async Task WriteAsync(IReadOnlyList<AuditRow> rows, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rows);
        try
        {
            await _partitions.EnsureAsync(rows.Select(row => DateOnly.FromDateTime(row.At.UtcDateTime)).Distinct(), cancellationToken);
            await using var connection = await _dataSource.OpenWithinAsync(_options.ConnectTimeout, _time, cancellationToken);
            await CopyAsync(connection, rows, cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // Ids are never given twice: these rows were written before, and the answer was lost.
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            if (exception is PostgresException { SqlState: PostgresErrorCodes.CheckViolation, ConstraintName: null or "" })
            {
                // No partition for a row: somebody dropped it.
                _partitions.Forget();
            }
            else if (exception.Classify() == CommitFailure.RowRefused)
            {
                throw new JournalRejectedException("The database refused a row of the audit: " + exception.Message, exception);
            }
            else if (exception is not PostgresException { InvariantSeverity: "ERROR" })
            {
                _dataSource.Clear();
            }

            throw new JournalUnavailableException("The audit cannot be written now.", exception);
        }
    }

    /// <summary>Lets go of the oldest day, when all of it is older than this; false when there is none.</summary>
    /// <exception cref="JournalUnavailableException">It cannot be dropped now.</exception>
    public async Task<bool> DropOldestDayAsync(DateTimeOffset olderThan, CancellationToken cancellationToken)
    {
        try
        {
            return await _partitions.DropOldestAsync(DateOnly.FromDateTime(olderThan.UtcDateTime), cancellationToken);
        }
        catch (Exception exception) when (exception is NpgsqlException or IOException or TimeoutException)
        {
            throw new JournalUnavailableException("A day of the audit cannot be dropped now.", exception);
        }
    }

    /// <summary>
    /// Rows, the newest first, by keyset. Looks through <see cref="JournalLimits.AuditWindow"/> rows at most. Where an answer left open what its request has made,
    /// that is looked for now, in the same statement.
    /// </summary>
    /// <exception cref="JournalUnavailableException">The database is away.</exception>
    public async Task<AuditRowPage> ReadAsync(AuditRowQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        AppendShape.CheckLimit(query.Limit);
        // The user and the correlation id have indexes, and so bound the window; the other conditions filter what is in it.
        var ofUser = query.UserId is null ? "$3::uuid is not null" : "user_id = $3";
        var correlated = query.CorrelationId is null ? "$4::text is not null" : "correlation_id = $4";
        var sql = $"""
            with looked_at as materialized (
                select {Columns}, ($6::text = '' or method = $6) and starts_with(url, $7) and status between $8 and $9
                    and ($10::text[] is null or request_id = any($10)) as wanted
                from api_audit
                where audit_id < $1 and audit_id >= $2 and {ofUser} and {correlated}
                order by audit_id desc limit {JournalLimits.AuditWindow}
            )
            select counted.*, page.*, found.*
            from (select count(*), (select audit_id from looked_at order by audit_id limit 1) from looked_at) counted
            left join (select {Columns} from looked_at where wanted order by audit_id desc limit $5) page on true
            left join lateral ({FoundLater}) found on true
            order by page.audit_id desc
            """;
        return await _reads.RunAsync(
            sql,
            parameters =>
            {
                parameters.Add(new() { Value = UpperBound(query) });
                parameters.Add(new() { Value = query.From is { } from ? AuditPartitions.FirstId(from) : Guid.Empty });
                parameters.Add(new() { Value = query.UserId ?? Guid.Empty });
                parameters.Add(new() { Value = query.CorrelationId ?? "" });
                parameters.Add(new() { Value = query.Limit });
                parameters.Add(new() { Value = query.Method ?? "" });
                parameters.Add(new() { Value = query.UrlPrefix ?? "" });
                parameters.Add(new() { Value = (short)(query.MinStatus ?? 0) });
                parameters.Add(new() { Value = (short)(query.MaxStatus ?? short.MaxValue) });
                parameters.Add(new() { Value = (object?)query.RequestIds?.ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
            },
            async (row, limit) =>
            {
                var rows = new List<AuditRow>();
                var (lookedAt, last) = (0L, (Guid?)null);
                while (await row.ReadAsync(limit))
                {
                    (lookedAt, last) = (row.GetInt64(0), row.IsDBNull(1) ? null : row.GetGuid(1));
                    if (!row.IsDBNull(2))
                    {
                        rows.Add(Read(row));
                    }
                }

                var next = rows.Count == query.Limit ? rows[^1].AuditId : lookedAt == JournalLimits.AuditWindow ? last : null;
                return new AuditRowPage(rows, next);
            },
            cancellationToken);
    }

    /// <summary>Waits for the reads under way; each is bounded by the read time-out.</summary>
    public ValueTask DisposeAsync() => _reads.DisposeAsync();

    private static Guid UpperBound(AuditRowQuery query)
    {
        var before = query.Before ?? new Guid("ffffffff-ffff-ffff-ffff-ffffffffffff");

        // Guids compare like their 36 characters, and so like uuids in the database.
        return query.To is { } to && AuditPartitions.FirstId(to) is var end && end.CompareTo(before) < 0 ? end : before;
    }

    private async Task CopyAsync(NpgsqlConnection connection, IReadOnlyList<AuditRow> rows, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync($"copy api_audit ({Columns}) from stdin (format binary)", cancellationToken);
        copy.Timeout = _options.CommandTimeout;
        foreach (var row in rows)
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(row.AuditId, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(row.At.UtcDateTime, NpgsqlDbType.TimestampTz, cancellationToken);
            await copy.WriteAsync(row.Method, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(row.Url, NpgsqlDbType.Text, cancellationToken);
            await WriteOrNullAsync(copy, row.Body, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(row.BodyBytes, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(row.Headers, NpgsqlDbType.Json, cancellationToken);
            await (row.ClientIp is { } ip ? copy.WriteAsync(ip, NpgsqlDbType.Inet, cancellationToken) : copy.WriteNullAsync(cancellationToken));
            await WriteOrNullAsync(copy, row.UserId, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(row.Status, NpgsqlDbType.Smallint, cancellationToken);
            await copy.WriteAsync(Microseconds(row.Duration), NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(row.CorrelationId, NpgsqlDbType.Text, cancellationToken);
            await WriteOrNullAsync(copy, row.Made, NpgsqlDbType.Smallint, cancellationToken);
            await WriteOrNullAsync(copy, row.MadeId, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(row.Replayed, NpgsqlDbType.Boolean, cancellationToken);
            await copy.WriteAsync(row.Requests, NpgsqlDbType.Integer, cancellationToken);
            await (row.RequestId is { } requestId ? copy.WriteAsync(requestId, NpgsqlDbType.Text, cancellationToken) : copy.WriteNullAsync(cancellationToken));
            await WriteOrNullAsync(copy, row.RequestOf, NpgsqlDbType.Uuid, cancellationToken);
            await WriteOrNullAsync(copy, row.MayHaveMade, NpgsqlDbType.Smallint, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    private static Task WriteOrNullAsync<T>(NpgsqlBinaryImporter copy, T? value, NpgsqlDbType type, CancellationToken cancellationToken)
        where T : struct =>
        value is { } given ? copy.WriteAsync(given, type, cancellationToken) : copy.WriteNullAsync(cancellationToken);

    private static int Microseconds(TimeSpan duration) => (int)Math.Clamp(duration.TotalMicroseconds, 0, int.MaxValue);

    private static AuditRow Read(NpgsqlDataReader row) => new(
        AuditId: row.GetGuid(2),
        At: row.GetFieldValue<DateTimeOffset>(3),
        Method: row.GetString(4),
        Url: row.GetString(5),
        Body: Bytes(row, 6),
        BodyBytes: row.GetInt32(7),
        Headers: row.GetString(8),
        ClientIp: row.IsDBNull(9) ? null : row.GetFieldValue<System.Net.IPAddress>(9),
        UserId: row.IsDBNull(10) ? null : row.GetGuid(10),
        Status: row.GetInt16(11),
        Duration: TimeSpan.FromMicroseconds(row.GetInt32(12)),
        CorrelationId: row.GetString(13),
        Made: row.IsDBNull(14) ? null : row.GetInt16(14),
        MadeId: row.IsDBNull(15) ? null : row.GetGuid(15),
        Replayed: row.GetBoolean(16),
        Requests: row.GetInt32(17),
        RequestId: row.IsDBNull(18) ? null : row.GetString(18),
        RequestOf: row.IsDBNull(19) ? null : row.GetGuid(19),
        MayHaveMade: row.IsDBNull(20) ? null : row.GetInt16(20))
    {
        Found = row.IsDBNull(21) ? null : new AuditFinding(row.GetGuid(21), row.GetFieldValue<DateTimeOffset>(22), Bytes(row, 23)),
    };

    // A null of its type: any other is an array, and becomes empty memory.
    private static ReadOnlyMemory<byte>? Bytes(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? default(ReadOnlyMemory<byte>?) : row.GetFieldValue<byte[]>(column);
}
