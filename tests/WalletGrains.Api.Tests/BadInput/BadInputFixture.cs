using System.Text;
using Xunit;

namespace WalletGrains.Api.Tests.BadInput;

/// <summary>A customer with a wallet, and a wallet of somebody else, that no bad input may change.</summary>
public abstract class BadInputFixture(ApiFixture api) : IAsyncLifetime
{
    private const decimal Balance = 1_000;
    private string _walletsBefore = "";

    protected ApiFixture Api => api;

    protected ApiCaller Caller { get; } = api.Customer();

    protected ApiCaller Somebody { get; } = api.Customer();

    protected Guid Own { get; private set; }

    protected Guid Other { get; private set; }

    public async ValueTask InitializeAsync()
    {
        Own = await Caller.OpenWalletAsync(Balance);
        Other = await Somebody.OpenWalletAsync(Balance);
        _walletsBefore = (await Caller.GetAsync("/wallets")).Text + (await Somebody.GetAsync("/wallets")).Text;
    }

    /// <summary>After every test: nothing was written, neither an entry nor a wallet.</summary>
    public async ValueTask DisposeAsync()
    {
        Assert.Equal(_walletsBefore, (await Caller.GetAsync("/wallets")).Text + (await Somebody.GetAsync("/wallets")).Text);
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
        return Caller.SendAsync(HttpMethod.Post, Fill(path), content, headers);
    }

    /// <summary>Puts the ids of the two wallets into a text.</summary>
    protected string Fill(string text) => text
        .Replace("{own}", Own.ToString(), StringComparison.Ordinal)
        .Replace("{other}", Other.ToString(), StringComparison.Ordinal);
}
