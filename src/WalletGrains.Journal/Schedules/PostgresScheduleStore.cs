using Npgsql;
using NpgsqlTypes;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.Reading;
using WalletGrains.Journal.Writing;

namespace WalletGrains.Journal.Schedules;

/// <summary>Schedules in PostgreSQL, on a few connections of their own.</summary>
/// <remarks>The database must have been migrated (<see cref="Migrations"/>). The data source stays the caller's to dispose,
/// after the store.</remarks>
public sealed class PostgresScheduleStore : IScheduleStore, IAsyncDisposable
{
    private const string Columns =
        "schedule_id, wallet_id, to_wallet_id, amount_minor, currency, description, start_at, every, end_at, request_id, fingerprint, state, next_at, last_run_at, last_transfer_id, last_failure_code, created_at, updated_at";

    // Makes the creations of one payer one after another, or several could each count one less than the limit. A statement of
    // its own, so that the next one sees what was written while this one waited.
    private const string LockSql = "select pg_advisory_xact_lock(hashtextextended('schedules ' || $1::text, 0))";

    private const string CreateSql = $"""
        insert into schedules ({Columns})
        select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18
        where (select count(*) from schedules where wallet_id = $2 and state = 1) < $19
        on conflict on constraint schedules_request_id_unique do nothing
        returning 1
        """;

    // The job has the id of its schedule, and there is none where the schedule was not written.
    private const string JobCondition = "exists (select from schedules where schedule_id = $1)";

    private const string AdvanceSql = """
        update schedules
        set state = $3, next_at = $4, last_run_at = $5, last_transfer_id = $6, last_failure_code = $7, updated_at = $5
        where schedule_id = $1 and next_at = $2 and state = 1
        returning 1
        """;

    private readonly ReadConnections _reads;
    private readonly WriteConnections _writes;

    /// <summary>Makes the store; it connects with its first use.</summary>
    public PostgresScheduleStore(NpgsqlDataSource dataSource, JournalOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(options);
        _reads = new ReadConnections(dataSource, JournalLimits.StoreConnections, options, time);
        _writes = new WriteConnections(dataSource, JournalLimits.StoreConnections, options, time);
    }

    /// <inheritdoc/>
    public async Task<ScheduleCreation> CreateAsync(ScheduleRow schedule, NewJob job, int maxActive, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(job);
        var isNew = await _writes.RunAsync(
            CreateSql,
            parameters => Bind(parameters, schedule, maxActive),
            static (row, limit) => row.ReadAsync(limit),
            before: new NpgsqlBatchCommand(LockSql) { Parameters = { new() { Value = schedule.WalletId } } },
            after: JobStatement.Enqueue(job, JobCondition));
        return isNew
            ? new ScheduleCreation(schedule.Stored(), true)
            : new ScheduleCreation(await FindByRequestAsync(schedule.WalletId, schedule.RequestId, cancellationToken), false);
    }

    /// <inheritdoc/>
    public Task<bool> AdvanceAsync(ScheduleRun run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        return _writes.RunAsync(
            AdvanceSql,
            parameters =>
            {
                parameters.Add(new() { Value = run.ScheduleId });
                parameters.Add(new() { Value = run.DueAt.UtcDateTime });
                parameters.Add(new() { Value = (short)run.State });
                parameters.Add(Nullable(run.NextAt?.UtcDateTime, NpgsqlDbType.TimestampTz));
                parameters.Add(new() { Value = run.RanAt.UtcDateTime });
                parameters.Add(Nullable(run.TransferId, NpgsqlDbType.Uuid));
                parameters.Add(Nullable(run.FailureCode, NpgsqlDbType.Text));
            },
            static (row, limit) => row.ReadAsync(limit));
    }

    /// <inheritdoc/>
    public Task<bool> CancelAsync(Guid scheduleId, DateTimeOffset at, CancellationToken cancellationToken) => _writes.RunAsync(
        "update schedules set state = 4, next_at = null, updated_at = $2 where schedule_id = $1 and state = 1 returning 1",
        parameters =>
        {
            parameters.Add(new() { Value = scheduleId });
            parameters.Add(new() { Value = at.UtcDateTime });
        },
        static (row, limit) => row.ReadAsync(limit));

    /// <inheritdoc/>
    public async Task<ScheduleRow?> FindAsync(Guid scheduleId, CancellationToken cancellationToken) =>
        await ReadAsync("where schedule_id = $1", [scheduleId], cancellationToken) is [var schedule] ? schedule : null;

