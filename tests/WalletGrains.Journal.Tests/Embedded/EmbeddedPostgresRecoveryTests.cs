using System.Globalization;
using Npgsql;
using WalletGrains.Journal.Embedded;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Journal.Tests.Embedded;

/// <summary>Servers and hosts that die, and what the next start makes of it.</summary>
public sealed class EmbeddedPostgresRecoveryTests
{
    private const int Limit = 120_000;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = Limit)]
    public async Task A_killed_server_comes_back_by_itself_with_every_acknowledged_commit()
    {
        const int writers = 8, acknowledgedBeforeTheKill = 200;
        await using var folder = TestFolders.Create("killed");
        await using var postgres = ServerUnderTest.On(folder);
        var server = await postgres.StartOrSkipAsync(Cancelled);
        await ServerUnderTest.QueryAsync(server.ConnectionString, "create table t (x bigint primary key)", Cancelled);
        var first = postgres.ServerProcessId!.Value;

        var enough = new Signal($"{acknowledgedBeforeTheKill} commits were acknowledged");
        var acknowledged = Enumerable.Range(0, writers)
            .Select(writer => WriteUntilItDiesAsync(server.ConnectionString, writer * 1_000_000L, acknowledgedBeforeTheKill / writers, enough))
            .ToArray();
        await enough.WaitAsync(cancellationToken: Cancelled);
        var noticed = postgres.WaitUntilAsync(EmbeddedPostgresState.Restarting, Cancelled);
        ServerUnderTest.Kill(first);
        await noticed;
        await postgres.WaitUntilRunningAsync(Cancelled);

        Assert.NotEqual(first, postgres.ServerProcessId);
        var expected = (await Task.WhenAll(acknowledged)).SelectMany(x => x).ToHashSet();
        Assert.True(expected.Count >= acknowledgedBeforeTheKill / writers);
        Assert.Empty(expected.Except(await ReadAllAsync(server.ConnectionString)));
    }

    [Fact(Timeout = Limit)]
    public async Task A_server_that_is_killed_again_and_again_comes_back_each_time()
    {
        await using var folder = TestFolders.Create("again");
        await using var postgres = ServerUnderTest.On(folder);
        var server = await postgres.StartOrSkipAsync(Cancelled);

        for (var i = 0; i < 3; i++)
        {
            var noticed = postgres.WaitUntilAsync(EmbeddedPostgresState.Restarting, Cancelled);
            ServerUnderTest.Kill(postgres.ServerProcessId!.Value);
            await noticed;
            await postgres.WaitUntilRunningAsync(Cancelled);
        }

        Assert.Equal(1, await ServerUnderTest.QueryAsync(server.ConnectionString, "select 1", Cancelled));
    }

    [Fact(Timeout = Limit)]
    public async Task A_busy_process_of_a_dead_server_does_not_keep_the_new_one_from_starting()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only /proc tells whose process it is.");
        await using var folder = TestFolders.Create("busy");
        await using var postgres = ServerUnderTest.On(folder);
        var server = await postgres.StartOrSkipAsync(Cancelled);
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync(Cancelled);
        // It computes for minutes without a look around, holding the dead server's shared memory.
        await using var busy = new NpgsqlCommand("select count(*) from generate_series(1, 100000) a, generate_series(1, 100000) b", connection) { CommandTimeout = 0 };
        var computing = busy.ExecuteScalarAsync(CancellationToken.None);

        var noticed = postgres.WaitUntilAsync(EmbeddedPostgresState.Restarting, Cancelled);
        ServerUnderTest.Kill(postgres.ServerProcessId!.Value);
        await noticed;
        await postgres.WaitUntilRunningAsync(Cancelled);

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => computing);
        Assert.Equal(1, await ServerUnderTest.QueryAsync(server.ConnectionString, "select 1", Cancelled));
    }

    [Fact(Timeout = Limit)]
    public async Task The_server_of_a_killed_host_is_stopped_by_the_next_host_which_finds_what_was_acknowledged()
    {
        await using var folder = TestFolders.Create("orphan");
        await using var probe = ServerUnderTest.On(folder);
        await probe.StartOrSkipAsync(Cancelled);
        await probe.StopAsync();

        var host = await KilledHost.StartAsync(folder.Path, Cancelled);
        await ServerUnderTest.QueryAsync(host.ConnectionString, "create table t as select 42 as x", Cancelled);
        await host.KillAsync(Cancelled);
        Assert.True(ServerUnderTest.IsAlive(host.ServerProcessId), "The server must outlive its host for this test to mean anything.");

        await using var next = ServerUnderTest.On(folder);
        var server = await next.StartAsync(Cancelled);

        Assert.False(ServerUnderTest.IsAlive(host.ServerProcessId));
        Assert.NotEqual(host.ServerProcessId, next.ServerProcessId);
        Assert.Equal(42, await ServerUnderTest.QueryAsync(server.ConnectionString, "select x from t", Cancelled));
        Assert.False(Directory.Exists(new NpgsqlConnectionStringBuilder(host.ConnectionString).Host), "The dead host's socket folder is removed.");
    }

    [Fact(Timeout = Limit)]
    public async Task A_pid_file_that_names_some_other_process_is_ignored()
    {
        await using var folder = TestFolders.Create("stale");
        await using var first = ServerUnderTest.On(folder);
        var server = await first.StartOrSkipAsync(Cancelled);
        await first.StopAsync();
        // What a container finds after a crash: the id belongs to somebody else by now. Here to this very process.
        var pidFile = Path.Combine(server.DataFolder, "cluster", "postmaster.pid");
        await File.WriteAllTextAsync(pidFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n", Cancelled);

        await using var second = ServerUnderTest.On(folder);
        var again = await second.StartAsync(Cancelled);

        Assert.Equal(1, await ServerUnderTest.QueryAsync(again.ConnectionString, "select 1", Cancelled));
    }

    [Fact(Timeout = Limit)]
    public async Task What_an_interrupted_initdb_left_is_thrown_away_and_done_again()
    {
        await using var folder = TestFolders.Create("initdb");
        var unfinished = Path.Combine(folder.Path, "cluster.unfinished-0123");
        Directory.CreateDirectory(Path.Combine(unfinished, "base"));
        await File.WriteAllTextAsync(Path.Combine(unfinished, "PG_VERSION"), "15\n", Cancelled);
        await File.WriteAllTextAsync(unfinished + ".password", "secret", Cancelled);

        await using var postgres = ServerUnderTest.On(folder);
        var server = await postgres.StartOrSkipAsync(Cancelled);

        Assert.Empty(Directory.EnumerateFileSystemEntries(server.DataFolder, "cluster.unfinished-*"));
        Assert.Equal(1, await ServerUnderTest.QueryAsync(server.ConnectionString, "select 1", Cancelled));
    }

    private static async Task<List<long>> WriteUntilItDiesAsync(string connectionString, long from, int enoughCount, Signal enough)
    {
        var acknowledged = new List<long>();
        try
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(Cancelled);
            await using var insert = new NpgsqlCommand("insert into t values ($1)", connection) { Parameters = { new NpgsqlParameter<long>() } };
            for (var x = from; ; x++)
            {
                ((NpgsqlParameter<long>)insert.Parameters[0]).TypedValue = x;
                await insert.ExecuteNonQueryAsync(Cancelled);
                acknowledged.Add(x);
                if (acknowledged.Count == enoughCount) enough.Raise();
            }
        }
        catch (NpgsqlException)
        {
            return acknowledged; // The server was killed under it.
        }
    }

    private static async Task<HashSet<long>> ReadAllAsync(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = source.CreateCommand("select x from t");
        await using var reader = await command.ExecuteReaderAsync(Cancelled);
        var all = new HashSet<long>();
        while (await reader.ReadAsync(Cancelled)) all.Add(reader.GetInt64(0));
        return all;
    }
}
