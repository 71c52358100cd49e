using Npgsql;
using WalletGrains.Journal.Activity;
using Xunit;

namespace WalletGrains.Journal.Tests.Activity;

/// <summary>What holds followers up is seen from outside, whether they run or not.</summary>
public sealed class ActivityLagsTests(PostgresJournalFixture postgres) : IClassFixture<PostgresJournalFixture>, IAsyncLifetime
{
    private readonly string _consumer = $"test-{Guid.NewGuid():N}";
    private readonly PostgresActivityPositions _positions = new(postgres.DataSource, new JournalOptions(), TimeProvider.System);
    private readonly PostgresActivityLog _log = new(postgres.DataSource, new JournalOptions(), TimeProvider.System);
    private readonly PostgresActivityLags _lags = new(postgres.DataSource, new JournalOptions(), TimeProvider.System);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _lags.DisposeAsync();
        await _log.DisposeAsync();
        await _positions.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_consumer_is_behind_by_the_oldest_entry_that_it_has_not_passed_and_not_at_all_when_it_has_passed_all()
    {
        await WriteAsync(hours: 2);
        await WriteAsync(hours: 1);

        // It has never begun.
        Assert.All(await LagsAsync(), lag => Assert.True(lag.Age >= TimeSpan.FromHours(2)));
        Assert.Equal([0, 1], (await LagsAsync()).Select(lag => lag.Partition));

        var end = await postgres.FindSettledEndAsync(_log);
        await _positions.LoadAsync(_consumer, 0, 2, Cancelled);
        Assert.True(await _positions.MoveAsync(new PositionMove(_consumer, 0, 2, default, end), Cancelled));
        var lags = await LagsAsync();
        Assert.Equal((TimeSpan.Zero, false), (lags[0].Age, lags[0].IsHeldBack));
        Assert.True(lags[1].Age >= TimeSpan.FromHours(2));
        Assert.False(lags[1].IsHeldBack);
    }

    [Fact(Timeout = PostgresJournalFixture.CommandTimeoutSeconds * 1_000)]
    public async Task Who_is_held_back_by_a_transaction_that_stays_open_is_told_by_which()
    {
        await _positions.LoadAsync(_consumer, 0, 2, Cancelled);
        await using var connection = await postgres.DataSource.OpenConnectionAsync(Cancelled);
        await using var transaction = await connection.BeginTransactionAsync(Cancelled);
        await using var begin = new NpgsqlCommand("select txid_current()", connection, transaction);
        var held = (long)(await begin.ExecuteScalarAsync(Cancelled))!;
        await WriteAsync(hours: 3);

        // All that was committed before it is passed, and no more can be.
        for (var partition = 0; partition < 2; partition++)
        {
            Assert.True(await _positions.MoveAsync(new PositionMove(_consumer, partition, 2, default, held), Cancelled));
        }

        Assert.All(await LagsAsync(), lag => Assert.True(lag.IsHeldBack && lag.Age >= TimeSpan.FromHours(3)));
        while ((await _lags.FindHolderAsync(Cancelled))?.ProcessId != connection.ProcessID)
        {
            // Other tests use this server too, and one of theirs is older.
            Cancelled.ThrowIfCancellationRequested();
        }

        await transaction.RollbackAsync(Cancelled);
        Assert.NotEqual(connection.ProcessID, (await _lags.FindHolderAsync(Cancelled))?.ProcessId);
        await postgres.FindSettledEndAsync(_log);
        Assert.All(await LagsAsync(), lag => Assert.False(lag.IsHeldBack));
    }

    private Task WriteAsync(int hours) => postgres.ExecuteAsync(
        $"""
        insert into entries (
            wallet_id, version, entry_id, request_id, fingerprint, type, amount_minor, balance_after_minor, counter_account, created_at, content, hash)
        values (
            gen_random_uuid(), 1, gen_random_uuid(), 'one', '\x00112233445566778899aabbccddeeff', 'FUND', 1, 1, 'external:cash', now() - interval '{hours} hours', '', sha256(''))
        """);

    private Task<IReadOnlyList<ConsumerLag>> LagsAsync() => _lags.ReadAsync([_consumer], 2, Cancelled);
}
