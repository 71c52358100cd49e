using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Api.Tests.Errors;

/// <summary>The host behind a connection that loses the database's answer to a write that was carried out.</summary>
public sealed class LostAnswerTests : IAsyncLifetime
{
    private readonly ApiFixture _api = new();
    private TcpProxy? _proxy;

    public async ValueTask InitializeAsync()
    {
        await _api.StartAsync("Development", connectionString =>
        {
            _proxy = TcpProxy.To(connectionString);
            return _proxy.ConnectionStringThrough(connectionString);
        });

        // The host makes its first operator while it serves already, and a fault is for whoever comes first with the statement.
        await _api.Operator().GetUntilAsync("/ops/users?email=operator@walletgrains.local", list => list.GetProperty("items").GetArrayLength() > 0);
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        if (_proxy is not null)
        {
            await _proxy.DisposeAsync();
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task A_change_without_a_request_id_whose_answer_is_lost_says_what_to_do_and_that_helps()
    {
        var account = $$"""{"email":"ada@example.com","password":"{{ApiFixture.Password}}","fullName":"Ada"}""";
        await LoseAsync("insert into users", () => _api.Anonymous().PostAsync("/auth/register", account), "Sign in");
        (await _api.Anonymous().PostAsync("/auth/register", account)).AssertProblem(409, "EMAIL_TAKEN");
        var login = await _api.LoginAsync("ada@example.com");
        var (access, first) = (login.Json.GetProperty("accessToken").GetString()!, login.Json.GetProperty("refreshToken").GetString()!);

        // The session goes on with the very token that was shown before, and with the one that follows on it.
        await LoseAsync("update sessions s", () => RefreshAsync(first), "same token again");
        var second = await RefreshAsync(first);
        Assert.Equal(200, second.Status);
        Assert.Equal(200, (await RefreshAsync(second.Json.GetProperty("refreshToken").GetString()!)).Status);
        Assert.Equal(200, (await _api.WithToken(access).GetAsync("/auth/me")).Status);

        var key = """{"name":"till","scopes":["money:in"]}""";
        await LoseAsync("insert into api_keys", () => _api.Operator().PostAsync("/ops/api-keys", key), "List the keys");
        Assert.Single((await _api.Operator().GetAsync("/ops/api-keys")).Json.GetProperty("items").EnumerateArray());
    }

    private async Task LoseAsync(string statement, Func<Task<Reply>> send, string advice)
    {
        var lost = _proxy!.CutAfterAnswerTo(statement);
        var reply = (await send()).AssertProblem(503, "OUTCOME_UNKNOWN");
        await lost.WaitAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Contains(advice, reply.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private Task<Reply> RefreshAsync(string token) => _api.Anonymous().PostAsync("/auth/refresh", $$"""{"refreshToken":"{{token}}"}""");
}
