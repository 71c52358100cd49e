using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Journal.Tests;

public sealed class MigrationsTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private NpgsqlDataSource _dataSource = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync(Cancelled);
        _dataSource = NpgsqlDataSource.Create(_database.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _dataSource.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Hosts_that_start_together_apply_each_migration_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => ApplyAsync()));

        await using var command = _dataSource.CreateCommand("select string_agg(number || '-' || name || ' ' || length(checksum), ',' order by number) from schema_migrations");
        Assert.StartsWith("1-journal 64", (string)(await command.ExecuteScalarAsync(Cancelled))!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("update schema_migrations set checksum = repeat('0', 64) where number = 1", "Migration 001-journal was changed after it had been applied")]
    [InlineData("insert into schema_migrations values (999, 'future', '')", "999-future, which this binary does not know")]
    [InlineData("delete from schema_migrations where number = 1; insert into schema_migrations values (2, 'second', '') on conflict do nothing", "lacks 001")]
    public async Task A_database_that_contradicts_the_binary_is_a_clear_error(string damage, string message)
    {
        await ApplyAsync();
        await ExecuteAsync(damage);

        var error = await Assert.ThrowsAsync<MigrationException>(ApplyAsync);

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_nothing_behind_and_lets_the_next_host_try()
    {
        await ExecuteAsync("create table transfers (x int)");
        await Assert.ThrowsAsync<PostgresException>(ApplyAsync);

        await ExecuteAsync("drop table transfers");
        await ApplyAsync();
    }

    private Task ApplyAsync() => new Migrations(_dataSource, NullLogger<Migrations>.Instance).ApplyAsync(Cancelled);

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _dataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancelled);
    }
}
