using Npgsql;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.Writing;

namespace WalletGrains.Journal.Activity;

/// <summary>Positions of consumers in PostgreSQL.</summary>
/// <remarks>The data source stays the caller's to dispose, after this.</remarks>
public sealed class PostgresActivityPositions : IActivityPositions, IAsyncDisposable
{
    /// <summary>The move as the beginning of a statement whose effects depend on it: its parameters are $1 to $6, and <c>moved</c> has a row
    /// when it succeeded.</summary>
    internal const string MovedCte = """
        with moved as (
            update activity_positions set position = $5, updated_at = now()
            where consumer = $1 and partition = $2 and partitions = $3 and position = $4 and corrections = $6
            returning 1
        )
        """;

    // Who loads first makes the rows of all partitions; the others find them.
    private const string LoadSql = """
        with forgotten as (
            delete from activity_positions where consumer = $1 and partitions <> $3 returning position, corrections
        ), begun as (
            insert into activity_positions (consumer, partition, partitions, position, corrections)
            select $1, p, $3, coalesce((select min(f.position) from forgotten f), 0), coalesce((select max(f.corrections) + 1 from forgotten f), 0)
            from generate_series(0, $3 - 1) p
            on conflict do nothing
            returning partition, position, corrections
        )
        select b.position, b.corrections from begun b where b.partition = $2
        union all
        select a.position, a.corrections from activity_positions a where a.consumer = $1 and a.partition = $2 and a.partitions = $3
        """;

    private readonly WriteConnections _writes;

    /// <summary>Connects with its first use.</summary>
    public PostgresActivityPositions(NpgsqlDataSource dataSource, JournalOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(options);
        _writes = new WriteConnections(dataSource, JournalLimits.StoreConnections, options, time);
    }

    /// <summary>
    /// Nobody waits until a position is on disk. Effects and position are lost together when the server crashes at once, and are made again from
    /// the entries, which are on disk.
    /// </summary>
    internal static NpgsqlBatchCommand WithoutWaitingForDisk => new("select set_config('synchronous_commit', 'off', true)");

    /// <inheritdoc/>
    public async Task<ConsumerPlace> LoadAsync(string consumer, int partition, int partitions, CancellationToken cancellationToken)
    {
        while (true)
        {
            var place = await _writes.RunAsync(
                LoadSql,
                parameters =>
                {
                    parameters.Add(new NpgsqlParameter<string> { TypedValue = consumer });
                    parameters.Add(new NpgsqlParameter<int> { TypedValue = partition });
                    parameters.Add(new NpgsqlParameter<int> { TypedValue = partitions });
                },
                static async (row, limit) => await row.ReadAsync(limit) ? new ConsumerPlace(row.GetInt64(0), row.GetInt64(1)) : (ConsumerPlace?)null);
            if (place is { } found)
            {
                return found;
            }

            // Another partition's consumer made the rows after this statement began; the next one sees them.
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <inheritdoc/>
    public Task<bool> MoveAsync(PositionMove move, CancellationToken cancellationToken) => _writes.RunAsync(
        $"{MovedCte} select 1 from moved",
        parameters => Bind(parameters, move),
        static (row, limit) => row.ReadAsync(limit),
        WithoutWaitingForDisk);

    /// <summary>Waits for what is under way.</summary>
    public ValueTask DisposeAsync() => _writes.DisposeAsync();

    /// <summary>
    /// Writes jobs behind a statement with <see cref="MovedCte"/>, if that one has moved. Another activation that has moved to the very same
    /// position has met the same events: its jobs have the same keys, and each is done once.
    /// </summary>
    internal static NpgsqlBatchCommand? JobsBehind(PositionMove move, IReadOnlyList<NewJob> jobs)
    {
        if (jobs.Count == 0)
        {
            return null;
        }

        var statement = JobStatement.EnqueueOnce(
            jobs,
            "exists (select from activity_positions p where p.consumer = $6 and p.partition = $7 and p.partitions = $8 and p.position = $9)");
        statement.Parameters.Add(new NpgsqlParameter<string> { TypedValue = move.Consumer });
        statement.Parameters.Add(new NpgsqlParameter<int> { TypedValue = move.Partition });
        statement.Parameters.Add(new NpgsqlParameter<int> { TypedValue = move.Partitions });
        statement.Parameters.Add(new NpgsqlParameter<long> { TypedValue = move.To });
        return statement;
    }

    /// <summary>Adds the parameters of <see cref="MovedCte"/>.</summary>
    internal static void Bind(NpgsqlParameterCollection parameters, PositionMove move)
    {
        parameters.Add(new NpgsqlParameter<string> { TypedValue = move.Consumer });
        parameters.Add(new NpgsqlParameter<int> { TypedValue = move.Partition });
        parameters.Add(new NpgsqlParameter<int> { TypedValue = move.Partitions });
        parameters.Add(new NpgsqlParameter<long> { TypedValue = move.From.Position });
        parameters.Add(new NpgsqlParameter<long> { TypedValue = move.To });
        parameters.Add(new NpgsqlParameter<long> { TypedValue = move.From.Corrections });
    }
}