    /// <inheritdoc/>
    public async Task<ScheduleRow?> FindByRequestAsync(Guid walletId, string requestId, CancellationToken cancellationToken) =>
        await ReadAsync("where wallet_id = $1 and request_id = $2", [walletId, requestId], cancellationToken) is [var schedule] ? schedule : null;

    /// <inheritdoc/>
    public Task<IReadOnlyList<ScheduleRow>> ReadOfWalletAsync(Guid walletId, Guid afterScheduleId, int limit, CancellationToken cancellationToken)
    {
        AppendShape.CheckLimit(limit);
        return ReadAsync("where wallet_id = $1 and schedule_id > $2 order by schedule_id limit $3", [walletId, afterScheduleId, limit], cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ScheduleRow>> ReadWithoutJobAsync(string kind, TimeSpan dueWithin, int limit, CancellationToken cancellationToken)
    {
        AppendShape.CheckLimit(limit);
        return ReadAsync(
            """
            where state = 1 and next_at <= now() + $2 and not exists (select from jobs where kind = $1 and key = schedules.schedule_id::text)
            order by next_at, schedule_id limit $3
            """,
            [kind, dueWithin, limit],
            cancellationToken);
    }

    /// <summary>Waits for what is under way; each statement is bounded by its time-out.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writes.DisposeAsync();
        await _reads.DisposeAsync();
    }

    private Task<IReadOnlyList<ScheduleRow>> ReadAsync(string condition, object[] values, CancellationToken cancellationToken) =>
        _reads.ReadAsync(
            $"select {Columns} from schedules {condition}",
            parameters =>
            {
                foreach (var value in values)
                {
                    parameters.Add(new() { Value = value });
                }
            },
            Read,
            cancellationToken);

    private static void Bind(NpgsqlParameterCollection parameters, ScheduleRow schedule, int maxActive)
    {
        parameters.Add(new() { Value = schedule.ScheduleId });
        parameters.Add(new() { Value = schedule.WalletId });
        parameters.Add(new() { Value = schedule.ToWalletId });
        parameters.Add(new() { Value = schedule.AmountMinor });
        parameters.Add(new() { Value = schedule.Currency });
        parameters.Add(Nullable(schedule.Description, NpgsqlDbType.Text));
        parameters.Add(new() { Value = schedule.StartAt.UtcDateTime });
        parameters.Add(Nullable(schedule.Every, NpgsqlDbType.Text));
        parameters.Add(Nullable(schedule.EndAt?.UtcDateTime, NpgsqlDbType.TimestampTz));
        parameters.Add(new() { Value = schedule.RequestId });
        parameters.Add(new() { Value = schedule.Fingerprint.ToArray() });
        parameters.Add(new() { Value = (short)schedule.State });
        parameters.Add(Nullable(schedule.NextAt?.UtcDateTime, NpgsqlDbType.TimestampTz));
        parameters.Add(Nullable(schedule.LastRunAt?.UtcDateTime, NpgsqlDbType.TimestampTz));
        parameters.Add(Nullable(schedule.LastTransferId, NpgsqlDbType.Uuid));
        parameters.Add(Nullable(schedule.LastFailureCode, NpgsqlDbType.Text));
        parameters.Add(new() { Value = schedule.CreatedAt.UtcDateTime });
        parameters.Add(new() { Value = schedule.UpdatedAt.UtcDateTime });
        parameters.Add(new() { Value = maxActive });
    }

    private static NpgsqlParameter Nullable(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };

    private static ScheduleRow Read(NpgsqlDataReader row) => new(
        ScheduleId: row.GetGuid(0),
        WalletId: row.GetGuid(1),
        ToWalletId: row.GetGuid(2),
        AmountMinor: row.GetInt64(3),
        Currency: row.GetString(4),
        Description: row.IsDBNull(5) ? null : row.GetString(5),
        StartAt: row.GetFieldValue<DateTimeOffset>(6),
        Every: row.IsDBNull(7) ? null : row.GetString(7),
        EndAt: NullableTime(row, 8),
        RequestId: row.GetString(9),
        Fingerprint: row.GetFieldValue<byte[]>(10),
        State: (ScheduleState)row.GetInt16(11),
        NextAt: NullableTime(row, 12),
        LastRunAt: NullableTime(row, 13),
        LastTransferId: row.IsDBNull(14) ? null : row.GetGuid(14),
        LastFailureCode: row.IsDBNull(15) ? null : row.GetString(15),
        CreatedAt: row.GetFieldValue<DateTimeOffset>(16),
        UpdatedAt: row.GetFieldValue<DateTimeOffset>(17));

    private static DateTimeOffset? NullableTime(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
