using WalletGrains.Journal.Bulks;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Journal.Tests.Bulks;

/// <summary>The contract in memory, and its faults.</summary>
public sealed class MemoryBulkStoreTests : BulkStoreContract
{
    protected override IBulkStore Store { get; } = new MemoryBulkStore(time: TimeProvider.System);

    protected override IBulkStore OtherSilo => Store;

    [Fact]
    public async Task A_fault_before_a_write_writes_nothing_and_one_after_it_loses_only_the_answer()
    {
        var (fault, bulk) = (CommitPoint.Before, NewBulk());
        var store = new MemoryBulkStore((point, _) => point == fault ? throw new JournalUnavailableException("away") : Task.CompletedTask);
        await Assert.ThrowsAsync<JournalUnavailableException>(() => store.CreateAsync(bulk, Cancelled));
        Assert.Null(await store.FindAsync(bulk.BulkId, Cancelled));

        fault = CommitPoint.After;
        await Assert.ThrowsAsync<JournalUnavailableException>(() => store.CreateAsync(bulk, Cancelled));
        Assert.NotNull(await store.FindAsync(bulk.BulkId, Cancelled));
    }
}

/// <summary>The contract on PostgreSQL, and what becomes of it without.</summary>
public sealed class PostgresBulkStoreTests(PostgresJournalFixture postgres) : BulkStoreContract, IClassFixture<PostgresJournalFixture>, IAsyncLifetime
{
    private readonly PostgresBulkStore _store = NewStore(postgres);
    private readonly PostgresBulkStore _otherSilo = NewStore(postgres);

    protected override IBulkStore Store => _store;

    protected override IBulkStore OtherSilo => _otherSilo;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _otherSilo.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task While_the_database_is_away_nothing_is_written_and_everything_says_so()
    {
        await using var proxy = TcpProxy.To(postgres.ConnectionString);
        await using var dataSource = Npgsql.NpgsqlDataSource.Create(proxy.ConnectionStringThrough(postgres.ConnectionString));
        await using var store = new PostgresBulkStore(dataSource, new JournalOptions(), TimeProvider.System);
        var bulk = NewBulk();
        await store.CreateAsync(bulk, Cancelled);
        proxy.Refuses = true;
        proxy.CutNow();

        // The first statement may be sent into the connection that is cut, which nobody can know to have been in vain.
        var first = await Record.ExceptionAsync(() => store.CreateAsync(NewBulk(), Cancelled));
        Assert.True(first is JournalUnavailableException or JournalOutcomeUnknownException, first?.ToString());
        await Assert.ThrowsAsync<JournalUnavailableException>(() => store.CreateAsync(NewBulk(), Cancelled));
        await Assert.ThrowsAsync<JournalUnavailableException>(() =>
            store.MoveAsync(new BulkMove(bulk.BulkId, BulkState.Reserving, BulkState.Posting, bulk.UpdatedAt), Cancelled));
        await Assert.ThrowsAsync<JournalUnavailableException>(() => store.FindAsync(bulk.BulkId, Cancelled));
        Assert.Equal(BulkState.Reserving, (await Store.FindAsync(bulk.BulkId, Cancelled))!.State);
    }

    private static PostgresBulkStore NewStore(PostgresJournalFixture postgres) => new(postgres.DataSource, new JournalOptions(), TimeProvider.System);
}
