using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.Schedules;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Journal.Tests.Schedules;

/// <summary>The contract in memory.</summary>
public sealed class MemoryScheduleStoreTests : ScheduleStoreContract
{
    private readonly MemoryJobStore _jobs = new(TimeProvider.System);

    public MemoryScheduleStoreTests() => Store = new MemoryScheduleStore(_jobs);

    protected override IScheduleStore Store { get; }

    protected override IScheduleStore OtherSilo => Store;

    protected override IJobStore Jobs => _jobs;
}

/// <summary>The contract on PostgreSQL, and what becomes of it without.</summary>
public sealed class PostgresScheduleStoreTests(PostgresJournalFixture postgres) : ScheduleStoreContract, IClassFixture<PostgresJournalFixture>, IAsyncLifetime
{
    private readonly PostgresScheduleStore _store = NewStore(postgres);
    private readonly PostgresScheduleStore _otherSilo = NewStore(postgres);
    private readonly PostgresJobStore _jobs = new(postgres.DataSource, new JournalOptions(), TimeProvider.System);

    protected override IScheduleStore Store => _store;

    protected override IScheduleStore OtherSilo => _otherSilo;

    protected override IJobStore Jobs => _jobs;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _otherSilo.DisposeAsync();
        await _jobs.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task While_the_database_is_away_nothing_is_written_and_everything_says_so()
    {
        await using var proxy = TcpProxy.To(postgres.ConnectionString);
        await using var dataSource = Npgsql.NpgsqlDataSource.Create(proxy.ConnectionStringThrough(postgres.ConnectionString));
        await using var store = new PostgresScheduleStore(dataSource, new JournalOptions(), TimeProvider.System);
        var schedule = NewSchedule();
        await CreateAsync(store, schedule, 100);
        proxy.Refuses = true;
        proxy.CutNow();

        // The first statement may be sent into the connection that is cut, which nobody can know to have been in vain.
        var first = await Record.ExceptionAsync(() => CreateAsync(store, NewSchedule(), 100));
        Assert.True(first is JournalUnavailableException or JournalOutcomeUnknownException, first?.ToString());
        await Assert.ThrowsAsync<JournalUnavailableException>(() => CreateAsync(store, NewSchedule(), 100));
        await Assert.ThrowsAsync<JournalUnavailableException>(() => store.CancelAsync(schedule.ScheduleId, schedule.CreatedAt, Cancelled));
        await Assert.ThrowsAsync<JournalUnavailableException>(() => store.FindAsync(schedule.ScheduleId, Cancelled));
        Assert.Equal(ScheduleState.Active, (await Store.FindAsync(schedule.ScheduleId, Cancelled))!.State);
    }

    [Fact]
    public async Task The_look_for_schedules_without_a_job_reads_those_that_are_soon_due_and_not_the_others()
    {
        await using var own = new PostgresJournalFixture();
        await own.InitializeAsync();
        await own.ExecuteAsync("""
            insert into schedules (schedule_id, wallet_id, to_wallet_id, amount_minor, currency, start_at, request_id, fingerprint, state, next_at, created_at, updated_at)
            select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 1, 'NGN', now(), i::text, decode(repeat('00', 16), 'hex'), 1,
                now() + case when i % 1000 = 0 then interval '-1 day' else interval '1 day' end, now(), now()
            from generate_series(1, 20000) i
            """);
        await own.ExecuteAsync("vacuum analyze schedules");
        await own.ExecuteAsync("select pg_stat_reset()");
        await using var dataSource = Npgsql.NpgsqlDataSource.Create(own.ConnectionString + ";Application Name=looking");
        await using (var store = new PostgresScheduleStore(dataSource, new JournalOptions(), TimeProvider.System))
        {
            Assert.Equal(20, (await store.ReadWithoutJobAsync("schedule", TimeSpan.FromMinutes(2), 100, Cancelled)).Count);
        }

        // A backend reports its counters when it ends; this waits until it has.
        Assert.True(await own.ScalarAsync<bool>(
            "select bool_and(pg_terminate_backend(pid, 30000)) from pg_stat_activity where datname = current_database() and application_name = 'looking'"));
        Assert.Equal(0, await own.ScalarAsync<long>("select seq_tup_read from pg_stat_user_tables where relname = 'schedules'"));
        Assert.InRange(await own.ScalarAsync<long>("select idx_tup_read from pg_stat_user_indexes where indexrelname = 'schedules_due'"), 20, 100);
    }

    private static PostgresScheduleStore NewStore(PostgresJournalFixture postgres) => new(postgres.DataSource, new JournalOptions(), TimeProvider.System);
}
