using System.Text.RegularExpressions;
using WalletGrains.Api.Auth;
using WalletGrains.Contracts.Users;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Api.Tests.Auth;

[Collection(ApiTests.Name)]
public sealed class BearerTests(ApiFixture api)
{
    private static readonly Regex PerRequest = new("\"(timestamp|correlationId)\":\"[^\"]+\"");

    [Fact]
    public async Task Every_401_has_one_body()
    {
        var expired = new AccessTokenIssuer(api.Jwt, new ManualTimeProvider(DateTimeOffset.UtcNow.AddSeconds(-901))).Issue(AnyUser(), Guid.CreateVersion7());
        var valid = new AccessTokenIssuer(api.Jwt, TimeProvider.System).Issue(AnyUser(), Guid.CreateVersion7());
        var bodies = new HashSet<string>();
        foreach (var reply in new[]
        {
            await api.Anonymous().GetAsync("/wallets"),
            await api.WithToken("").GetAsync("/wallets"),
            await api.WithToken("abc").GetAsync("/wallets"),
            await api.WithToken("a.b.c").GetAsync("/wallets"),
            await api.WithToken(expired).GetAsync("/wallets"),
            await api.WithToken(valid[..^1]).GetAsync("/wallets"),
            await api.WithToken(new string('A', 20 * 1024)).GetAsync("/wallets"),
            await api.Anonymous().GetAsync("/wallets", ("Authorization", "Basic YWRhOnNlY3JldA==")),
            await api.Anonymous().GetAsync("/wallets", ("Authorization", "Bearer")),
            await api.Anonymous().GetAsync("/wallets", ("Authorization", valid)),
            await api.WithToken(valid).GetAsync("/wallets", ("Authorization", "Bearer " + valid)),
        })
        {
            reply.AssertProblem(401, "UNAUTHENTICATED");
            Assert.Equal("Bearer", reply.Header("WWW-Authenticate"));
            bodies.Add(PerRequest.Replace(reply.Text, ""));
        }

        Assert.Single(bodies);
        Assert.Equal(200, (await api.WithToken(valid).GetAsync("/wallets")).Status);
    }

    [Fact]
    public async Task A_token_in_the_query_is_no_credential()
    {
        var valid = new AccessTokenIssuer(api.Jwt, TimeProvider.System).Issue(AnyUser(), Guid.CreateVersion7());
        (await api.Anonymous().GetAsync($"/wallets?access_token={valid}")).AssertProblem(401, "UNAUTHENTICATED");
    }

    [Fact]
    public async Task Every_route_but_the_open_ones_needs_a_token()
    {
        string[] open = ["POST /auth/register", "POST /auth/login", "POST /auth/refresh", "GET /health/live", "GET /health/ready", "GET /version", "GET /signing-key", "POST /api/v1/webhooks/globus", "POST /mobile-users/login"];
        foreach (var operation in api.Contract.Operations.Except(open))
        {
            var (method, path) = (operation.Split(' ')[0], operation.Split(' ')[1].Replace("{id}", Guid.NewGuid().ToString(), StringComparison.Ordinal));
            (await api.Anonymous().SendAsync(new HttpMethod(method), path, content: null)).AssertProblem(401, "UNAUTHENTICATED");
        }
    }

    private static User AnyUser() => new(Guid.CreateVersion7(), "ada@example.com", "Ada", null, UserRole.Customer, null, DateTimeOffset.UtcNow);
}
