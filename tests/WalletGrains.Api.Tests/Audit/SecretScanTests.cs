using System.Security.Cryptography;
using System.Text;
using Npgsql;
using WalletGrains.Host.Startup;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Api.Tests.Audit;

/// <summary>No secret is ever in a table or a log, with the logs at their most talkative.</summary>
public sealed class SecretScanTests
{
    // One marker for each way in, so that a failure says which it was.
    private static readonly string[] Ways =
    [
        "operator", "webhook", "password", "wrong", "broken", "misspelt", "elsewhere", "text", "bearer", "basic", "scheme", "query", "cookie", "signature", "nested",
    ];

    private readonly Dictionary<string, string> _secrets = Ways.ToDictionary(way => way, way => $"Marker-{way}-{RandomNumberGenerator.GetHexString(12)}");

    [Fact]
    public async Task No_secret_is_in_any_table_or_log()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var folder = TestFolders.Create("secrets");
        await using var database = await TestPostgres.CreateDatabaseAsync(cancellation);
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(48));
        var requests = 0;
        string token;
        await using (var host = await WalletGrainsHost.StartAsync(
            [
                "--environment=Development",
                "--Urls=http://127.0.0.1:0",
                $"--ConnectionStrings:WalletGrains={database.ConnectionString}",
                $"--WALLETGRAINS_DATA={Path.Combine(folder.Path, "data")}",
                $"--WALLETGRAINS_LOGS={Path.Combine(folder.Path, "logs")}",
                $"--WALLETGRAINS_OPERATOR_PASSWORD={_secrets["operator"]}",
                $"--GLOBUS_WEBHOOK_SECRET={_secrets["webhook"]}",
                $"--Jwt:Key={key}",
                "--Actors:Clustering=Localhost",
                "--Serilog:MinimumLevel:Default=Verbose",
                "--Serilog:MinimumLevel:Override:Microsoft=Verbose",
                "--Serilog:MinimumLevel:Override:Orleans=Verbose",
            ],
            cancellation))
        {
            using var http = new HttpClient();
            (token, requests) = await DriveAsync(http, new Uri(host.Address));
        }

        var everySecret = _secrets.Values.Append(key).Append(token.Split('.')[2]).ToList();
        var logs = await ReadLogsAsync(Path.Combine(folder.Path, "logs"));
        Assert.Contains("Executing endpoint", logs, StringComparison.Ordinal);
        Assert.All(everySecret, secret => Assert.DoesNotContain(secret, logs, StringComparison.Ordinal));

        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        var tables = await ReadAsync(dataSource, "select quote_ident(schemaname) || '.' || quote_ident(tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')");
        Assert.Contains("public.users", tables);
        foreach (var table in tables)
        {
            foreach (var secret in everySecret)
            {
                // Bytes are shown in hex; text in them would not be found otherwise.
                var found = await ReadAsync(
                    dataSource,
                    $"select x::text from {table} x where x::text like '%{secret}%' or x::text ilike '%{Convert.ToHexString(Encoding.UTF8.GetBytes(secret))}%' limit 1");
                Assert.True(found.Count == 0, $"{secret} is in {table}: {string.Concat(found)}");
            }
        }

        // The scan would find nothing where nothing was kept.
        Assert.Equal($"{requests}", Assert.Single(await ReadAsync(dataSource, "select count(*)::text from api_audit")));
    }

    /// <summary>Sends secrets in every way; the access token, and how many requests there were.</summary>
    private async Task<(string Token, int Requests)> DriveAsync(HttpClient http, Uri address)
    {
        var requests = 0;
        async Task<Reply> SendAsync(string path, string body, string type = "application/json", params (string Name, string Value)[] headers)
        {
            requests++;
            var caller = new ApiCaller(http, address, token: null, Guid.Empty);
            return await caller.SendAsync(HttpMethod.Post, path, new StringContent(body, Encoding.UTF8, type), headers);
        }

        const string Account = "\"email\":\"scan@example.com\"";
        Assert.Equal(201, (await SendAsync("/auth/register", $$"""{{{Account}},"password":"{{_secrets["password"]}}","fullName":"Scan"}""")).Status);
        var login = await SendAsync("/auth/login", $$"""{{{Account}},"password":"{{_secrets["password"]}}"}""");
        Assert.Equal(200, login.Status);
        var token = login.Json.GetProperty("accessToken").GetString()!;

        Assert.Equal(401, (await SendAsync("/auth/login", $$"""{{{Account}},"password":"{{_secrets["wrong"]}}"}""")).Status);
        Assert.Equal(400, (await SendAsync("/auth/login", $$"""{{{Account}},"password":"{{_secrets["broken"]}}""")).Status);
        Assert.Equal(400, (await SendAsync("/auth/login", $$"""{{{Account}},"PassWord":"{{_secrets["misspelt"]}}"}""")).Status);
        Assert.Equal(415, (await SendAsync("/auth/login", $"password={_secrets["text"]}", "text/plain")).Status);
        Assert.Equal(400, (await SendAsync("/wallets", $$"""{"secret":"{{_secrets["elsewhere"]}}"}""", headers: ("Authorization", $"Bearer {token}"))).Status);
        Assert.Equal(400, (await SendAsync("/wallets", $$"""{"a":[{"refresh_token":"{{_secrets["nested"]}}"}]}""", headers: ("Authorization", $"Bearer {token}"))).Status);
        Assert.Equal(201, (await SendAsync("/wallets", "{}", headers: ("Authorization", $"Bearer {token}"))).Status);
        Assert.Equal(401, (await SendAsync("/wallets", "{}", headers: ("Authorization", $"Bearer {_secrets["bearer"]}"))).Status);
        Assert.Equal(401, (await SendAsync("/wallets", "{}", headers: ("Authorization", $"Basic {_secrets["basic"]}"))).Status);
        Assert.Equal(401, (await SendAsync("/wallets", "{}", headers: ("Authorization", _secrets["scheme"]))).Status);
        Assert.Equal(401, (await SendAsync($"/wallets?access_token={_secrets["query"]}", "{}")).Status);
        Assert.Equal(401, (await SendAsync("/wallets", "{}", headers: ("Cookie", $"session={_secrets["cookie"]}"))).Status);
        Assert.Equal(401, (await SendAsync("/wallets", "{}", headers: ("x-globus-signature", _secrets["signature"]))).Status);

        var refreshToken = login.Json.GetProperty("refreshToken").GetString()!;
        var refreshed = await SendAsync("/auth/refresh", $$"""{"refreshToken":"{{refreshToken}}"}""");
        Assert.Equal(200, refreshed.Status);
        var staff = await SendAsync("/auth/login", $$"""{"email":"operator@walletgrains.local","password":"{{_secrets["operator"]}}"}""");
        var bearer = ("Authorization", $"Bearer {staff.Json.GetProperty("accessToken").GetString()}");
        var key = await SendAsync("/ops/api-keys", """{"name":"till","scopes":["money:in"]}""", headers: bearer);
        Assert.Equal(201, key.Status);
        var apiKey = key.Json.GetProperty("key").GetString()!;
        await SendAsync("/wallets", "{}", headers: ("Authorization", $"Bearer {apiKey}"));
        Assert.Equal(200, (await SendAsync("/auth/logout", "{}", headers: ("Authorization", $"Bearer {token}"))).Status / 100 * 100);
        _secrets["refresh token"] = refreshToken;
        _secrets["next refresh token"] = refreshed.Json.GetProperty("refreshToken").GetString()!;
        _secrets["API key"] = apiKey;
        return (token, requests);
    }

    private static async Task<string> ReadLogsAsync(string folder) =>
        string.Concat(await Task.WhenAll(Directory.GetFiles(folder).Select(file => File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))));

    private static async Task<List<string>> ReadAsync(NpgsqlDataSource dataSource, string sql)
    {
        await using var command = dataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var values = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            values.Add(reader.GetString(0));
        }

        return values;
    }
}
