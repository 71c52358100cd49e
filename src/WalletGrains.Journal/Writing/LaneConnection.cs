using Npgsql;

namespace WalletGrains.Journal.Writing;

/// <summary>A lane's own connection with its two prepared statements. It never goes back to the pool while it works.</summary>
internal sealed class LaneConnection : IAsyncDisposable
{
    /// <summary>
    /// The plan is made once, possibly on empty tables, and must be right at every size: only index look-ups driven by the
    /// batch. So every other kind of plan is off and the generic plan is forced. An acknowledged append is durable even
    /// where the role's default says otherwise.
    /// </summary>
    private const string Session = """
        set application_name = 'walletgrains-journal';
        set plan_cache_mode = force_generic_plan;
        set enable_seqscan = off;
        set enable_bitmapscan = off;
        set enable_hashjoin = off;
        set enable_mergejoin = off;
        set jit = off;
        set default_transaction_isolation = 'read committed';
        select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off';
        """;

    private readonly NpgsqlConnection _connection;

    private LaneConnection(NpgsqlConnection connection, AppendStatement append, OpenStatement open) =>
        (_connection, Append, Open) = (connection, append, open);

    public AppendStatement Append { get; }

    public OpenStatement Open { get; }

    public static async Task<LaneConnection> ConnectAsync(NpgsqlDataSource dataSource, JournalOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenWithinAsync(options.ConnectTimeout, time, cancellationToken);
        var lane = new LaneConnection(
            connection, new AppendStatement(connection, options.CommandTimeout), new OpenStatement(connection, options.CommandTimeout));
        var isReady = false;
        try
        {
            await lane.PrepareAsync(options.StatementTimeout, cancellationToken);
            isReady = true;
            return lane;
        }
        finally
        {
            if (!isReady)
            {
                await lane.DisposeAsync();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Append.Dispose();
        Open.Dispose();
        await _connection.DisposeAsync();
    }

    private async Task PrepareAsync(TimeSpan statementTimeout, CancellationToken cancellationToken)
    {
        var statementTimeoutMilliseconds = (long)statementTimeout.TotalMilliseconds;
        await using (var session = new NpgsqlCommand($"{Session} set statement_timeout = {statementTimeoutMilliseconds};", _connection))
        {
            await session.ExecuteNonQueryAsync(cancellationToken);
        }

        await Append.PrepareAsync(cancellationToken);
        await Open.PrepareAsync(cancellationToken);
    }
}
