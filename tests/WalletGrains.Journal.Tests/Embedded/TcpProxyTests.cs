using System.Diagnostics;
using Npgsql;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Journal.Tests.Embedded;

/// <summary>The fault proxy does to a connection what it says, and nothing else; other tests build on that.</summary>
public sealed class TcpProxyTests
{
    private const int Limit = 120_000;
    private const string Insert = "insert into t values (1)";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = Limit)]
    public async Task Everything_passes_until_a_fault_is_armed()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync(Cancelled);
        await using var proxy = TcpProxy.To(database.ConnectionString);

        // A megabyte there and back: many pieces of data in both directions.
        var text = new string('x', 1_000_000);
        Assert.Equal(text, await ExecuteAsync(proxy, database, $"select '{text}'"));
    }

    [Fact(Timeout = Limit)]
    public async Task A_statement_cut_before_it_arrives_is_not_executed()
    {
        await using var database = await TableAsync();
        await using var proxy = TcpProxy.To(database.ConnectionString);
        var cut = proxy.CutBefore("insert into t");

        await Assert.ThrowsAsync<NpgsqlException>(() => ExecuteAsync(proxy, database, Insert));

        await cut.WaitAsync(cancellationToken: Cancelled);
        Assert.Equal(0L, await ExecuteAsync(proxy, database, "select count(*) from t"));
    }

    [Fact(Timeout = Limit)]
    public async Task A_statement_whose_answer_is_lost_is_executed_all_the_same()
    {
        await using var database = await TableAsync();
        await using var proxy = TcpProxy.To(database.ConnectionString);
        var lost = proxy.CutAfterAnswerTo("insert into t");

        await Assert.ThrowsAsync<NpgsqlException>(() => ExecuteAsync(proxy, database, Insert));

        await lost.WaitAsync(cancellationToken: Cancelled);
        Assert.Equal(1L, await ExecuteAsync(proxy, database, "select count(*) from t"));
    }

    [Fact(Timeout = Limit)]
    public async Task A_silenced_connection_stays_open_until_it_is_cut()
    {
        await using var database = await TableAsync();
        await using var proxy = TcpProxy.To(database.ConnectionString);
        var silent = proxy.SilenceAfter("insert into t");

        var waiting = ExecuteAsync(proxy, database, Insert);
        await silent.WaitAsync(cancellationToken: Cancelled);

        Assert.False(waiting.IsCompleted);
        Assert.Equal(1, proxy.Connections);
        proxy.CutNow();
        await Assert.ThrowsAsync<NpgsqlException>(() => waiting);
    }

    [Fact(Timeout = Limit)]
    public async Task A_held_statement_arrives_when_it_is_released()
    {
        await using var database = await TableAsync();
        await using var proxy = TcpProxy.To(database.ConnectionString);
        var held = proxy.HoldFrom("insert into t");

        var waiting = ExecuteAsync(proxy, database, Insert);
        await held.Struck.WaitAsync(cancellationToken: Cancelled);
        Assert.Equal(0L, await ExecuteAsync(proxy, database, "select count(*) from t"));

        held.Release();
        await waiting;
        Assert.Equal(1L, await ExecuteAsync(proxy, database, "select count(*) from t"));
    }

    [Fact(Timeout = Limit)]
    public async Task A_fault_strikes_once_and_only_at_its_marker()
    {
        await using var database = await TableAsync();
        await using var proxy = TcpProxy.To(database.ConnectionString);
        var cut = proxy.CutBefore("insert into t");

        await ExecuteAsync(proxy, database, "select 1");
        Assert.False(cut.IsRaised);
        await Assert.ThrowsAsync<NpgsqlException>(() => ExecuteAsync(proxy, database, Insert));
        await ExecuteAsync(proxy, database, Insert);
    }

    [Fact(Timeout = Limit)]
    public async Task A_refusing_proxy_lets_nobody_in_until_it_no_longer_refuses()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync(Cancelled);
        await using var proxy = TcpProxy.To(database.ConnectionString);

        proxy.Refuses = true;
        await Assert.ThrowsAsync<NpgsqlException>(() => ExecuteAsync(proxy, database, "select 1"));
        proxy.Refuses = false;
        Assert.Equal(1, await ExecuteAsync(proxy, database, "select 1"));
    }

    [Fact(Timeout = Limit)]
    public async Task A_delay_holds_every_piece_in_both_directions()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync(Cancelled);
        await using var proxy = TcpProxy.To(database.ConnectionString);
        proxy.Delay = TimeSpan.FromMilliseconds(50);
        var begin = Stopwatch.GetTimestamp();

        await ExecuteAsync(proxy, database, "select 1");

        // At least the startup and the query, each there and back.
        Assert.True(Stopwatch.GetElapsedTime(begin) >= TimeSpan.FromMilliseconds(4 * 50 - 20));
    }

    private static async Task<TestDatabase> TableAsync()
    {
        var database = await TestPostgres.CreateDatabaseAsync(Cancelled);
        await ServerUnderTest.QueryAsync(database.ConnectionString, "create table t (x int)", Cancelled);
        return database;
    }

    private static Task<object?> ExecuteAsync(TcpProxy proxy, TestDatabase database, string sql) =>
        ServerUnderTest.QueryAsync(proxy.ConnectionStringThrough(database.ConnectionString), sql, Cancelled);
}
