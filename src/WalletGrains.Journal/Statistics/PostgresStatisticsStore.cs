using Npgsql;
using NpgsqlTypes;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.Reading;
using WalletGrains.Journal.Writing;

namespace WalletGrains.Journal.Statistics;

/// <summary>Statistics in PostgreSQL.</summary>
/// <remarks>The data source stays the caller's to dispose, after the store.</remarks>
public sealed class PostgresStatisticsStore : IStatisticsStore, IAsyncDisposable
{
    private const string Columns =
        "wallet_id, version, deposited_minor, withdrawn_minor, transferred_in_minor, transferred_out_minor, transaction_count, last_activity_at";

    // In order of wallet id, as all that lock several rows of one table.
    private const string WriteSql = $"""
        {PostgresActivityPositions.MovedCte}, written as (
            insert into wallet_statistics as s ({Columns})
            select b.* from (
                select unnest($7) as wallet_id, unnest($8) as version, unnest($9) as deposited_minor, unnest($10) as withdrawn_minor,
                    unnest($11) as transferred_in_minor, unnest($12) as transferred_out_minor, unnest($13) as transaction_count,
                    unnest($14) as last_activity_at) b
            where exists (select from moved)
            order by b.wallet_id
            on conflict (wallet_id) do update
            set version = excluded.version, deposited_minor = excluded.deposited_minor, withdrawn_minor = excluded.withdrawn_minor,
                transferred_in_minor = excluded.transferred_in_minor, transferred_out_minor = excluded.transferred_out_minor,
                transaction_count = excluded.transaction_count, last_activity_at = excluded.last_activity_at
            where s.version < excluded.version
        )
        select 1 from moved
        """;

    private const string AddSql = $"""
        insert into wallet_statistics ({Columns}) values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict do nothing
        returning 1
        """;

    // The position is locked before the row, as by the consumer's own write: one of the two waits, and none for ever.
    private const string CorrectSql = """
        with stood as (
            select from activity_positions
            where consumer = $9 and partition = get_byte(uuid_send($1), 15) % partitions
            for update
        ), corrected as (
            update wallet_statistics
            set deposited_minor = $3, withdrawn_minor = $4, transferred_in_minor = $5, transferred_out_minor = $6, transaction_count = $7,
                last_activity_at = $8
            where wallet_id = $1 and version = $2 and (select count(*) from stood) >= 0
            returning 1
        ), counted as (
            update activity_positions set corrections = corrections + 1
            where consumer = $9 and partition = get_byte(uuid_send($1), 15) % partitions and exists (select from corrected)
        )
        select 1 from corrected
        """;

    private readonly ReadConnections _reads;
    private readonly WriteConnections _writes;

    /// <summary>Connects with its first use.</summary>
    public PostgresStatisticsStore(NpgsqlDataSource dataSource, JournalOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(options);
        _reads = new ReadConnections(dataSource, JournalLimits.StoreConnections, options, time);
        _writes = new WriteConnections(dataSource, JournalLimits.StoreConnections, options, time);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<StatisticsRow>> FindAsync(IReadOnlyCollection<Guid> walletIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(walletIds);
        return _reads.ReadAsync(
            $"select {Columns} from wallet_statistics where wallet_id = any($1)",
            parameters => parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. walletIds] }),
            Read,
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> WriteAsync(PositionMove move, IReadOnlyList<StatisticsRow> rows, IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return _writes.RunAsync(
            WriteSql,
            parameters =>
            {
                PostgresActivityPositions.Bind(parameters, move);
                parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. rows.Select(row => row.WalletId)] });
                parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. rows.Select(row => row.Version)] });
                parameters.Add(Sums(rows, row => row.DepositedMinor));
                parameters.Add(Sums(rows, row => row.WithdrawnMinor));
                parameters.Add(Sums(rows, row => row.TransferredInMinor));
                parameters.Add(Sums(rows, row => row.TransferredOutMinor));
                parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. rows.Select(row => row.TransactionCount)] });
                parameters.Add(new NpgsqlParameter<DateTime?[]>
                {
                    TypedValue = [.. rows.Select(row => row.LastActivityAt?.UtcDateTime)],
                    NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
                });
            },
            static (row, limit) => row.ReadAsync(limit),
            PostgresActivityPositions.WithoutWaitingForDisk,
            PostgresActivityPositions.JobsBehind(move, jobs));
    }

    /// <inheritdoc/>
    public Task<bool> AddAsync(StatisticsRow row, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(row);
        return _writes.RunAsync(AddSql, parameters => Bind(parameters, row), static (row, limit) => row.ReadAsync(limit));
    }

    /// <inheritdoc/>
    public Task<bool> CorrectAsync(string consumer, StatisticsRow row, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(row);
        return _writes.RunAsync(
            CorrectSql,
            parameters =>
            {
                Bind(parameters, row);
                parameters.Add(new NpgsqlParameter<string> { TypedValue = consumer });
            },
            static (row, limit) => row.ReadAsync(limit));
    }

    /// <summary>Waits for what is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writes.DisposeAsync();
        await _reads.DisposeAsync();
    }

    /// <summary>Sums have no limit, but few pass that of a bigint: those are sent as such, which both sides read and write without taking digits apart.</summary>
    private static NpgsqlParameter Sums(IReadOnlyList<StatisticsRow> rows, Func<StatisticsRow, decimal> sum) =>
        rows.All(row => sum(row) is >= long.MinValue and <= long.MaxValue)
            ? new NpgsqlParameter<long[]> { TypedValue = [.. rows.Select(row => (long)sum(row))] }
            : new NpgsqlParameter<decimal[]> { TypedValue = [.. rows.Select(sum)] };

    private static void Bind(NpgsqlParameterCollection parameters, StatisticsRow row)
    {
        parameters.Add(new NpgsqlParameter<Guid> { TypedValue = row.WalletId });
        parameters.Add(new NpgsqlParameter<long> { TypedValue = row.Version });
        parameters.Add(new NpgsqlParameter<decimal> { TypedValue = row.DepositedMinor });
        parameters.Add(new NpgsqlParameter<decimal> { TypedValue = row.WithdrawnMinor });
        parameters.Add(new NpgsqlParameter<decimal> { TypedValue = row.TransferredInMinor });
        parameters.Add(new NpgsqlParameter<decimal> { TypedValue = row.TransferredOutMinor });
        parameters.Add(new NpgsqlParameter<long> { TypedValue = row.TransactionCount });
        parameters.Add(new NpgsqlParameter<DateTime?> { TypedValue = row.LastActivityAt?.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz });
    }

    private static StatisticsRow Read(NpgsqlDataReader row) => new(
        WalletId: row.GetGuid(0),
        Version: row.GetInt64(1),
        DepositedMinor: row.GetDecimal(2),
        WithdrawnMinor: row.GetDecimal(3),
        TransferredInMinor: row.GetDecimal(4),
        TransferredOutMinor: row.GetDecimal(5),
        TransactionCount: row.GetInt64(6),
        LastActivityAt: row.IsDBNull(7) ? null : row.GetFieldValue<DateTimeOffset>(7));
}
