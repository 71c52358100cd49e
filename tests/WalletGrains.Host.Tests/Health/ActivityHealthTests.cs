using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using WalletGrains.Contracts.Activity;
using WalletGrains.Grains.Activity;
using WalletGrains.Host.Health;
using WalletGrains.Journal;
using WalletGrains.Journal.Activity;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Host.Tests.Health;

/// <summary>Ready tells when somebody does not follow, and why.</summary>
public sealed class ActivityHealthTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task Whoever_has_not_passed_what_is_long_committed_is_told_and_whose_transaction_it_is_that_holds_all_back()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync(Cancelled);
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await new Migrations(source, NullLogger<Migrations>.Instance).ApplyAsync(Cancelled);
        await using var lags = new PostgresActivityLags(source, new JournalOptions(), TimeProvider.System);
        await using var positions = new PostgresActivityPositions(source, new JournalOptions(), TimeProvider.System);
        var health = new ActivityHealth(lags, new ActivityOptions { Partitions = 2 });
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(health)).Status);

        await WriteAsync(source, age: TimeSpan.Zero);
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(health)).Status);

        await WriteAsync(source, age: TimeSpan.FromHours(1));
        foreach (var consumer in ActivityLags.Consumers)
        {
            for (var partition = 0; partition < 2; partition++)
            {
                await positions.LoadAsync(consumer, partition, 2, Cancelled);
                if ((consumer, partition) is not ("fraud", 1))
                {
                    await MoveAsync(positions, consumer, partition, await PositionAsync(source, "max(position) + 1"));
                }
            }
        }

        // The first entry is young, the second one is not, and one consumer has passed the first one only.
        await MoveAsync(positions, "fraud", 1, await PositionAsync(source, "max(position)"));
        var late = await CheckAsync(health);
        while (late.Description!.Contains("holds back", StringComparison.Ordinal))
        {
            // Other tests use this server too, and what they keep open holds all back for a moment.
            Cancelled.ThrowIfCancellationRequested();
            late = await CheckAsync(health);
        }

        Assert.Equal(HealthStatus.Degraded, late.Status);
        Assert.Matches("^fraud is 36\\d\\d s behind the journal in partition 1\\.$", late.Description);

        await MoveAsync(positions, "fraud", 1, await PositionAsync(source, "max(position) + 1"));
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(health)).Status);

        await using var connection = await source.OpenConnectionAsync(Cancelled);
        await using var transaction = await connection.BeginTransactionAsync(Cancelled);
        await using var begin = new NpgsqlCommand("select txid_current()", connection, transaction);
        await begin.ExecuteScalarAsync(Cancelled);
        await WriteAsync(source, age: TimeSpan.FromHours(1));
        var held = await CheckAsync(health);
        Assert.Equal(HealthStatus.Degraded, held.Status);
        Assert.Contains(" holds back balance-sync, fraud, relay, statistics: ", held.Description, StringComparison.Ordinal);

        // Theirs may be older.
        while (!held.Description!.Contains($"process {connection.ProcessID} ", StringComparison.Ordinal))
        {
            Cancelled.ThrowIfCancellationRequested();
            held = await CheckAsync(health);
        }
    }

    [Theory]
    [InlineData(null, "tx-1", "The prepared transaction 'tx-1', 75 s old, holds back relay: nothing that was committed since is passed on, for 75 s now.")]
    [InlineData(4711, "psql", "The transaction of PostgreSQL's process 4711 (psql), open for 75 s, holds back relay: nothing that was committed since is passed on, for 75 s now.")]
    [InlineData(null, null, "A transaction that this user of PostgreSQL may not see holds back relay: nothing that was committed since is passed on, for 75 s now.")]
    public void What_holds_followers_back_is_named(int? processId, string? name, string expected)
    {
        var age = TimeSpan.FromSeconds(75);
        Assert.Equal(
            expected,
            ActivityHealth.Describe([new ConsumerLag("relay", 0, age, true), new ConsumerLag("relay", 1, age, true)], name is null ? null : new HorizonHolder(processId, name, age)));
    }

    private static Task<HealthCheckResult> CheckAsync(ActivityHealth health) => health.CheckHealthAsync(new HealthCheckContext(), Cancelled);

    private static async Task MoveAsync(PostgresActivityPositions positions, string consumer, int partition, long to) => Assert.True(await positions.MoveAsync(
        new PositionMove(consumer, partition, 2, await positions.LoadAsync(consumer, partition, 2, Cancelled), to), Cancelled));

    private static async Task<long> PositionAsync(NpgsqlDataSource source, string position)
    {
        await using var command = source.CreateCommand($"select {position} from entries");
        return (long)(await command.ExecuteScalarAsync(Cancelled))!;
    }

    private static async Task WriteAsync(NpgsqlDataSource source, TimeSpan age)
    {
        await using var insert = source.CreateCommand(
            """
            insert into entries (
                wallet_id, version, entry_id, request_id, fingerprint, type, amount_minor, balance_after_minor, counter_account, created_at, content, hash)
            values (gen_random_uuid(), 1, gen_random_uuid(), 'one', '\x00112233445566778899aabbccddeeff', 'FUND', 1, 1, 'external:cash', now() - $1, '', sha256(''))
            """);
        insert.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = age });
        await insert.ExecuteNonQueryAsync(Cancelled);
    }
}
