using Npgsql;
using WalletGrains.Journal.Reading;

namespace WalletGrains.Journal.Users;

/// <summary>
/// What has changed about sessions and keys, in the order of its positions; see the notes of sql/014-identity. Every method throws
/// <see cref="JournalUnavailableException"/> while the database is away.
/// </summary>
public sealed class PostgresCredentialLog : IAsyncDisposable
{
    // Behind the newest change below the horizon: that is on disk, so no number up to its own is given again, also after a crash; see PostgresActivityLog.
    // A standby that takes over has another timeline, and one that has not yet refuses this question.
    private const string EndSql = """
        select c.system_identifier || '/' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8), greatest(
            (select s.ended_position + 1 from sessions s where s.ended_position < h.horizon order by s.ended_position desc limit 1),
            (select k.changed_position + 1 from api_keys k where k.changed_position < h.horizon order by k.changed_position desc limit 1),
            0)
        from (select journal_horizon() as horizon offset 0) h, pg_control_system() c
        """;

    private const string EndedSql = "select session_id, ended_at from sessions where ended_position >= $1 and ended_at > $2";

    private const string KeysSql = $"""
        select {PostgresApiKeyStore.Columns} from api_keys
        where changed_position >= $1 and ($1 > 0 or revoked_at is null and (expires_at is null or expires_at > now()))
        """;

    private readonly ReadConnections _reads;

    /// <summary>Makes the log; it connects with its first use.</summary>
    public PostgresCredentialLog(NpgsqlDataSource dataSource, JournalOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _reads = new ReadConnections(dataSource, JournalLimits.StoreConnections, options, time);
    }

    /// <summary>Reads what has changed.</summary>
    /// <param name="origin">What <see cref="CredentialChangeSet.Origin"/> was at the last read; empty for the first.</param>
    /// <param name="since">What <see cref="CredentialChangeSet.End"/> was.</param>
    /// <param name="endedAfter">Sessions that ended before this are left out.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    public async Task<CredentialChangeSet> ReadAsync(string origin, long since, DateTimeOffset endedAfter, CancellationToken cancellationToken)
    {
        // First the end: what is below it is seen by the reads that follow.
        var (now, end) = (await _reads.ReadAsync(EndSql, static _ => { }, static row => (row.GetString(0), row.GetInt64(1)), cancellationToken))[0];
        var from = now == origin ? since : 0;
        var ended = await _reads.ReadAsync(
            EndedSql,
            parameters =>
            {
                parameters.Add(new() { Value = from });
                parameters.Add(new() { Value = endedAfter.UtcDateTime });
            },
            static row => (row.GetGuid(0), row.GetFieldValue<DateTimeOffset>(1)),
            cancellationToken);
        var keys = await _reads.ReadAsync(
            KeysSql, parameters => parameters.Add(new() { Value = from }), PostgresApiKeyStore.Read, cancellationToken);
        return new CredentialChangeSet(now, end, IsComplete: from == 0, ended, keys);
    }

    /// <summary>Waits for what is under way; each statement is bounded by its time-out.</summary>
    public ValueTask DisposeAsync() => _reads.DisposeAsync();
}

/// <summary>Changes to credentials.</summary>
/// <param name="Origin">The server they were read from, and its timeline: positions are its own.</param>
/// <param name="End">Behind the last of them that nothing can come before any more.</param>
/// <param name="IsComplete">These are all keys that are in force, and all sessions that ended after the time that was asked for.</param>
/// <param name="Ended">Sessions that ended.</param>
/// <param name="Keys">Keys that were made or revoked.</param>
public sealed record CredentialChangeSet(
    string Origin, long End, bool IsComplete, IReadOnlyList<(Guid SessionId, DateTimeOffset EndedAt)> Ended, IReadOnlyList<ApiKeyRow> Keys);
