using System.Globalization;
using Npgsql;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Api.Tests;

/// <summary>Waits for jobs: the database itself tells of each change, to whoever was listening before the act.</summary>
internal sealed class JobWatch : IAsyncDisposable
{
    private const int Done = 3;
    private const int Dead = 4;

    private readonly NpgsqlConnection _connection;

    private JobWatch(NpgsqlConnection connection) => _connection = connection;

    public static async Task<JobWatch> StartAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        var watch = new JobWatch(connection);
        await watch.ReadAsync("""
            select pg_advisory_lock(11);
            create or replace function tell_of_job() returns trigger language plpgsql as $$ begin perform pg_notify('jobs', ''); return null; end $$;
            create or replace trigger jobs_told after update on jobs for each row execute function tell_of_job();
            select pg_advisory_unlock(11);
            listen jobs;
            """);
        return watch;
    }

    /// <summary>Waits until the job is done.</summary>
    public Task DoneAsync(string kind, string key) => WaitAsync(kind, key, Done, 1);

    /// <summary>Waits until the job is a dead letter.</summary>
    /// <returns>Why it is one.</returns>
    public async Task<string> DeadAsync(string kind, string key)
    {
        await WaitAsync(kind, key, Dead, 1);
        return (string)(await ReadAsync("select last_error from jobs where kind = $1 and key like $2", kind, key))!;
    }

    /// <summary>Waits until so many jobs of a kind are done.</summary>
    public Task AllDoneAsync(string kind, int count) => WaitAsync(kind, "%", Done, count);

    /// <summary>Waits, from one change of a job to the next, until a query says true.</summary>
    public async Task UntilAsync(string sql, params object[] values)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Signal.DefaultLimit * 2);
        while (await ReadAsync(sql, values) is not true)
        {
            try
            {
                await _connection.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                Assert.Fail($"It did not come to be: {sql} Jobs: {await ReadAsync("select string_agg(concat(kind, ' ', key, ' is ', state, ' ', last_error), '; ') from jobs where state <> 3")}");
            }
        }
    }

    /// <summary>A single value of the database.</summary>
    public async Task<object?> ReadAsync(string sql, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    public async Task<long> CountAsync(string sql, params object[] values) =>
        Convert.ToInt64(await ReadAsync(sql, values), CultureInfo.InvariantCulture);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private Task WaitAsync(string kind, string key, int state, int count) =>
        UntilAsync("select count(*) >= $4 from jobs where kind = $1 and key like $2 and state = $3", kind, key, state, count);
}
