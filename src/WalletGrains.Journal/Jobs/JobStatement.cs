using Npgsql;
using NpgsqlTypes;

namespace WalletGrains.Journal.Jobs;

/// <summary>Writes jobs in transactions of others: the work is enqueued exactly when what it follows from is committed.</summary>
public static class JobStatement
{
    private const string ConflictNever = "on conflict on constraint jobs_key_unique do nothing";

    // A job that was tried keeps its time: whoever asks again while a third party is away does not hurry it.
    private const string Untried = "j.state = 1 and j.attempts = 0";
    private const string Waiting = "j.state = 1";
    private const string OrBegun = " or (j.state = 2 and (j.again_lane is null or excluded.lane < j.again_lane))";
    private const string OrBegunAndNotWanted = OrBegun + " or (j.state = 2 and not j.again_at_once)";

    private static readonly string ConflictWhenOver = Conflict(hurried: Untried, atOnce: "false");
    private static readonly string ConflictWhenBegun = ConflictWhenOver + OrBegun;
    private static readonly string ConflictAtOnce = Conflict(hurried: Waiting, atOnce: "true") + OrBegunAndNotWanted;

    /// <summary>Discards the dead letter $1; a row when it was one.</summary>
    internal const string DiscardSql = "update jobs set state = 5, updated_at = now() where job_id = $1 and state = 4 returning 1";

    /// <summary>The statement that writes a job, for a batch with what it follows from. It gives no rows. Jobs of one transaction go in
    /// the order of their kinds and keys, or two transactions could wait for each other.</summary>
    public static NpgsqlBatchCommand Enqueue(NewJob job) => Enqueue(job, "true");

    /// <summary>The statement that writes jobs whose keys are done once, in the order of their kinds and keys, when a condition holds. Its own
    /// parameters begin at $6.</summary>
    internal static NpgsqlBatchCommand EnqueueOnce(IReadOnlyList<NewJob> jobs, string condition) => new($"""
        insert into jobs (job_id, kind, key, lane, payload, state, due_at, attempts, created_at, updated_at)
        select b.job_id, b.kind, b.key, b.lane, b.payload, 1, now(), 0, now(), now()
        from (
            select unnest($1) as job_id, unnest($2) as kind, unnest($3) as key, unnest($4) as lane, unnest($5) as payload) b
        where {condition}
        order by b.kind, b.key
        {ConflictNever}
        """)
    {
        Parameters =
        {
            new NpgsqlParameter<Guid[]> { TypedValue = [.. jobs.Select(job => job.JobId)] },
            new NpgsqlParameter<string[]> { TypedValue = [.. jobs.Select(job => job.Kind)] },
            new NpgsqlParameter<string[]> { TypedValue = [.. jobs.Select(job => job.Key)] },
            new NpgsqlParameter<short[]> { TypedValue = [.. jobs.Select(job => (short)job.Lane)] },
            new NpgsqlParameter<byte[][]> { TypedValue = [.. jobs.Select(job => job.Payload.ToArray())] },
        },
    };

