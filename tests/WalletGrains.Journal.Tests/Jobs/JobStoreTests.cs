using Npgsql;
using WalletGrains.Journal.Jobs;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Journal.Tests.Jobs;

/// <summary>The contract in memory, and its faults.</summary>
public sealed class MemoryJobStoreTests : JobStoreContract
{
    protected override IJobStore Store { get; } = new MemoryJobStore(TimeProvider.System);

    protected override IJobStore OtherSilo => Store;

    [Fact]
    public async Task A_fault_before_a_write_writes_nothing_and_one_after_it_loses_only_the_answer()
    {
        var (fault, job) = (CommitPoint.Before, NewJob("job"));
        var store = new MemoryJobStore(TimeProvider.System, (point, _) => point == fault ? throw new JournalUnavailableException("away") : Task.CompletedTask);
        await Assert.ThrowsAsync<JournalUnavailableException>(() => store.EnqueueAsync(job, Cancelled));
        Assert.Null(await store.FindAsync(job.JobId, Cancelled));

        fault = CommitPoint.After;
        await Assert.ThrowsAsync<JournalUnavailableException>(() => store.EnqueueAsync(job, Cancelled));
        Assert.NotNull(await store.FindAsync(job.JobId, Cancelled));
    }

    [Fact]
    public async Task The_bucket_fills_as_time_passes_and_not_above_its_burst()
    {
        var time = new ManualTimeProvider();
        var store = new MemoryJobStore(time);
        for (var i = 0; i < 20; i++)
        {
            await store.EnqueueAsync(NewJob($"{i}"), Cancelled);
        }

        Assert.Equal(4, await BeginAsync());
        Assert.Equal(0, await BeginAsync());
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, await BeginAsync());
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(4, await BeginAsync());

        async Task<int> BeginAsync() => (await store.ClaimAsync(Claim() with { Rate = new JobRate(2, 4) }, Cancelled)).Count;
    }
}

/// <summary>The contract on PostgreSQL, in the transactions of others, and how it finds what it looks for.</summary>
public sealed class PostgresJobStoreTests(PostgresJournalFixture postgres) : JobStoreContract, IClassFixture<PostgresJournalFixture>, IAsyncLifetime
{
    private readonly PostgresJobStore _store = NewStore(postgres.DataSource);
    private readonly PostgresJobStore _otherSilo = NewStore(postgres.DataSource);

    protected override IJobStore Store => _store;

    protected override IJobStore OtherSilo => _otherSilo;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _otherSilo.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_job_that_is_enqueued_in_the_transaction_of_another_is_there_exactly_when_that_is_committed(bool commits)
    {
        var job = NewJob("job");
        await using var connection = await postgres.DataSource.OpenConnectionAsync(Cancelled);
        await using var transaction = await connection.BeginTransactionAsync(Cancelled);
        await using (var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { JobStatement.Enqueue(job), JobStatement.Enqueue(NewJob("other")) } })
        {
            await batch.ExecuteNonQueryAsync(Cancelled);
        }

        Assert.Empty(await Store.ClaimAsync(Claim(), Cancelled));
        await (commits ? transaction.CommitAsync(Cancelled) : transaction.RollbackAsync(Cancelled));
        Assert.Equal(commits ? 2 : 0, (await Store.ClaimAsync(Claim(), Cancelled)).Count);
    }

    [Fact]
    public async Task A_job_that_somebody_has_locked_is_skipped_and_the_others_are_claimed()
    {
        foreach (var key in (string[])["a", "b", "c"])
        {
            await Store.EnqueueAsync(NewJob(key), Cancelled);
        }

        await using var connection = await postgres.DataSource.OpenConnectionAsync(Cancelled);
        await using var transaction = await connection.BeginTransactionAsync(Cancelled);
        await using (var lockOne = new NpgsqlCommand("select 1 from jobs where kind = $1 and key = 'b' for update", connection, transaction) { Parameters = { new() { Value = Kind } } })
        {
            await lockOne.ExecuteNonQueryAsync(Cancelled);
        }

        Assert.Equal(["a", "c"], (await Store.ClaimAsync(Claim(), Cancelled)).Select(job => job.Key).Order());
        await transaction.RollbackAsync(Cancelled);
        Assert.Equal("b", Assert.Single(await Store.ClaimAsync(Claim(), Cancelled)).Key);
    }

    [Fact]
    public async Task While_the_database_is_away_nothing_is_written_and_everything_says_so()
    {
        await using var proxy = TcpProxy.To(postgres.ConnectionString);
        await using var dataSource = NpgsqlDataSource.Create(proxy.ConnectionStringThrough(postgres.ConnectionString));
        await using var store = NewStore(dataSource);
        await store.EnqueueAsync(NewJob("job"), Cancelled);
        proxy.Refuses = true;
        proxy.CutNow();

        // The first statement may be sent into the connection that is cut, which nobody can know to have been in vain.
        var first = await Record.ExceptionAsync(() => store.EnqueueAsync(NewJob("other"), Cancelled));
        Assert.True(first is JournalUnavailableException or JournalOutcomeUnknownException, first?.ToString());
        await Assert.ThrowsAsync<JournalUnavailableException>(() => store.ClaimAsync(Claim(), Cancelled));
        await Assert.ThrowsAsync<JournalUnavailableException>(() => store.FindNextDueAsync(Kind, Cancelled));
        Assert.Single(await Store.ClaimAsync(Claim(), Cancelled));
    }

    [Fact]
    public async Task A_claim_looks_at_what_is_due_and_not_at_what_waits_or_is_over()
    {
        await using var own = new PostgresJournalFixture();
        await own.InitializeAsync();
        await using var dataSource = NpgsqlDataSource.Create(own.ConnectionString + ";Application Name=claiming");
        await using (var store = NewStore(dataSource))
        {
            await own.ExecuteAsync("""
                insert into jobs (job_id, kind, key, lane, payload, state, due_at, attempts, created_at, updated_at)
                select gen_random_uuid(), 'many', i::text, i % 2, '', case when i % 3 = 0 then 3 else 1 end, now() + interval '1 day', 0, now(), now()
                from generate_series(1, 20000) i
                """);
            await own.ExecuteAsync("vacuum analyze jobs");
            await own.ExecuteAsync("select pg_stat_reset()");
            var claim = Claim() with { Kind = "many" };
            for (var i = 0; i < 5; i++)
            {
                await store.EnqueueAsync(NewJob($"due {i}") with { Kind = "many", Lane = (JobLane)(i % 2) }, Cancelled);
                Assert.Single(await store.ClaimAsync(claim, Cancelled));
                await store.FindNextDueAsync("many", Cancelled);
            }
        }

        // A backend reports its counters when it ends; this waits until it has.
        Assert.True(await own.ScalarAsync<bool>(
            "select bool_and(pg_terminate_backend(pid, 30000)) from pg_stat_activity where datname = current_database() and application_name = 'claiming'"));
        Assert.Equal(0, await own.ScalarAsync<long>("select seq_tup_read from pg_stat_user_tables where relname = 'jobs'"));
        Assert.InRange(await own.ScalarAsync<long>("select sum(idx_tup_read)::bigint from pg_stat_user_indexes where relname = 'jobs'"), 5, 300);
        Assert.InRange(await own.ScalarAsync<long>("select idx_scan from pg_stat_user_indexes where indexrelname = 'jobs_due'"), 10, 100);
    }

    private static PostgresJobStore NewStore(NpgsqlDataSource dataSource) => new(dataSource, new JournalOptions(), TimeProvider.System);
}
