using System.Security.Cryptography;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using WalletGrains.Api.Auth;
using WalletGrains.Contracts.Users;
using WalletGrains.Host.Startup;
using WalletGrains.Journal.Jobs;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Api.Tests;

/// <summary>
/// The real host, on a database of its own, and callers of it. Every answer that any test gets is checked against the OpenAPI
/// document, and no request of any test may have ended in an unexpected exception.
/// </summary>
public sealed class ApiFixture : IAsyncLifetime
{
    /// <summary>Of every user that <see cref="RegisterAsync"/> makes.</summary>
    public const string Password = "correct horse battery";

    private JwtOptions _jwt = new() { Key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(48)) };
    private readonly TestFolder _folder = TestFolders.Create("api");
    private TestDatabase? _database;
    private WalletGrainsHost? _host;
    private HttpClient? _http;

    /// <summary>A host whose database and key it shares; null for its own.</summary>
    public ApiFixture? Beside { private get; init; }

    /// <summary>Where the host keeps what it makes for itself.</summary>
    public string DataFolder => Path.Combine(_folder.Path, "data");

    /// <summary>Where the host accepts requests.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>The document it serves.</summary>
    public OpenApiContract Contract { get; private set; } = null!;

    /// <summary>The grains behind it, for what only reminders call.</summary>
    public IGrainFactory Grains => _host!.Services.GetRequiredService<IGrainFactory>();

    /// <summary>Its database, for another host of the same cluster.</summary>
    public string ConnectionString => _database!.ConnectionString;

    /// <summary>Everything that is mapped.</summary>
    public IEnumerable<RouteEndpoint> Endpoints => _host!.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    /// <summary>Its jobs, for what no request makes.</summary>
    public IJobStore Jobs => _host!.Services.GetRequiredService<IJobStore>();

    /// <summary>The options its tokens are made with.</summary>
    internal IOptions<JwtOptions> Jwt => Options.Create(_jwt);

    public async ValueTask InitializeAsync() => await StartAsync("Development", proxied: null, "--GLOBUS_WEBHOOK_SECRET=a-secret-of-the-bank");

    /// <summary>Starts the host in this environment, with its defaults.</summary>
    /// <param name="environment">Development or Production.</param>
    /// <param name="proxied">Puts something between the host and its database; null for nothing.</param>
    /// <param name="settings">Further settings, as on the command line.</param>
    public async Task StartAsync(string environment, Func<string, string>? proxied = null, params string[] settings)
    {
        if (Beside is null)
        {
            _database = await TestPostgres.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        }
        else
        {
            _jwt = Beside._jwt;
        }

        var direct = (Beside?._database ?? _database!).ConnectionString;
        var connectionString = proxied is null ? direct : proxied(direct);
        _host = await WalletGrainsHost.StartAsync(
            [
                $"--environment={environment}",
                "--Urls=http://127.0.0.1:0",
                $"--ConnectionStrings:WalletGrains={connectionString}",
                $"--WALLETGRAINS_DATA={DataFolder}",
                $"--WALLETGRAINS_LOGS={Path.Combine(_folder.Path, "logs")}",
                $"--Jwt:Key={_jwt.Key}",
                "--Actors:Clustering=Localhost",
                "--Serilog:MinimumLevel:Default=Warning",

                // In Production a host starts only with the first two, and waits for others when it stops.
                .. environment == "Production" ? (string[])["--GLOBUS_MOCK=true", $"--WALLETGRAINS_OPERATOR_PASSWORD={Password}", "--Shutdown:NoticeSeconds=0"] : [],
                .. settings,
            ],
            TestContext.Current.CancellationToken);
        Address = new Uri(_host.Address);
        using var plain = new HttpClient();
        Contract = new OpenApiContract(await plain.GetStringAsync(new Uri(Address, "/openapi/v1.json")));
        _http = new HttpClient(new ContractCheck(Contract) { InnerHandler = new SocketsHttpHandler() });
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        var log = await ReadLogAsync();
        await _folder.DisposeAsync();
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        Assert.DoesNotContain("failed unexpectedly", log, StringComparison.Ordinal);
    }

    /// <summary>Runs a statement on the database, as somebody with all rights on it can.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var dataSource = Npgsql.NpgsqlDataSource.Create(_database!.ConnectionString);
        await using var command = dataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>A caller without a token.</summary>
    public ApiCaller Anonymous() => new(_http!, Address, token: null, Guid.Empty);

    /// <summary>A caller with this text as its token.</summary>
    public ApiCaller WithToken(string token) => new(_http!, Address, token, Guid.Empty);

    /// <summary>A customer with a valid token. Wallets need no registered owner, so this costs no password hash.</summary>
    public ApiCaller Customer() => Caller(UserRole.Customer);

    /// <summary>A partner's system.</summary>
    public ApiCaller Service() => Caller(UserRole.Service);

    /// <summary>An operator.</summary>
    public ApiCaller Operator() => Caller(UserRole.Operator);

    /// <summary>Registers a user and signs it in.</summary>
    public async Task<(ApiCaller Caller, string Email, Guid WalletId)> RegisterAsync()
    {
        var email = $"user-{Guid.NewGuid():N}@example.com";
        var registered = await Anonymous().PostAsync("/auth/register", $$"""{"email":"{{email}}","password":"{{Password}}","fullName":"Ada Obi"}""");
        Assert.Equal(201, registered.Status);
        var login = await LoginAsync(email);
        Assert.Equal(200, login.Status);
        var caller = new ApiCaller(_http!, Address, login.Json.GetProperty("accessToken").GetString(), registered.Json.GetProperty("userId").GetGuid());
        return (caller, email, registered.Json.GetProperty("walletId").GetGuid());
    }

    /// <summary>Signs in as a user that <see cref="RegisterAsync"/> made.</summary>
    public Task<Reply> LoginAsync(string email, string password = Password) =>
        Anonymous().PostAsync("/auth/login", $$"""{"email":"{{email}}","password":"{{password}}"}""");

    /// <summary>A customer whose token lives for this long.</summary>
    public ApiCaller Customer(TimeSpan tokenLifetime)
    {
        var issuedAt = DateTimeOffset.UtcNow + tokenLifetime - TimeSpan.FromSeconds(_jwt.LifetimeSeconds);
        return Caller(UserRole.Customer, new ManualTimeProvider(issuedAt));
    }

    /// <summary>A registered user with this role for once, in a session of its own.</summary>
    public ApiCaller As(UserRole role, Guid userId) => Caller(role, userId: userId);

    private ApiCaller Caller(UserRole role, TimeProvider? time = null, Guid? userId = null)
    {
        var user = new User(userId ?? Guid.CreateVersion7(), "caller@example.com", "Caller", null, role, null, DateTimeOffset.UtcNow);
        return new ApiCaller(_http!, Address, new AccessTokenIssuer(Jwt, time ?? TimeProvider.System).Issue(user, Guid.CreateVersion7()), user.UserId);
    }

    /// <summary>What the front door has logged so far.</summary>
    public Task<string> ReadLogAsync() => ReadLogAsync("api*.log");

    /// <summary>What the rest of the host has logged so far.</summary>
    public Task<string> ReadWorkerLogAsync() => ReadLogAsync("worker*.log");

    private async Task<string> ReadLogAsync(string pattern)
    {
        var folder = Path.Combine(_folder.Path, "logs");
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, pattern) : [];
        return string.Concat(await Task.WhenAll(files.Select(file => File.ReadAllTextAsync(file))));
    }

    /// <summary>Fails the test that got an answer the document does not promise.</summary>
    private sealed class ContractCheck(OpenApiContract contract) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            contract.Check(request.Method, request.RequestUri!.AbsolutePath, response);
            return response;
        }
    }
}

/// <summary>The tests that share one host.</summary>
[CollectionDefinition(Name)]
public sealed class ApiTests : ICollectionFixture<ApiFixture>
{
    public const string Name = "Api";
}