    /// <summary>The same, when a condition on its parameters holds; the job's id is $1.</summary>
    internal static NpgsqlBatchCommand Enqueue(NewJob job, string condition)
    {
        ArgumentNullException.ThrowIfNull(job);
        return new NpgsqlBatchCommand($"""
            insert into jobs as j (job_id, kind, key, lane, payload, state, due_at, attempts, created_at, updated_at)
            select $1, $2, $3, $4, $5, 1, coalesce($6, now() + $7, now()), 0, now(), now() where {condition}
            {ConflictOf(job.Repeat)}
            """)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = job.JobId },
                new NpgsqlParameter<string> { TypedValue = job.Kind },
                new NpgsqlParameter<string> { TypedValue = job.Key },
                new NpgsqlParameter<short> { TypedValue = (short)job.Lane },
                new NpgsqlParameter<byte[]> { TypedValue = job.Payload.ToArray() },
                new NpgsqlParameter { Value = (object?)job.DueAt?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                new NpgsqlParameter { Value = (object?)job.DueIn ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Interval },
            },
        };
    }

    /// <summary>The statement that writes jobs of different keys which all have the same <see cref="NewJob.Repeat"/>. In the order of their kinds
    /// and keys: so two of them never wait for each other.</summary>
    internal static NpgsqlBatchCommand Enqueue(IReadOnlyList<NewJob> jobs, JobRepeat repeat)
    {
        var statement = new NpgsqlBatchCommand(InsertSql(firstParameter: 1, repeat, "true"));
        Bind(statement.Parameters, jobs);
        return statement;
    }

    /// <summary>The same as a part of a statement of others, when a condition holds.</summary>
    /// <param name="firstParameter">The number of its first parameter (<see cref="Bind"/>).</param>
    /// <param name="repeat">What all of them say of repeats.</param>
    /// <param name="condition">The condition.</param>
    internal static string InsertSql(int firstParameter, JobRepeat repeat, string condition) => $"""
        insert into jobs as j (job_id, kind, key, lane, payload, state, due_at, attempts, created_at, updated_at)
        select job_id, kind, key, lane, payload, 1, coalesce(due_at, now() + due_in, now()), 0, now(), now()
        from unnest(
                ${firstParameter}::uuid[], ${firstParameter + 1}::text[], ${firstParameter + 2}::text[], ${firstParameter + 3}::smallint[],
                ${firstParameter + 4}::bytea[], ${firstParameter + 5}::timestamptz[], ${firstParameter + 6}::interval[])
            as new (job_id, kind, key, lane, payload, due_at, due_in)
        where {condition}
        order by kind collate "C", key collate "C"
        {ConflictOf(repeat)}
        """;

    /// <summary>Adds the parameters of <see cref="InsertSql"/>.</summary>
    internal static void Bind(NpgsqlParameterCollection parameters, IReadOnlyList<NewJob> jobs)
    {
        parameters.Add(new() { Value = jobs.Select(job => job.JobId).ToArray() });
        parameters.Add(new() { Value = jobs.Select(job => job.Kind).ToArray() });
        parameters.Add(new() { Value = jobs.Select(job => job.Key).ToArray() });
        parameters.Add(new() { Value = jobs.Select(job => (short)job.Lane).ToArray() });
        parameters.Add(new() { Value = jobs.Select(job => job.Payload.ToArray()).ToArray() });
        parameters.Add(new() { Value = jobs.Select(job => job.DueAt?.UtcDateTime).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz });
        parameters.Add(new() { Value = jobs.Select(job => job.DueIn).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Interval });
    }

    /// <summary>What becomes of a job that is there. What would change nothing is not written.</summary>
    /// <param name="hurried">Which of those that wait get the earlier time.</param>
    /// <param name="atOnce">Whether one that runs is done once more at once, whatever becomes of that run.</param>
    private static string Conflict(string hurried, string atOnce) => $"""
        on conflict on constraint jobs_key_unique do update set
            job_id = case when j.state in (3, 4, 5) then excluded.job_id else j.job_id end,
            lane = case when j.state in (3, 4, 5) then excluded.lane when j.state = 1 then least(j.lane, excluded.lane) else j.lane end,
            again_lane = case when j.state = 2 then least(j.again_lane, excluded.lane) end,
            again_at_once = j.state = 2 and ({atOnce} or (j.again_lane is not null and j.again_at_once)),
            payload = case when j.state in (3, 4, 5) then excluded.payload else j.payload end,
            due_at = case when j.state in (3, 4, 5) then excluded.due_at when {hurried} then least(j.due_at, excluded.due_at) else j.due_at end,
            attempts = case when j.state in (3, 4, 5) then 0 else j.attempts end,
            last_error = case when j.state in (3, 4, 5) then null else j.last_error end,
            result = case when j.state in (3, 4, 5) then null else j.result end,
            created_at = case when j.state in (3, 4, 5) then excluded.created_at else j.created_at end,
            updated_at = excluded.updated_at,
            state = case when j.state = 2 then 2 else 1 end
        where j.state in (3, 4, 5) or (j.state = 1 and excluded.lane < j.lane) or ({hurried} and excluded.due_at < j.due_at)
        """;

    private static string ConflictOf(JobRepeat repeat) => repeat switch
    {
        JobRepeat.Never => ConflictNever,
        JobRepeat.WhenOver => ConflictWhenOver,
        JobRepeat.WhenBegun => ConflictWhenBegun,
        JobRepeat.AtOnce => ConflictAtOnce,
        _ => throw new ArgumentOutOfRangeException(nameof(repeat), repeat, "There is no such repeat."),
    };
}
