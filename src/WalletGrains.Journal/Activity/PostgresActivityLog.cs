using Npgsql;
using WalletGrains.Journal.Reading;

namespace WalletGrains.Journal.Activity;

/// <summary>The order of all entries in PostgreSQL; see the notes of sql/006-events.</summary>
/// <remarks>
/// <para>What this process has just committed is not read back (<see cref="RecentCommits"/>). The database says how far everything is decided, and gives
/// what lies between the known commits: of other processes, or of a lane whose answer is still on its way. So a page is the same with them as without.</para>
/// <para>The data source stays the caller's to dispose, after this.</para>
/// </remarks>
public sealed class PostgresActivityLog : IActivityLog, IAsyncDisposable
{
    /// <summary>Connections that follow at the same time; each read is short.</summary>
    private const int Connections = 8;

    private const string Columns = "e.wallet_id, e.version, e.content";

    /// <summary>
    /// The end of what is decided: behind the newest entry below the horizon, and not the horizon itself. The numbers of transactions between the two may be
    /// given again after a crash, since nothing of them need be on disk; an entry that can be seen is on disk, and no number up to its own is given again.
    /// </summary>
    private const string EndSql = """
        select d.horizon, coalesce(
            (select l.position + 1 from entries l where l.position > 0 and l.position < d.horizon order by l.position desc limit 1), 0) as "end"
        from (select journal_horizon() as horizon offset 0) d
        """;

    // The horizon is computed once, in the snapshot of the statement that reads. Lateral with the order of the index leaves the planner one
    // plan: from the position on, until the page is full; and so for each of the gaps.
    private const string PageSql = $"""
        select h."end", pg_postmaster_start_time(), e.position, {Columns}
        from ({EndSql} offset 0) h
        left join lateral (
            select n.position, n.wallet_id, n.version, n.content
            from (select unnest($1) as low, unnest($2) as high) g
            cross join lateral (
                select n.position, n.wallet_id, n.version, n.content from entries n
                where n.position > 0 and n.position >= g.low and n.position < g.high and n.position < h.horizon
                  and get_byte(uuid_send(n.wallet_id), 15) % $3 = $4
                order by n.position limit $5) n
            order by n.position limit $5) e on true
        order by e.position, e.wallet_id, e.version
        """;

    private const string CommitSql = $"""
        select {Columns} from entries e
        where e.position > 0 and e.position = $1 and get_byte(uuid_send(e.wallet_id), 15) % $2 = $3
        order by e.wallet_id, e.version
        """;

    private readonly ReadConnections _connections;
    private readonly RecentCommits? _recent;

    /// <summary>Connects with its first use.</summary>
    public PostgresActivityLog(NpgsqlDataSource dataSource, JournalOptions options, TimeProvider time, RecentCommits? recent = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(options);
        _connections = new ReadConnections(dataSource, Connections, options, time);
        _recent = recent;
    }

    /// <inheritdoc/>
    public async Task<long> FindEndAsync(CancellationToken cancellationToken) =>
        (await _connections.ReadAsync(EndSql, _ => { }, row => row.GetInt64(1), cancellationToken))[0];

    /// <inheritdoc/>
    public async Task<ActivityPage> ReadAsync(ActivityQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        query.Check();
        var (commits, knownOf) = _recent?.From(query) ?? ([], 0);
        var known = new KnownCommits(query, commits);
        var (end, server, found) = await ReadGapsAsync(query, known, cancellationToken);
        if (commits.Count > 0 && (!_recent!.Meet(server) || (knownOf is not 0 && knownOf != server)))
        {
            // They are of a server that may have lost them when it failed.
            known = new KnownCommits(query, []);
            (end, _, found) = await ReadGapsAsync(query, known, cancellationToken);
        }

        if (found.Count < query.Limit)
        {
            return known.ToPage(Math.Max(end, query.From), found);
        }

        // The page may end in the middle of a commit: that one begins the next page, unless it fills this one.
        var last = found[^1].Position;
        return found[0].Position < last || known.HasBelow(last)
            ? known.ToPage(last, found)
            : new ActivityPage(query.From, last + 1, await ReadCommitAsync(last, query, cancellationToken));
    }

    /// <summary>Waits for the reads under way.</summary>
    public ValueTask DisposeAsync() => _connections.DisposeAsync();

    private async Task<(long End, long Server, List<(long Position, LoggedEntry Entry)> Found)> ReadGapsAsync(
        ActivityQuery query, KnownCommits known, CancellationToken cancellationToken)
    {
        var (lows, highs) = known.FindGaps();
        var rows = await _connections.ReadAsync(
            PageSql,
            parameters =>
            {
                parameters.Add(new NpgsqlParameter<long[]> { TypedValue = lows });
                parameters.Add(new NpgsqlParameter<long[]> { TypedValue = highs });
                parameters.Add(new NpgsqlParameter<int> { TypedValue = query.Partitions });
                parameters.Add(new NpgsqlParameter<int> { TypedValue = query.Partition });
                parameters.Add(new NpgsqlParameter<int> { TypedValue = query.Limit });
            },
            row => (
                End: row.GetInt64(0),
                Server: row.GetDateTime(1).Ticks,
                Position: row.IsDBNull(2) ? 0 : row.GetInt64(2),
                Entry: row.IsDBNull(2) ? (LoggedEntry?)null : Entry(row, 3)),
            cancellationToken,
            isPrepared: true);
        return (rows[0].End, rows[0].Server, rows.Where(row => row.Entry is not null).Select(row => (row.Position, row.Entry!.Value)).ToList());
    }

    // Bounded by the journal's own limit of a commit.
    private Task<IReadOnlyList<LoggedEntry>> ReadCommitAsync(long position, ActivityQuery query, CancellationToken cancellationToken) => _connections.ReadAsync(
        CommitSql,
        parameters =>
        {
            parameters.Add(new NpgsqlParameter<long> { TypedValue = position });
            parameters.Add(new NpgsqlParameter<int> { TypedValue = query.Partitions });
            parameters.Add(new NpgsqlParameter<int> { TypedValue = query.Partition });
        },
        row => Entry(row, 0),
        cancellationToken);

    private static LoggedEntry Entry(NpgsqlDataReader row, int first) => new(row.GetGuid(first), row.GetInt64(first + 1), row.GetFieldValue<byte[]>(first + 2));
}
