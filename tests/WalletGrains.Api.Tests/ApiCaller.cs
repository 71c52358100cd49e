using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Api.Tests;

/// <summary>What a caller got.</summary>
public sealed record Reply(int Status, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders, string Text)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string Code => Json.GetProperty("code").GetString()!;

    public string? Header(string name) =>
        Headers.TryGetValues(name, out var values) || ContentHeaders.TryGetValues(name, out values) ? string.Join(", ", values) : null;

    /// <summary>Asserts a problem in the one shape of all problems.</summary>
    public Reply AssertProblem(int status, string code)
    {
        Assert.True(Status == status, $"Expected {status} {code} but got {Status}: {Text}");
        Assert.Equal("application/problem+json", ContentHeaders.ContentType?.ToString());
        var body = Json;
        Assert.Equal(code, body.GetProperty("code").GetString());
        Assert.Equal(status, body.GetProperty("status").GetInt32());
        Assert.Equal(status, body.GetProperty("statusCode").GetInt32());
        Assert.Equal(body.GetProperty("detail").GetString(), body.GetProperty("message").GetString());
        Assert.Equal(body.GetProperty("path").GetString(), body.GetProperty("instance").GetString());
        Assert.Equal(Header("X-Correlation-Id"), body.GetProperty("correlationId").GetString());
        Assert.StartsWith("urn:walletgrains:problem:", body.GetProperty("type").GetString(), StringComparison.Ordinal);
        foreach (var member in (string[])["title", "detail", "error"])
        {
            Assert.NotEmpty(body.GetProperty(member).GetString()!);
        }

        Assert.Matches(ApiCaller.TimePattern, body.GetProperty("timestamp").GetString());
        return this;
    }
}

/// <summary>Somebody who sends requests.</summary>
public sealed class ApiCaller(HttpClient http, Uri address, string? token, Guid userId)
{
    /// <summary>ISO 8601, UTC, three decimals.</summary>
    public const string TimePattern = @"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\z";

    public Guid UserId => userId;

    /// <summary>What it authenticates with; null for an anonymous caller.</summary>
    public string? Token => token;

    public Task<Reply> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, content: null, headers);

    /// <summary>Asks again until the answer is as it should come to be: what follows a commit tells nobody when.</summary>
    public async Task<Reply> GetUntilAsync(string path, Func<JsonElement, bool> condition)
    {
        var asked = Stopwatch.StartNew();
        while (true)
        {
            var reply = await GetAsync(path);
            Assert.True(reply.Status == 200, reply.Text);
            if (condition(reply.Json))
            {
                return reply;
            }

            Assert.True(asked.Elapsed < Signal.DefaultLimit, reply.Text);
        }
    }

    public Task<Reply> PostAsync(string path, string json, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, new StringContent(json, Encoding.UTF8, "application/json"), headers);

    public Task<Reply> PutAsync(string path, string json, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Put, path, new StringContent(json, Encoding.UTF8, "application/json"), headers);

    public async Task<Reply> SendAsync(HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(address, path)) { Content = content };
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Reply((int)response.StatusCode, response.Headers, response.Content.Headers, text);
    }

    /// <summary>Opens a wallet of its own, with this much in it.</summary>
    public async Task<Guid> OpenWalletAsync(decimal balance = 0, string currency = "NGN")
    {
        var opened = await PostAsync("/wallets", $$"""{"currency":"{{currency}}"}""");
        Assert.True(opened.Status == 201, opened.Text);
        var walletId = opened.Json.GetProperty("id").GetGuid();
        if (balance > 0)
        {
            var deposited = await PostAsync($"/wallet/{walletId}/deposit", string.Create(CultureInfo.InvariantCulture, $$"""{"amount":{{balance}}}"""));
            Assert.True(deposited.Status == 200, deposited.Text);
        }

        return walletId;
    }

    /// <summary>Places a hold; its id.</summary>
    public async Task<Guid> PlaceHoldAsync(Guid walletId, decimal amount)
    {
        var placed = await PostAsync($"/wallet/{walletId}/holds", string.Create(CultureInfo.InvariantCulture, $$"""{"amount":{{amount}}}"""));
        Assert.True(placed.Status == 201, placed.Text);
        return placed.Json.GetProperty("holdId").GetGuid();
    }

    /// <summary>Moves money; the id of the transfer.</summary>
    public async Task<Guid> TransferAsync(Guid fromWalletId, Guid toWalletId, decimal amount)
    {
        var body = string.Create(CultureInfo.InvariantCulture, $$"""{"toWalletId":"{{toWalletId}}","amount":{{amount}}}""");
        var transferred = await PostAsync($"/wallet/{fromWalletId}/transfer", body);
        Assert.True(transferred.Status == 200, transferred.Text);
        return transferred.Json.GetProperty("transferId").GetGuid();
    }

    /// <summary>The wallet as it is now.</summary>
    public async Task<(decimal Balance, long Version)> ReadWalletAsync(Guid walletId)
    {
        var wallet = await GetAsync($"/wallet/{walletId}");
        Assert.True(wallet.Status == 200, wallet.Text);
        return (wallet.Json.GetProperty("balance").GetDecimal(), wallet.Json.GetProperty("version").GetInt64());
    }
}
