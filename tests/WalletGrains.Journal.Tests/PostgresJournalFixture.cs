using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using WalletGrains.Journal.Activity;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Journal.Tests;

/// <summary>A migrated database of its own, and journals over it.</summary>
public sealed class PostgresJournalFixture : IAsyncLifetime
{
    /// <summary>For hundreds of thousands of rows on a machine that runs other suites as well. No other test's transaction is open for longer.</summary>
    public const int CommandTimeoutSeconds = 300;

    private TestDatabase? _database;

    public string ConnectionString => _database!.ConnectionString;

    public NpgsqlDataSource DataSource { get; private set; } = null!;

    public PostgresJournal Journal { get; private set; } = null!;

    public PostgresJournal OtherSilo { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        DataSource = NpgsqlDataSource.Create(ConnectionString);
        await new Migrations(DataSource, NullLogger<Migrations>.Instance).ApplyAsync(TestContext.Current.CancellationToken);
        Journal = NewJournal(DataSource);
        OtherSilo = NewJournal(DataSource, new JournalOptions { Lanes = 3 });
    }

    public static PostgresJournal NewJournal(NpgsqlDataSource dataSource, JournalOptions? options = null) =>
        new(dataSource, options ?? new JournalOptions(), TimeProvider.System, NullLogger<PostgresJournal>.Instance);

    /// <summary>Runs a statement on a connection of its own.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        command.CommandTimeout = CommandTimeoutSeconds;
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The first column of the first row.</summary>
    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    /// <summary>The end of everything that is committed, once nothing is under way below it: tests share a server, and what any of
    /// them keeps open holds all readers back.</summary>
    public async Task<long> FindSettledEndAsync(IActivityLog log)
    {
        var (position, asked) = (await ScalarAsync<long>("select journal_position()"), Stopwatch.StartNew());
        while (await ScalarAsync<long>("select journal_horizon()") <= position)
        {
            Assert.True(asked.Elapsed.TotalSeconds < CommandTimeoutSeconds, $"A transaction that was open at position {position} stays open.");
        }

        return await log.FindEndAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is null)
        {
            return;
        }

        await Journal.DisposeAsync();
        await OtherSilo.DisposeAsync();
        await DataSource.DisposeAsync();
        await _database.DisposeAsync();
    }
}
