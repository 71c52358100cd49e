using Npgsql;
using NpgsqlTypes;
using WalletGrains.Journal.Reading;
using WalletGrains.Journal.Writing;

namespace WalletGrains.Journal.Jobs;

/// <summary>Jobs in PostgreSQL, on a few connections of their own.</summary>
/// <remarks>The database must have been migrated (<see cref="Migrations"/>). The data source stays the caller's to dispose,
/// after the store.</remarks>
public sealed class PostgresJobStore : IJobStore, IAsyncDisposable
{
    private const string Columns =
        "job_id, kind, key, lane, payload, state, due_at, attempts, lease_owner, last_error, result, created_at, updated_at";

    // Claims of one kind, and of all that share its bucket, come one after another, or two could each find room for the same job's place or
    // the same token. A statement of its own, so that the next one sees what was written while this one waited.
    private const string LockSql = "select pg_advisory_xact_lock(hashtextextended('jobs ' || $1, 0))";

    // $1 kind, $2 owner, $3 token, $4 lease, $5 limit, $6 concurrency, $7 tokens a second, $8 tokens at most, null for any rate, $9 tokens
    // that only the priority lane takes, $10 the kind whose bucket it is.
    // Settlements and purges take no lock on the kind: what they are at is skipped.
    private const string ClaimSql = """
        with bucket as (
            select least($8, coalesce(
                (select tokens + $7 * extract(epoch from greatest(now() - refilled_at, interval '0')) from job_rates where kind = $10), $8)) as tokens
        ), room as (
            select greatest(0, least(
                $5, $6 - (select count(*) from jobs where state = 2 and kind = $1 and due_at > now()), floor(tokens)))::int as places,
                case when $7 is not null then greatest(0, floor(tokens - $9))::int end as common
            from bucket
        ), urgent as (
            select job_id, due_at from jobs
            where kind = $1 and lane = 0 and state in (1, 2) and due_at <= now()
            order by due_at, job_id limit (select places from room) for update skip locked
        ), others as (
            select job_id, due_at from jobs
            where kind = $1 and lane = 1 and state in (1, 2) and due_at <= now()
            order by due_at, job_id limit greatest(0, (select least(places, common) from room) - (select count(*) from urgent)) for update skip locked
        ), claimed as (
            update jobs j set state = 2, attempts = attempts + 1, lease_owner = $2, lease_token = $3, due_at = now() + $4, updated_at = now()
            from (select * from urgent union all select * from others) due
            where j.job_id = due.job_id
            returning j.job_id, j.key, j.payload, due.due_at, j.attempts, j.lane
        ), spent as (
            insert into job_rates (kind, tokens, refilled_at)
            select $10, tokens - (select count(*) from claimed), now() from bucket where $7 is not null and exists (select from claimed)
            on conflict (kind) do update set tokens = excluded.tokens, refilled_at = excluded.refilled_at
        )
        select job_id, key, lane, payload, due_at, now(), attempts from claimed order by lane, due_at, job_id
        """;

    private const string ExtendSql = """
        with held as (
            select * from unnest($1::uuid[], $2::uuid[]) as held (job_id, token)
        ), extended as (
            update jobs j set due_at = now() + $3 from held
            where j.job_id = held.job_id and j.lease_token = held.token and j.state = 2
            returning j.job_id, j.lease_token
        )
        select job_id, token from held except select job_id, lease_token from extended
        """;

