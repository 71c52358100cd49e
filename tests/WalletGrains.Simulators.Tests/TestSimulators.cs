using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using WalletGrains.Simulators.Admin;
using Xunit;

namespace WalletGrains.Simulators.Tests;

/// <summary>What a caller got.</summary>
internal sealed record Reply(int Status, string Text, HttpResponseHeaders Headers, string? MediaType)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string? this[string member] => Json.GetProperty(member).GetString();

    public decimal Number(string member) => Json.GetProperty(member).GetDecimal();

    public Reply Assert(int status)
    {
        Xunit.Assert.True(Status == status, $"Expected {status} but got {Status}: {Text}");
        return this;
    }
}

/// <summary>Simulators of a test's own, and somebody who has all credentials to call them.</summary>
internal sealed class TestSimulators : IAsyncDisposable
{
    private readonly SimulatorServer _server;
    private readonly HttpClient _http = new();

    private TestSimulators(SimulatorServer server, SimulatorOptions options)
    {
        (_server, Options) = (server, options);
        Admin = new SimulatorAdmin(server.Address);
    }

    public SimulatorOptions Options { get; }

    public SimulatorAdmin Admin { get; }

    public string Token { get; private set; } = "";

    public static async Task<TestSimulators> StartAsync(SimulatorOptions? options = null, TimeProvider? time = null)
    {
        options ??= new SimulatorOptions();
        var simulators = new TestSimulators(await SimulatorServer.StartAsync(options, time, TestContext.Current.CancellationToken), options);
        simulators.Token = (await simulators.RequestTokenAsync()).Assert(200)["access_token"]!;
        return simulators;
    }

    public Task<Reply> RequestTokenAsync(string? clientId = null, string? secret = null, string grantType = "client_credentials") => SendAsync(
        HttpMethod.Post,
        "/globus/oauth/token",
        new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = grantType,
            ["client_id"] = clientId ?? Options.GlobusClientId,
            ["client_secret"] = secret ?? Options.GlobusSecretKey,
        }));

    public Task<Reply> CreateAccountAsync(string clientReference, string accountName = "Ada Obi") =>
        PostAsync("/globus/virtual-accounts", $$"""{"clientReference":"{{clientReference}}","accountName":"{{accountName}}"}""");

    public Task<Reply> PayAsync(string reference, decimal amount = 100, string biller = "airtime", string customer = "08031234567") =>
        PostAsync(
            $"/billers/{biller}/payments",
            string.Create(CultureInfo.InvariantCulture, $$"""{"reference":"{{reference}}","customerReference":"{{customer}}","amount":{{amount}}}"""));

    /// <summary>Pays, and goes away when it has waited long enough.</summary>
    public async Task PayAsync(string reference, CancellationToken givingUp)
    {
        var body = JsonContent.Create(new { reference, customerReference = "08031234567", amount = 100 });
        using var request = Request(HttpMethod.Post, "/billers/airtime/payments", body, authorization: null, apiKey: null);
        using var response = await _http.SendAsync(request, givingUp);
    }

    public Task<Reply> PaymentAsync(string reference, string biller = "airtime") => GetAsync($"/billers/{biller}/payments/{reference}");

    public Task<Reply> BalancesAsync(string accountNumber) => GetAsync($"/t24/holdings/accounts/{accountNumber}/balances");

    public Task<Reply> GetAsync(string path, string? accept = null) => SendAsync(HttpMethod.Get, path, content: null, accept: accept);

    public Task<Reply> PostAsync(string path, string json) => SendAsync(HttpMethod.Post, path, new StringContent(json, Encoding.UTF8, "application/json"));

    public Task<Reply> PutAsync(string path, string json) => SendAsync(HttpMethod.Put, path, new StringContent(json, Encoding.UTF8, "application/json"));

    /// <summary>Calls with the right credentials, or with others.</summary>
    public async Task<Reply> SendAsync(
        HttpMethod method, string path, HttpContent? content, string? accept = null, string? authorization = null, string? apiKey = null)
    {
        using var request = Request(method, path, content, authorization, apiKey);
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Reply((int)response.StatusCode, text, response.Headers, response.Content.Headers.ContentType?.MediaType);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        Admin.Dispose();
        await _server.DisposeAsync();
    }

    private HttpRequestMessage Request(HttpMethod method, string path, HttpContent? content, string? authorization, string? apiKey)
    {
        var rightKey = path.StartsWith("/t24", StringComparison.Ordinal) ? Options.T24ApiKey : Options.BillerApiKey;
        var request = new HttpRequestMessage(method, new Uri(_server.Address, path)) { Content = content };
        request.Headers.TryAddWithoutValidation("Authorization", authorization ?? "Bearer " + Token);
        request.Headers.TryAddWithoutValidation("x-api-key", apiKey ?? rightKey);
        return request;
    }
}
