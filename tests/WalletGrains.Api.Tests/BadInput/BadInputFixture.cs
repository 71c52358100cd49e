using System.Text;
using Xunit;

namespace WalletGrains.Api.Tests.BadInput;

/// <summary>A customer with a wallet, a hold on it and a transfer from it to a wallet of somebody else: nothing that bad input may change.</summary>
public abstract class BadInputFixture(ApiFixture api) : IAsyncLifetime
{
    private const decimal Balance = 1_000;
    private string _before = "";

    protected ApiFixture Api => api;

    protected ApiCaller Caller { get; } = api.Customer();

    protected ApiCaller Somebody { get; } = api.Customer();

    protected ApiCaller Operator { get; } = api.Operator();

    protected Guid Own { get; private set; }

    protected Guid Other { get; private set; }

    protected Guid Hold { get; private set; }

    protected Guid Transfer { get; private set; }

    public async ValueTask InitializeAsync()
    {
        Own = await Caller.OpenWalletAsync(Balance);
        Other = await Somebody.OpenWalletAsync(Balance);
        Hold = await Caller.PlaceHoldAsync(Own, 100);
        Transfer = await Caller.TransferAsync(Own, Other, 100);
        _before = await ReadAllAsync();
    }

    /// <summary>After every test: nothing was written, neither an entry nor a wallet.</summary>
    public async ValueTask DisposeAsync()
    {
        Assert.Equal(_before, await ReadAllAsync());
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
        .Replace("{transfer}", Transfer.ToString(), StringComparison.Ordinal);

    private async Task<string> ReadAllAsync() =>
        (await Caller.GetAsync("/wallets")).Text + (await Somebody.GetAsync("/wallets")).Text + (await Caller.GetAsync($"/wallet/{Own}/limits")).Text;
}