    // A settlement that is repeated finds its own lease on a job that runs no more. One whose job was enqueued while it ran leaves it queued, and
    // due: only after a failure, which is what an error on a queued job says, does the job wait as its settlement asks, unless somebody wants it at once.
    private const string SettleSql = """
        with asked as (
            select * from unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::int[], $5::timestamptz[], $6::interval[], $7::text[], $8::bytea[], $9::smallint[])
                with ordinality as asked (job_id, token, state, attempts, due_at, due_in, error, result, lane, number)
        ), settled as (
            update jobs j set
                state = case when j.again_lane is null then a.state else 1 end,
                lane = case when j.again_lane is null then coalesce(a.lane, j.lane) when a.state = 1 then least(coalesce(a.lane, j.lane), j.again_lane) else j.again_lane end,
                attempts = case when j.again_lane is null or a.state = 1 then a.attempts else 0 end,
                due_at = case when j.again_lane is null or (a.state = 1 and a.error is not null and not j.again_at_once) then coalesce(a.due_at, now() + a.due_in, j.due_at) else now() end,
                last_error = a.error, result = a.result, again_lane = null, again_at_once = false, updated_at = now()
            from asked a
            where j.job_id = a.job_id and j.lease_token = a.token and j.state = 2
            returning j.job_id, j.lease_token, j.state
        )
        select coalesce(s.state, (select j.state from jobs j where j.job_id = a.job_id and j.lease_token = a.token and j.state <> 2))
        from asked a left join settled s on s.job_id = a.job_id and s.lease_token = a.token
        order by a.number
        """;

    // Whoever changes several jobs locks them in the order in which they are enqueued: so two of them never wait for each other. A statement of its
    // own, so that the next one sees what was written while this one waited.
    private const string LockJobsSql = """select 1 from jobs where job_id = any ($1) order by kind collate "C", key collate "C" for update""";

    private const string NextDueSql = """
        select extract(epoch from least(
            (select due_at from jobs where kind = $1 and lane = 0 and state in (1, 2) order by due_at, job_id limit 1),
            (select due_at from jobs where kind = $1 and lane = 1 and state in (1, 2) order by due_at, job_id limit 1)) - now())::float8
        """;

    private const string CountSql = """
        select
            (select count(*)::int from (select from jobs where kind = $1 and lane = 0 and state = 1 limit $2) counted),
            (select count(*)::int from (select from jobs where kind = $1 and lane = 1 and state = 1 limit $2) counted),
            (select count(*)::int from (select from jobs where kind = $1 and state = 2 limit $2) counted)
        """;

    private const string PurgeSql = """
        with old as (
            select job_id from jobs where state in (3, 5) and updated_at < now() - $1
            order by updated_at, job_id limit $2 for update skip locked
        ), deleted as (
            delete from jobs using old where jobs.job_id = old.job_id returning 1
        )
        select count(*)::int from deleted
        """;

    private readonly ReadConnections _reads;
    private readonly WriteConnections _writes;
    private readonly GroupedCalls<JobSettlement, JobState?> _settlements;

    /// <summary>Makes the store; it connects with its first use.</summary>
    public PostgresJobStore(NpgsqlDataSource dataSource, JournalOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(options);
        _reads = new ReadConnections(dataSource, JournalLimits.StoreConnections, options, time);
        _writes = new WriteConnections(dataSource, JournalLimits.StoreConnections, options, time);
        _settlements = new GroupedCalls<JobSettlement, JobState?>(JournalLimits.MaxGrouped, SettleAllAsync);
    }

    /// <inheritdoc/>
    public Task EnqueueAsync(NewJob job, CancellationToken cancellationToken) => _writes.RunAsync(JobStatement.Enqueue(job));

