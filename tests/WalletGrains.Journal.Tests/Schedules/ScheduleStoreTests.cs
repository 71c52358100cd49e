using WalletGrains.Journal.Schedules;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Journal.Tests.Schedules;

/// <summary>The contract in memory.</summary>
public sealed class MemoryScheduleStoreTests : ScheduleStoreContract
{
    protected override IScheduleStore Store { get; } = new MemoryScheduleStore();

    protected override IScheduleStore OtherSilo => Store;
}

/// <summary>The contract on PostgreSQL, and what becomes of it without.</summary>
public sealed class PostgresScheduleStoreTests(PostgresJournalFixture postgres) : ScheduleStoreContract, IClassFixture<PostgresJournalFixture>, IAsyncLifetime
{
    private readonly PostgresScheduleStore _store = NewStore(postgres);
    private readonly PostgresScheduleStore _otherSilo = NewStore(postgres);

    protected override IScheduleStore Store => _store;

    protected override IScheduleStore OtherSilo => _otherSilo;

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
        await using var store = new PostgresScheduleStore(dataSource, new JournalOptions(), TimeProvider.System);
        var schedule = NewSchedule();
        await store.CreateAsync(schedule, 100, Cancelled);
        proxy.Refuses = true;
        proxy.CutNow();

        // The first statement may be sent into the connection that is cut, which nobody can know to have been in vain.
        var first = await Record.ExceptionAsync(() => store.CreateAsync(NewSchedule(), 100, Cancelled));
        Assert.True(first is JournalUnavailableException or JournalOutcomeUnknownException, first?.ToString());
        await Assert.ThrowsAsync<JournalUnavailableException>(() => store.CreateAsync(NewSchedule(), 100, Cancelled));
        await Assert.ThrowsAsync<JournalUnavailableException>(() => store.CancelAsync(schedule.ScheduleId, schedule.CreatedAt, Cancelled));
        await Assert.ThrowsAsync<JournalUnavailableException>(() => store.FindAsync(schedule.ScheduleId, Cancelled));
        Assert.Equal(ScheduleState.Active, (await Store.FindAsync(schedule.ScheduleId, Cancelled))!.State);
    }

    private static PostgresScheduleStore NewStore(PostgresJournalFixture postgres) => new(postgres.DataSource, new JournalOptions(), TimeProvider.System);
}
