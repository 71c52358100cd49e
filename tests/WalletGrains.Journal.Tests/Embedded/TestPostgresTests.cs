using Npgsql;
using WalletGrains.Journal.Embedded;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Journal.Tests.Embedded;

public sealed class TestPostgresTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_databases_are_empty_and_apart()
    {
        await using var one = await TestPostgres.CreateDatabaseAsync(Cancelled);
        await using var other = await TestPostgres.CreateDatabaseAsync(Cancelled);
        await using var inOne = NpgsqlDataSource.Create(one.ConnectionString);
        await using var inOther = NpgsqlDataSource.Create(other.ConnectionString);

        await using (var create = inOne.CreateCommand("create table t (x int)")) await create.ExecuteNonQueryAsync(Cancelled);

        await using var look = inOther.CreateCommand("select count(*) from pg_tables where schemaname = 'public'");
        Assert.Equal(0L, await look.ExecuteScalarAsync(Cancelled));
    }

    [Fact]
    public async Task A_database_is_dropped_with_its_connections_still_open()
    {
        var database = await TestPostgres.CreateDatabaseAsync(Cancelled);
        await using var forgotten = new NpgsqlConnection(database.ConnectionString);
        await forgotten.OpenAsync(Cancelled);

        await database.DisposeAsync();

        await using var late = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false }.ConnectionString);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => late.OpenAsync(Cancelled));
        Assert.Equal(PostgresErrorCodes.InvalidCatalogName, refused.SqlState);
    }

    [Fact]
    public async Task The_shared_server_is_as_durable_as_production()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync(Cancelled);
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);

        Assert.Empty((await PostgresDurability.CheckAsync(source, Cancelled)).Objections);
    }
}
