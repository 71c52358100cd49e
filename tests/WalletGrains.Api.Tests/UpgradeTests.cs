using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;
using WalletGrains.Journal;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Api.Tests;

/// <summary>A host on a database that the first version with all of the money core has left.</summary>
public sealed class UpgradeTests : IAsyncLifetime
{
    /// <summary>The last migration of that version: entries have no position, and there are no jobs, sessions or virtual accounts.</summary>
    private const int OldSchema = 5;

    private readonly ApiFixture _before = new();
    private readonly ApiFixture _after = new();
    private TestDatabase _old = null!;

    public async ValueTask InitializeAsync()
    {
        _old = await TestPostgres.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await _before.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _after.DisposeAsync();
        await _before.DisposeAsync();
        await _old.DisposeAsync();
    }

    [Fact]
    public async Task All_of_an_old_database_is_there_after_the_upgrade_and_goes_on()
    {
        var (caller, email, walletId) = await _before.RegisterAsync();
        var other = await caller.OpenWalletAsync(50);
        await SucceedAsync(caller, $"/wallet/{walletId}/deposit", """{"amount":100.50,"requestId":"salary"}""");
        await SucceedAsync(caller, $"/wallet/{walletId}/transfer", $$"""{"toWalletId":"{{other}}","amount":30.25,"requestId":"rent"}""");
        var hold = (await SucceedAsync(caller, $"/wallet/{walletId}/holds", """{"amount":20,"expiresInSeconds":3600,"requestId":"table"}""")).GetProperty("holdId").GetGuid();
        string[] shown = [$"/wallet/{walletId}", $"/wallet/{other}", $"/wallet/{walletId}/history", $"/wallet/{other}/history", $"/holds/{hold}"];
        var wasShown = await Task.WhenAll(shown.Select(async path => (await caller.GetAsync(path)).Text));

        await CopyToOldSchemaAsync();
        await _after.StartAsync("Development", _ => _old.ConnectionString);

        await using var watch = await JobWatch.StartAsync(_old.ConnectionString);
        var login = await _after.LoginAsync(email);
        Assert.Equal(200, login.Status);
        var upgraded = _after.WithToken(login.Json.GetProperty("accessToken").GetString()!);
        Assert.Equal(wasShown, await Task.WhenAll(shown.Select(async path => (await upgraded.GetAsync(path)).Text)));

        // What was acknowledged is answered again and moves nothing.
        await SucceedAsync(upgraded, $"/wallet/{walletId}/deposit", """{"amount":100.50,"requestId":"salary"}""");
        Assert.Equal(wasShown[0], (await upgraded.GetAsync(shown[0])).Text);

        await SucceedAsync(upgraded, $"/holds/{hold}/capture", """{"amount":15,"requestId":"eaten"}""");
        await SucceedAsync(upgraded, $"/wallet/{other}/withdraw", """{"amount":80.25,"requestId":"all"}""");
        Assert.Equal(55.25m, (await upgraded.GetAsync(shown[0])).Json.GetProperty("balance").GetDecimal());
        Assert.True((await _after.Operator().GetAsync($"/ops/verify/{walletId}")).Json.GetProperty("valid").GetBoolean());
        var books = await _after.Operator().PostAsync("/ops/reconciliation/run", "");
        Assert.True(books.Json.GetProperty("ok").GetBoolean(), books.Text);

        // Statistics begin with the first entry of all, not with the first after the upgrade.
        await watch.UntilAsync("select exists (select from wallet_statistics s join wallets w using (wallet_id) where wallet_id = $1 and s.version = w.version)", walletId);
        var statistics = (await upgraded.GetAsync($"/wallet/{walletId}/stats")).Json;
        Assert.Equal((100.50m, 15m, 30.25m), (statistics.GetProperty("totalDeposited").GetDecimal(), statistics.GetProperty("totalWithdrawn").GetDecimal(), statistics.GetProperty("totalTransferredOut").GetDecimal()));

        // A user of before virtual accounts gets one.
        await watch.AllDoneAsync("create-virtual-account", 1);
        Assert.Equal("ACTIVE", (await upgraded.GetAsync($"/wallets/{walletId}/virtual-account")).Json.GetProperty("status").GetString());
    }

    private static async Task<JsonElement> SucceedAsync(ApiCaller caller, string path, string body)
    {
        var reply = await caller.PostAsync(path, body);
        Assert.True(reply.Status is 200 or 201, reply.Text);
        return reply.Json;
    }

    /// <summary>Makes the old schema by its own scripts, and copies all that it has a place for.</summary>
    private async Task CopyToOldSchemaAsync()
    {
        await using var from = await OpenAsync(_before.ConnectionString);
        await using var to = await OpenAsync(_old.ConnectionString);
        await ExecuteAsync(to, "create table schema_migrations (number int not null primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())");
        foreach (var (number, name, sql) in Scripts().TakeWhile(script => script.Number <= OldSchema))
        {
            await ExecuteAsync(to, sql);
            var checksum = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(sql.ReplaceLineEndings("\n"))));
            await ExecuteAsync(to, $"insert into schema_migrations (number, name, checksum) values ({number}, '{name}', '{checksum}')");
        }

        // As a restored dump: without triggers and foreign keys, all of one moment.
        await ExecuteAsync(to, "set session_replication_role = replica");
        await ExecuteAsync(from, "begin isolation level repeatable read read only");
        foreach (var (table, columns) in await ReadColumnsAsync(to))
        {
            await ExecuteAsync(to, $"truncate {table}");
            await using var source = await from.BeginRawBinaryCopyAsync($"copy (select {columns} from {table}) to stdout (format binary)", TestContext.Current.CancellationToken);
            await using var target = await to.BeginRawBinaryCopyAsync($"copy {table} ({columns}) from stdin (format binary)", TestContext.Current.CancellationToken);
            await source.CopyToAsync(target, TestContext.Current.CancellationToken);
        }
    }

    private static IEnumerable<(int Number, string Name, string Sql)> Scripts()
    {
        var assembly = typeof(Migrations).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Select(name => (Name: name, Path: name.Replace('\\', '/'))).Where(name => name.Path.StartsWith("sql/", StringComparison.Ordinal)).OrderBy(name => name.Path, StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource.Name)!);
            var folder = resource.Path.Split('/')[1];
            yield return (int.Parse(folder[..3], System.Globalization.CultureInfo.InvariantCulture), folder[4..], reader.ReadToEnd());
        }
    }

    private static async Task<List<(string Table, string Columns)>> ReadColumnsAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(
            """
            select c.table_name, string_agg(c.column_name, ', ' order by c.ordinal_position)
            from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
            where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.is_generated = 'NEVER' and c.table_name <> 'schema_migrations'
            group by c.table_name order by c.table_name
            """,
            connection);
        var tables = new List<(string, string)>();
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            tables.Add((reader.GetString(0), reader.GetString(1)));
        }

        return tables;
    }

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
