using Npgsql;
using WalletGrains.Journal.Reading;

namespace WalletGrains.Journal.Activity;

/// <summary>How far one who follows is behind in a partition.</summary>
/// <param name="Consumer">Its name.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Age">Age of the oldest committed entry that it has not passed, by the times of decisions; zero when there is none.</param>
/// <param name="IsHeldBack">Nobody may pass that entry yet: a transaction that began earlier still runs.</param>
public sealed record ConsumerLag(string Consumer, int Partition, TimeSpan Age, bool IsHeldBack);

/// <summary>The oldest transaction that holds all who follow back.</summary>
/// <param name="ProcessId">Its process at the server; null for a prepared transaction, which has none.</param>
/// <param name="Name">What the process calls itself, or the name under which the transaction was prepared.</param>
/// <param name="Age">For how long it has run.</param>
public sealed record HorizonHolder(int? ProcessId, string Name, TimeSpan Age);

/// <summary>How far those who follow the journal are behind it, by what is durable: so it is seen also when nothing of theirs runs.</summary>
/// <remarks>The data source stays the caller's to dispose, after this.</remarks>
public sealed class PostgresActivityLags : IAsyncDisposable
{
    /// <summary>Looks are few and short.</summary>
    private const int Connections = 2;

    // The next entry of any partition: followers pass those of others too, and so it is one look into the index however few its own are. What is not
    // below the horizon counts as well: it is committed, and whoever waits for what follows from it does not care why that does not come.
    private const string LagsSql = """
        with horizon as materialized (select journal_horizon() as horizon)
        select c.consumer, p.partition, greatest(coalesce(extract(epoch from clock_timestamp() - e.created_at), 0), 0)::float8, coalesce(e.position >= h.horizon, false)
        from unnest($1) c (consumer)
        cross join generate_series(0, $2 - 1) p (partition)
        cross join horizon h
        left join activity_positions a on a.consumer = c.consumer and a.partitions = $2 and a.partition = p.partition
        left join lateral (
            select n.created_at, n.position from entries n
            where n.position > 0 and n.position >= coalesce(a.position, 0)
            order by n.position limit 1) e on true
        order by c.consumer, p.partition
        """;

    private const string HolderSql = """
        select t.pid, coalesce(t.name, ''), greatest(coalesce(extract(epoch from clock_timestamp() - t.began_at), 0), 0)::float8
        from (
            select a.pid, a.application_name as name, a.xact_start as began_at, a.backend_xid as xid from pg_stat_activity a where a.backend_xid is not null
            union all
            select null, p.gid, p.prepared, p.transaction from pg_prepared_xacts p) t
        order by age(t.xid) desc limit 1
        """;

    private readonly ReadConnections _connections;

    /// <summary>Connects with its first use.</summary>
    public PostgresActivityLags(NpgsqlDataSource dataSource, JournalOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(options);
        _connections = new ReadConnections(dataSource, Connections, options, time);
    }

    /// <summary>How far consumers are behind, each in each of its partitions; one that has never begun is behind by everything.</summary>
    /// <exception cref="JournalUnavailableException">The database is away.</exception>
    public Task<IReadOnlyList<ConsumerLag>> ReadAsync(IReadOnlyCollection<string> consumers, int partitions, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(consumers);
        return _connections.ReadAsync(
            LagsSql,
            parameters =>
            {
                parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. consumers] });
                parameters.Add(new NpgsqlParameter<int> { TypedValue = partitions });
            },
            row => new ConsumerLag(row.GetString(0), row.GetInt32(1), TimeSpan.FromSeconds(row.GetDouble(2)), row.GetBoolean(3)),
            cancellationToken);
    }

    /// <summary>The oldest transaction that has written, of whichever database of the server; null when none runs, or none that this user may see.</summary>
    /// <exception cref="JournalUnavailableException">The database is away.</exception>
    public async Task<HorizonHolder?> FindHolderAsync(CancellationToken cancellationToken) => (await _connections.ReadAsync(
        HolderSql,
        _ => { },
        row => new HorizonHolder(row.IsDBNull(0) ? null : row.GetInt32(0), row.GetString(1), TimeSpan.FromSeconds(row.GetDouble(2))),
        cancellationToken)).SingleOrDefault();

    /// <summary>Waits for the reads under way.</summary>
    public ValueTask DisposeAsync() => _connections.DisposeAsync();
}
