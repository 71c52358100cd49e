using Xunit;

namespace WalletGrains.Api.Tests.Users;

/// <summary>Two hosts on one database: what ends at one door ends at the other.</summary>
public sealed class TwoFrontDoorsTests(ApiFixture api) : IClassFixture<ApiFixture>, IAsyncLifetime
{
    private readonly ApiFixture _other = new() { Beside = api };

    public async ValueTask InitializeAsync() => await _other.InitializeAsync();

    public async ValueTask DisposeAsync() => await _other.DisposeAsync();

    [Fact(Timeout = 30_000)]
    public async Task A_session_that_is_ended_at_one_door_ends_at_the_other()
    {
        var (caller, _, _) = await api.RegisterAsync();
        var elsewhere = _other.WithToken(caller.Token!);
        Assert.Equal(200, (await elsewhere.GetAsync("/auth/me")).Status);
        Assert.Equal(204, (await caller.PostAsync("/auth/logout", "")).Status);
        while ((await elsewhere.GetAsync("/auth/me")).Status == 200)
        {
        }

        (await elsewhere.GetAsync("/auth/me")).AssertProblem(401, "UNAUTHENTICATED");
    }
}