    /// <inheritdoc/>
    public async Task EnqueueAsync(IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(jobs.Count, JournalLimits.MaxEnqueued, nameof(jobs));
        if (jobs.Count > 0)
        {
            if (jobs.Any(job => job.Repeat != jobs[0].Repeat))
            {
                throw new ArgumentException("Jobs that are written together say the same of repeats.", nameof(jobs));
            }

            await _writes.RunAsync(JobStatement.Enqueue(jobs, jobs[0].Repeat));
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ClaimedJob>> ClaimAsync(JobClaim claim, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claim);
        AppendShape.CheckLimit(claim.Limit);
        return _writes.RunAsync<IReadOnlyList<ClaimedJob>>(
            ClaimSql,
            parameters =>
            {
                parameters.Add(new() { Value = claim.Kind });
                parameters.Add(new() { Value = claim.Owner });
                parameters.Add(new() { Value = claim.Token });
                parameters.Add(new() { Value = claim.Lease });
                parameters.Add(new() { Value = claim.Limit });
                parameters.Add(new() { Value = claim.Concurrency });
                parameters.Add(Nullable(claim.Rate?.PerSecond, NpgsqlDbType.Double));
                parameters.Add(Nullable((double?)claim.Rate?.Burst, NpgsqlDbType.Double));
                parameters.Add(Nullable((double?)claim.Rate?.Reserved, NpgsqlDbType.Double));
                parameters.Add(new() { Value = claim.Bucket });
            },
            async (row, limit) =>
            {
                var jobs = new List<ClaimedJob>();
                while (await row.ReadAsync(limit))
                {
                    jobs.Add(new ClaimedJob(
                        row.GetGuid(0),
                        row.GetString(1),
                        (JobLane)row.GetInt16(2),
                        row.GetFieldValue<byte[]>(3),
                        claim.Token,
                        row.GetFieldValue<DateTimeOffset>(4),
                        row.GetFieldValue<DateTimeOffset>(5),
                        row.GetInt32(6)));
                }

                return jobs;
            },
            before: new NpgsqlBatchCommand(LockSql) { Parameters = { new() { Value = claim.Bucket } } },
            isPrepared: true);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<JobLease>> ExtendAsync(IReadOnlyList<JobLease> leases, TimeSpan lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(leases);
        return _writes.RunAsync<IReadOnlyList<JobLease>>(
            ExtendSql,
            parameters =>
            {
                parameters.Add(new() { Value = leases.Select(held => held.JobId).ToArray() });
                parameters.Add(new() { Value = leases.Select(held => held.Token).ToArray() });
                parameters.Add(new() { Value = lease });
            },
            static async (row, limit) =>
            {
                var lost = new List<JobLease>();
                while (await row.ReadAsync(limit))
                {
                    lost.Add(new JobLease(row.GetGuid(0), row.GetGuid(1)));
                }

                return lost;
            },
            before: Lock(leases.Select(held => held.JobId)));
    }

    /// <inheritdoc/>
    public Task<JobState?> SettleAsync(JobSettlement settlement, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settlement);
        return _settlements.RunAsync(settlement);
    }

    /// <inheritdoc/>
    public Task<TimeSpan?> FindNextDueAsync(string kind, CancellationToken cancellationToken) => _reads.RunAsync<TimeSpan?>(
        NextDueSql,
        parameters => parameters.Add(new() { Value = kind }),
        static async (row, limit) => await row.ReadAsync(limit) && !row.IsDBNull(0) ? TimeSpan.FromSeconds(row.GetDouble(0)) : null,
        cancellationToken);

    /// <inheritdoc/>
    public Task<JobCounts> CountAsync(string kind, int limit, CancellationToken cancellationToken) => _reads.RunAsync(
        CountSql,
        parameters =>
        {
            parameters.Add(new() { Value = kind });
            parameters.Add(new() { Value = limit });
        },
        static async (row, token) =>
        {
            await row.ReadAsync(token);
            return new JobCounts(row.GetInt32(0), row.GetInt32(1), row.GetInt32(2));
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<JobRow>> ReadAsync(JobQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        AppendShape.CheckLimit(query.Limit);

        // All states by name: then jobs of one kind are found by the index that has the state in front.
        var states = query.State is { } state ? $"{(short)state}" : "1, 2, 3, 4, 5";
        var ofKind = query.Kind is null ? "" : "and kind = $3";
        return _reads.ReadAsync(
            $"select {Columns} from jobs where job_id < $1 and state in ({states}) {ofKind} order by job_id desc limit $2",
            parameters =>
            {
                parameters.Add(new() { Value = query.Before ?? new Guid("ffffffff-ffff-ffff-ffff-ffffffffffff") });
                parameters.Add(new() { Value = query.Limit });
                if (query.Kind is { } kind)
                {
                    parameters.Add(new() { Value = kind });
                }
            },
            Read,
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<JobRow?> FindAsync(Guid jobId, CancellationToken cancellationToken)
    {
        var rows = await _reads.ReadAsync(
            $"select {Columns} from jobs where job_id = $1", parameters => parameters.Add(new() { Value = jobId }), Read, cancellationToken);
        return rows is [var job] ? job : null;
    }

    /// <inheritdoc/>
    public Task<bool> RetryAsync(Guid jobId, CancellationToken cancellationToken) =>
        DecideAsync("update jobs set state = 1, due_at = now(), attempts = 0, updated_at = now() where job_id = $1 and state = 4 returning 1", jobId);

    /// <inheritdoc/>
    public Task<bool> DiscardAsync(Guid jobId, CancellationToken cancellationToken) => DecideAsync(JobStatement.DiscardSql, jobId);

    /// <inheritdoc/>
    public Task<int> PurgeAsync(TimeSpan age, int limit, CancellationToken cancellationToken) => _writes.RunAsync(
        PurgeSql,
        parameters =>
        {
            parameters.Add(new() { Value = age });
            parameters.Add(new() { Value = limit });
        },
        static async (row, token) => await row.ReadAsync(token) ? row.GetInt32(0) : 0);

    /// <summary>Waits for what is under way; each statement is bounded by its time-out.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writes.DisposeAsync();
        await _reads.DisposeAsync();
    }

    private Task<IReadOnlyList<JobState?>> SettleAllAsync(IReadOnlyList<JobSettlement> settlements) => _writes.RunAsync<IReadOnlyList<JobState?>>(
        SettleSql,
        parameters =>
        {
            parameters.Add(new() { Value = settlements.Select(settlement => settlement.JobId).ToArray() });
            parameters.Add(new() { Value = settlements.Select(settlement => settlement.Token).ToArray() });
            parameters.Add(new() { Value = settlements.Select(settlement => (short)settlement.State).ToArray() });
            parameters.Add(new() { Value = settlements.Select(settlement => settlement.Attempts).ToArray() });
            parameters.Add(Array(settlements.Select(settlement => settlement.DueAt?.UtcDateTime), NpgsqlDbType.TimestampTz));
            parameters.Add(Array(settlements.Select(settlement => settlement.DueIn), NpgsqlDbType.Interval));
            parameters.Add(Array(settlements.Select(settlement => settlement.Error), NpgsqlDbType.Text));
            parameters.Add(Array(settlements.Select(settlement => settlement.Result?.ToArray()), NpgsqlDbType.Bytea));
            parameters.Add(Array(settlements.Select(settlement => (short?)settlement.Lane), NpgsqlDbType.Smallint));
        },
        static async (row, limit) =>
        {
            var states = new List<JobState?>();
            while (await row.ReadAsync(limit))
            {
                states.Add(row.IsDBNull(0) ? null : (JobState)row.GetInt16(0));
            }

            return states;
        },
        before: Lock(settlements.Select(settlement => settlement.JobId)),
        isPrepared: true);

    private static NpgsqlBatchCommand Lock(IEnumerable<Guid> jobIds) => new(LockJobsSql) { Parameters = { new() { Value = jobIds.ToArray() } } };

    private static NpgsqlParameter Array<T>(IEnumerable<T> values, NpgsqlDbType type) => new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };

    private Task<bool> DecideAsync(string sql, Guid jobId) => _writes.RunAsync(
        sql,
        parameters => parameters.Add(new() { Value = jobId }),
        static (row, limit) => row.ReadAsync(limit));

    private static NpgsqlParameter Nullable(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };

    private static JobRow Read(NpgsqlDataReader row) => new(
        JobId: row.GetGuid(0),
        Kind: row.GetString(1),
        Key: row.GetString(2),
        Lane: (JobLane)row.GetInt16(3),
        Payload: row.GetFieldValue<byte[]>(4),
        State: (JobState)row.GetInt16(5),
        DueAt: row.GetFieldValue<DateTimeOffset>(6),
        Attempts: row.GetInt32(7),
        LeaseOwner: row.IsDBNull(8) ? null : row.GetString(8),
        LastError: row.IsDBNull(9) ? null : row.GetString(9),
        Result: row.IsDBNull(10) ? default(ReadOnlyMemory<byte>?) : row.GetFieldValue<byte[]>(10),
        CreatedAt: row.GetFieldValue<DateTimeOffset>(11),
        UpdatedAt: row.GetFieldValue<DateTimeOffset>(12));
}
