using Npgsql;
using WalletGrains.Journal.Reading;

namespace WalletGrains.Journal.Clocks;

/// <summary>Asks PostgreSQL what time it is.</summary>
public sealed class PostgresTime(NpgsqlDataSource dataSource, JournalOptions options, TimeProvider time) : IAsyncDisposable
{
    private readonly ReadConnections _reads = new(dataSource, 1, options, time);

    /// <summary>The time there, at some moment of the call.</summary>
    /// <exception cref="JournalUnavailableException">The database is away.</exception>
    public async Task<DateTimeOffset> ReadAsync(CancellationToken cancellationToken) =>
        (await _reads.ReadAsync("select clock_timestamp()", _ => { }, row => row.GetFieldValue<DateTimeOffset>(0), cancellationToken))[0];

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _reads.DisposeAsync();
}
