using System.Text;
using Xunit;

namespace WalletGrains.Api.Tests.BadInput;

/// <summary>
/// A customer with a wallet, a hold on it and a transfer from it to a wallet of somebody else: nothing that bad input may change, so the
/// tests of a class share it.
/// </summary>
public sealed class BadInputFixture(ApiFixture api) : IAsyncLifetime
{
    private const decimal Balance = 1_000;
    private string _before = "";

    public ApiFixture Api => api;

    public ApiCaller Caller { get; } = api.Customer();

    public ApiCaller Somebody { get; } = api.Customer();

    public ApiCaller Operator { get; } = api.Operator();

    public Guid Own { get; private set; }

    public Guid Other { get; private set; }

    public Guid Hold { get; private set; }

    public Guid Transfer { get; private set; }

    public async ValueTask InitializeAsync()
    {
        Own = await Caller.OpenWalletAsync(Balance);
        Other = await Somebody.OpenWalletAsync(Balance);
        Hold = await Caller.PlaceHoldAsync(Own, 100);
        Transfer = await Caller.TransferAsync(Own, Other, 100);
        _before = await ReadAllAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Asserts that nothing was written, neither an entry nor a wallet. What was is the fault of one test and not of the next.</summary>
    public async Task AssertUntouchedAsync()
    {
        var before = _before;
        _before = await ReadAllAsync();
        Assert.Equal(before, _before);
    }

    private async Task<string> ReadAllAsync() =>
        (await Caller.GetAsync("/wallets")).Text + (await Somebody.GetAsync("/wallets")).Text + (await Caller.GetAsync($"/wallet/{Own}/limits")).Text;
}

/// <summary>Tests of bad input. After each of them everything is as it was.</summary>
public abstract class BadInputTests(BadInputFixture input) : IClassFixture<BadInputFixture>, IAsyncDisposable
{
    protected ApiFixture Api => input.Api;

    protected ApiCaller Caller => input.Caller;

    protected ApiCaller Somebody => input.Somebody;

    protected ApiCaller Operator => input.Operator;

    protected Guid Own => input.Own;

    protected Guid Other => input.Other;

    protected Guid Hold => input.Hold;

    public async ValueTask DisposeAsync()
    {
        await input.AssertUntouchedAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Sends a body as JSON.</summary>
    protected Task<Reply> PostAsync(string path, string body, params (string Name, string Value)[] headers) =>
        PostAsync(path, Encoding.UTF8.GetBytes(Fill(body)), headers);

    /// <summary>Sends bytes as JSON.</summary>
    protected Task<Reply> PostAsync(string path, byte[] body, params (string Name, string Value)[] headers)
    {
        var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        return SendAsync(path, content, headers);
    }

    /// <summary>Sends a body with the route's method, as somebody who may use it.</summary>
    protected Task<Reply> SendAsync(string path, HttpContent content, params (string Name, string Value)[] headers)
    {
        var route = BodyRoute.All.GetValueOrDefault(path);
        return (route is { ForOperators: true } ? Operator : Caller).SendAsync(new HttpMethod(route?.Method ?? "POST"), Fill(path), content, headers);
    }

    /// <summary>Puts the ids of what there is into a text.</summary>
    protected string Fill(string text) => text
        .Replace("{own}", Own.ToString(), StringComparison.Ordinal)
        .Replace("{other}", Other.ToString(), StringComparison.Ordinal)
        .Replace("{hold}", Hold.ToString(), StringComparison.Ordinal)
        .Replace("{transfer}", input.Transfer.ToString(), StringComparison.Ordinal);
}
