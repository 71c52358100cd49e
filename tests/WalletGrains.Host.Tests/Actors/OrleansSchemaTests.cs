using Npgsql;
using WalletGrains.Host.Actors;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Host.Tests.Actors;

public sealed class OrleansSchemaTests
{
    // What the providers ask for at start. A missing key stops them, also one that they never run.
    private static readonly string[] s_keys =
    [
        "GatewaysQueryKey", "MembershipReadRowKey", "MembershipReadAllKey", "InsertMembershipVersionKey", "InsertMembershipKey",
        "UpdateMembershipKey", "UpdateIAmAlivetimeKey", "DeleteMembershipTableEntriesKey", "CleanupDefunctSiloEntriesKey",
        "WriteToStorageKey", "ReadFromStorageKey", "ClearStorageKey", "DeleteStorageKey",
        "ReadReminderRowsKey", "ReadReminderRowKey", "ReadRangeRows1Key", "ReadRangeRows2Key",
        "UpsertReminderRowKey", "DeleteReminderRowKey", "DeleteReminderRowsKey",
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_statement_that_the_providers_ask_for_is_there()
    {
        await using var database = await ActorDatabase.CreateAsync();

        Assert.Equal(s_keys.Order(StringComparer.Ordinal), database.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Applying_the_schema_again_keeps_what_is_stored()
    {
        await using var database = await ActorDatabase.CreateAsync();
        var reminder = await new ReminderRow(database).UpsertAsync();

        await OrleansSchema.ApplyAsync(database.DataSource, Stop);

        Assert.Equal(reminder, (await new ReminderRow(database).ReadAsync())!["Version"]);
    }

    [Fact]
    public async Task An_altered_statement_is_put_right_by_the_next_start()
    {
        await using var database = await ActorDatabase.CreateAsync();
        await using (var spoil = database.DataSource.CreateCommand("UPDATE OrleansQuery SET QueryText = 'SELECT 1'"))
            await spoil.ExecuteNonQueryAsync(Stop);

        await OrleansSchema.ApplyAsync(database.DataSource, Stop);

        await using var count = database.DataSource.CreateCommand("SELECT count(*) FROM OrleansQuery WHERE QueryText = 'SELECT 1'");
        Assert.Equal(0L, await count.ExecuteScalarAsync(Stop));
    }

    [Fact]
    public async Task Hosts_that_start_together_on_an_empty_database_all_come_up()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync(Stop);
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => OrleansSchema.ApplyAsync(dataSource, Stop)));

        await using var count = dataSource.CreateCommand("SELECT count(*) FROM OrleansQuery");
        Assert.Equal((long)s_keys.Length, await count.ExecuteScalarAsync(Stop));
    }
}
