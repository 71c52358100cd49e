using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.Statistics;
using Xunit;

namespace WalletGrains.Journal.Tests.Statistics;

/// <summary>What every store of statistics and positions promises.</summary>
public abstract class StatisticsStoreContract
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    protected abstract IActivityPositions Positions { get; }

    protected abstract IStatisticsStore Store { get; }

    protected abstract IJobStore Jobs { get; }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_consumer_begins_at_the_beginning_and_goes_on_where_it_stood()
    {
        var consumer = NewConsumer();
        Assert.Equal(0, (await Positions.LoadAsync(consumer, 1, 2, Cancelled)).Position);
        Assert.True(await Positions.MoveAsync(new PositionMove(consumer, 1, 2, new(0, 0), 17), Cancelled));
        Assert.Equal(17, (await Positions.LoadAsync(consumer, 1, 2, Cancelled)).Position);
        Assert.Equal(0, (await Positions.LoadAsync(consumer, 0, 2, Cancelled)).Position);
    }

    [Fact]
    public async Task Of_two_that_move_from_one_position_one_succeeds()
    {
        var consumer = NewConsumer();
        await Positions.LoadAsync(consumer, 0, 1, Cancelled);
        var moves = await Task.WhenAll(Enumerable.Range(1, 8).Select(i => Positions.MoveAsync(new PositionMove(consumer, 0, 1, new(0, 0), i), Cancelled)));
        Assert.Single(moves, moved => moved);
        Assert.False(await Positions.MoveAsync(new PositionMove(consumer, 0, 1, new(0, 0), 99), Cancelled));
    }

    [Fact]
    public async Task With_another_number_of_partitions_all_begin_from_the_lowest_of_the_old_positions()
    {
        var consumer = NewConsumer();
        await Positions.LoadAsync(consumer, 0, 2, Cancelled);
        Assert.True(await Positions.MoveAsync(new PositionMove(consumer, 0, 2, new(0, 0), 40), Cancelled));
        Assert.True(await Positions.MoveAsync(new PositionMove(consumer, 1, 2, new(0, 0), 30), Cancelled));
        var loaded = await Task.WhenAll(Enumerable.Range(0, 3).Select(partition => Positions.LoadAsync(consumer, partition, 3, Cancelled)));
        Assert.Equal([30, 30, 30], loaded.Select(place => place.Position));

        // What is left of the old ones is fenced out.
        Assert.False(await Positions.MoveAsync(new PositionMove(consumer, 1, 2, new(30, 0), 50), Cancelled));

        // Also when their number comes back.
        var again = await Positions.LoadAsync(consumer, 1, 2, Cancelled);
        Assert.Equal(30, again.Position);
        Assert.False(await Positions.MoveAsync(new PositionMove(consumer, 1, 2, new(30, 0), 50), Cancelled));
        Assert.True(await Positions.MoveAsync(new PositionMove(consumer, 1, 2, again, 50), Cancelled));
    }

    [Fact]
    public async Task Rows_are_written_with_the_move_or_not_at_all()
    {
        var consumer = NewConsumer();
        await Positions.LoadAsync(consumer, 0, 1, Cancelled);
        var (one, other) = (NewRow(3), NewRow(5) with { LastActivityAt = null, DepositedMinor = 20_000m * 1_000_000_000_000_000m });
        Assert.True(await Store.WriteAsync(new PositionMove(consumer, 0, 1, new(0, 0), 10), [one, other], [], Cancelled));
        Assert.Equal(new[] { one, other }.ToHashSet(), (await Store.FindAsync([one.WalletId, other.WalletId, Guid.NewGuid()], Cancelled)).ToHashSet());

        Assert.False(await Store.WriteAsync(new PositionMove(consumer, 0, 1, new(0, 0), 20), [one with { Version = 9 }], [], Cancelled));
        Assert.Equal(one, Assert.Single(await Store.FindAsync([one.WalletId], Cancelled)));
        Assert.Equal(10, (await Positions.LoadAsync(consumer, 0, 1, Cancelled)).Position);

        Assert.True(await Store.WriteAsync(new PositionMove(consumer, 0, 1, new(10, 0), 20), [], [], Cancelled));
        Assert.Equal(20, (await Positions.LoadAsync(consumer, 0, 1, Cancelled)).Position);
    }

    [Fact]
    public async Task Jobs_of_skipped_events_are_written_with_the_move_or_not_at_all_and_once_for_a_key()
    {
        var consumer = NewConsumer();
        await Positions.LoadAsync(consumer, 0, 1, Cancelled);
        NewJob[] jobs = [NewJob($"{consumer}/1"), NewJob($"{consumer}/2")];
        Assert.False(await Store.WriteAsync(new PositionMove(consumer, 0, 1, new(5, 0), 10), [], jobs, Cancelled));
        Assert.Null(await Jobs.FindAsync(jobs[0].JobId, Cancelled));
        Assert.True(await Store.WriteAsync(new PositionMove(consumer, 0, 1, new(0, 0), 10), [], jobs, Cancelled));
        Assert.True(await Store.WriteAsync(new PositionMove(consumer, 0, 1, new(10, 0), 11), [], [NewJob($"{consumer}/1")], Cancelled));
        foreach (var job in jobs)
        {
            Assert.Equal((job.Key, JobState.Queued), (await Jobs.FindAsync(job.JobId, Cancelled)) is { } row ? (row.Key, row.State) : default);
        }

        Assert.Equal(2, (await Jobs.ReadAsync(new JobQuery("event", null, null, 100), Cancelled)).Count(row => row.Key.StartsWith(consumer, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_row_of_a_later_version_stays()
    {
        var consumer = NewConsumer();
        await Positions.LoadAsync(consumer, 0, 1, Cancelled);
        var row = NewRow(7);
        Assert.True(await Store.AddAsync(row, Cancelled));
        Assert.True(await Store.WriteAsync(new PositionMove(consumer, 0, 1, new(0, 0), 10), [row with { Version = 6, TransactionCount = 1 }], [], Cancelled));
        Assert.Equal(row, Assert.Single(await Store.FindAsync([row.WalletId], Cancelled)));
    }

    [Fact]
    public async Task A_row_is_added_once_and_corrected_only_at_its_version()
    {
        var (consumer, row) = (NewConsumer(), NewRow(7));
        Assert.False(await Store.CorrectAsync(consumer, row, Cancelled));
        Assert.True(await Store.AddAsync(row, Cancelled));
        Assert.False(await Store.AddAsync(row with { DepositedMinor = 1 }, Cancelled));
        Assert.False(await Store.CorrectAsync(consumer, row with { DepositedMinor = 1, Version = 6 }, Cancelled));
        Assert.Equal(row, Assert.Single(await Store.FindAsync([row.WalletId], Cancelled)));
        var corrected = row with { DepositedMinor = 1, WithdrawnMinor = 2, TransferredInMinor = 3, TransferredOutMinor = 4, LastActivityAt = null };
        Assert.True(await Store.CorrectAsync(consumer, corrected, Cancelled));
        Assert.Equal(corrected, Assert.Single(await Store.FindAsync([row.WalletId], Cancelled)));
    }

    [Fact]
    public async Task A_correction_is_counted_where_the_consumer_of_its_partition_stands_and_nowhere_else()
    {
        var (consumer, other, row) = (NewConsumer(), NewConsumer(), NewRow(7));
        var partition = ActivityQuery.PartitionOf(row.WalletId, 2);
        foreach (var (name, each) in new[] { (consumer, 0), (consumer, 1), (other, partition) })
        {
            await Positions.LoadAsync(name, each, 2, Cancelled);
            Assert.True(await Positions.MoveAsync(new PositionMove(name, each, 2, new(0, 0), 10), Cancelled));
        }

        Assert.True(await Store.AddAsync(row, Cancelled));
        Assert.False(await Store.CorrectAsync(consumer, row with { Version = 6 }, Cancelled));
        Assert.Equal(10, (await Positions.LoadAsync(consumer, partition, 2, Cancelled)).Position);
        Assert.True(await Store.CorrectAsync(consumer, row with { DepositedMinor = 1 }, Cancelled));

        // What was counted on from the old row cannot be written any more.
        Assert.False(await Store.WriteAsync(new PositionMove(consumer, partition, 2, new(10, 0), 20), [row with { Version = 9 }], [], Cancelled));
        Assert.Equal(1, Assert.Single(await Store.FindAsync([row.WalletId], Cancelled)).DepositedMinor);
        Assert.Equal(new ConsumerPlace(10, 1), await Positions.LoadAsync(consumer, partition, 2, Cancelled));
        Assert.Equal(new ConsumerPlace(10, 0), await Positions.LoadAsync(consumer, 1 - partition, 2, Cancelled));
        Assert.Equal(new ConsumerPlace(10, 0), await Positions.LoadAsync(other, partition, 2, Cancelled));
    }

    [Fact]
    public async Task What_was_counted_before_a_correction_is_not_written_after_another_activation_has_come_to_the_same_position()
    {
        var (consumer, row) = (NewConsumer(), NewRow(7));
        Assert.True(await Store.AddAsync(row, Cancelled));
        var slow = await Positions.LoadAsync(consumer, 0, 1, Cancelled);
        Assert.True(await Store.CorrectAsync(consumer, row with { DepositedMinor = 1 }, Cancelled));
        var quick = await Positions.LoadAsync(consumer, 0, 1, Cancelled);
        Assert.True(await Store.WriteAsync(new PositionMove(consumer, 0, 1, quick, slow.Position), [], [], Cancelled));
        Assert.False(await Store.WriteAsync(new PositionMove(consumer, 0, 1, slow, 20), [row with { Version = 9 }], [], Cancelled));
        Assert.Equal(1, Assert.Single(await Store.FindAsync([row.WalletId], Cancelled)).DepositedMinor);
        Assert.True(await Store.WriteAsync(new PositionMove(consumer, 0, 1, quick, 20), [row with { Version = 9, DepositedMinor = 3 }], [], Cancelled));
        Assert.Equal((9, 3m), Assert.Single(await Store.FindAsync([row.WalletId], Cancelled)) is var written ? (written.Version, written.DepositedMinor) : default);
    }

    [Fact]
    public async Task Corrections_and_writes_at_once_wait_for_one_another_and_both_come_to_their_end()
    {
        var (consumer, row) = (NewConsumer(), NewRow(1));
        await Positions.LoadAsync(consumer, 0, 1, Cancelled);
        Assert.True(await Store.AddAsync(row, Cancelled));
        await Task.WhenAll(
            Task.Run(async () =>
            {
                for (var version = 2; version < 100; version++)
                {
                    var place = await Positions.LoadAsync(consumer, 0, 1, Cancelled);
                    await Store.WriteAsync(new PositionMove(consumer, 0, 1, place, place.Position + 5), [row with { Version = version }], [], Cancelled);
                }
            }, Cancelled),
            Task.Run(async () =>
            {
                for (var i = 0; i < 100; i++)
                {
                    await Store.CorrectAsync(consumer, Assert.Single(await Store.FindAsync([row.WalletId], Cancelled)), Cancelled);
                }
            }, Cancelled));
    }

    private static string NewConsumer() => $"test-{Guid.NewGuid():N}";

    private static NewJob NewJob(string key) => new(Guid.CreateVersion7(), "event", key, ReadOnlyMemory<byte>.Empty);

    private static StatisticsRow NewRow(long version) => new(Guid.NewGuid(), version, 100, 20, 3, 4, version, At);
}

/// <summary>The contract in memory.</summary>
public sealed class MemoryStatisticsStoreTests : StatisticsStoreContract
{
    private readonly MemoryActivityPositions _positions = new();
    private readonly MemoryJobStore _jobs = new(TimeProvider.System);

    public MemoryStatisticsStoreTests() => (Store, Jobs) = (new MemoryStatisticsStore(_positions, _jobs), _jobs);

    protected override IActivityPositions Positions => _positions;

    protected override IStatisticsStore Store { get; }

    protected override IJobStore Jobs { get; }
}

/// <summary>The contract on PostgreSQL.</summary>
public sealed class PostgresStatisticsStoreTests(PostgresJournalFixture postgres) : StatisticsStoreContract, IClassFixture<PostgresJournalFixture>, IAsyncLifetime
{
    private readonly PostgresActivityPositions _positions = new(postgres.DataSource, new JournalOptions(), TimeProvider.System);
    private readonly PostgresStatisticsStore _store = new(postgres.DataSource, new JournalOptions(), TimeProvider.System);
    private readonly PostgresJobStore _jobs = new(postgres.DataSource, new JournalOptions(), TimeProvider.System);

    protected override IActivityPositions Positions => _positions;

    protected override IStatisticsStore Store => _store;

    protected override IJobStore Jobs => _jobs;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _jobs.DisposeAsync();
        await _store.DisposeAsync();
        await _positions.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
