using System.Text.RegularExpressions;
using Xunit;

namespace WalletGrains.Api.Tests.Users;

[Collection(ApiTests.Name)]
public sealed partial class UserOperationsTests(ApiFixture api)
{
    [Fact]
    public async Task A_locked_user_is_out_at_once_with_the_answer_of_a_wrong_password_and_in_again_when_unlocked()
    {
        var (caller, email, _) = await api.RegisterAsync();
        var refreshToken = (await api.LoginAsync(email)).Json.GetProperty("refreshToken").GetString();
        var locked = await api.Operator().PostAsync($"/ops/users/{caller.UserId}/lock", """{"reason":"stolen phone"}""");
        Assert.True(locked.Status == 200, locked.Text);
        Assert.Equal(("LOCKED", "stolen phone"), (locked.Json.GetProperty("status").GetString(), locked.Json.GetProperty("lockReason").GetString()));
        Assert.Matches(ApiCaller.TimePattern, locked.Json.GetProperty("lockedAt").GetString());

        (await caller.GetAsync("/wallets")).AssertProblem(401, "UNAUTHENTICATED");
        (await api.Anonymous().PostAsync("/auth/refresh", $$"""{"refreshToken":"{{refreshToken}}"}""")).AssertProblem(401, "UNAUTHENTICATED");
        Assert.Equal(Body(await api.LoginAsync($"no-{email}")), Body(await api.LoginAsync(email)));

        var unlocked = await api.Operator().PostAsync($"/ops/users/{caller.UserId}/unlock", "");
        Assert.Equal("ACTIVE", unlocked.Json.GetProperty("status").GetString());
        Assert.False(unlocked.Json.TryGetProperty("lockReason", out _));
        Assert.Equal(200, (await api.LoginAsync(email)).Status);
        (await caller.GetAsync("/wallets")).AssertProblem(401, "UNAUTHENTICATED");
    }

    [Fact]
    public async Task Unlocking_forgets_failed_attempts()
    {
        var (caller, email, _) = await api.RegisterAsync();
        for (var i = 0; i < 12; i++)
        {
            Assert.Equal(401, (await api.LoginAsync(email, "wrong horse battery")).Status);
        }

        Assert.Equal(200, (await api.Operator().PostAsync($"/ops/users/{caller.UserId}/unlock", "")).Status);
        Assert.Equal(200, (await api.LoginAsync(email)).Status);
    }

    [Fact]
    public async Task Another_role_ends_the_sessions_and_counts_from_the_next_sign_in()
    {
        var (caller, email, _) = await api.RegisterAsync();
        (await caller.GetAsync("/ops/users")).AssertProblem(403, "FORBIDDEN");
        var changed = await api.Operator().PutAsync($"/ops/users/{caller.UserId}/role", """{"role":"operator"}""");
        Assert.Equal("operator", changed.Json.GetProperty("role").GetString());
        (await caller.GetAsync("/ops/users")).AssertProblem(401, "UNAUTHENTICATED");

        var asOperator = api.WithToken((await api.LoginAsync(email)).Json.GetProperty("accessToken").GetString()!);
        Assert.Equal(200, (await asOperator.GetAsync("/ops/users")).Status);
        await api.Operator().PutAsync($"/ops/users/{caller.UserId}/role", """{"role":"operator"}""");
        Assert.Equal(200, (await asOperator.GetAsync("/ops/users")).Status);
        await api.Operator().PutAsync($"/ops/users/{caller.UserId}/role", """{"role":"customer"}""");
        (await asOperator.GetAsync("/ops/users")).AssertProblem(401, "UNAUTHENTICATED");
    }

    [Fact]
    public async Task Users_are_listed_page_by_page_and_by_what_is_asked_for()
    {
        var (first, email, _) = await api.RegisterAsync();
        await api.RegisterAsync();
        var found = await api.Operator().GetAsync($"/ops/users?email={email.ToUpperInvariant()}");
        var user = Assert.Single(found.Json.GetProperty("items").EnumerateArray());
        Assert.Equal((first.UserId, "customer", "ACTIVE"), (user.GetProperty("userId").GetGuid(), user.GetProperty("role").GetString(), user.GetProperty("status").GetString()));
        Assert.Equal(user.GetRawText(), (await api.Operator().GetAsync($"/ops/users/{first.UserId}")).Text);

        var page = await api.Operator().GetAsync("/ops/users?limit=1&role=customer");
        var cursor = page.Json.GetProperty("nextCursor").GetString();
        var next = await api.Operator().GetAsync($"/ops/users?limit=1&role=customer&cursor={cursor}");
        Assert.True(IdIn(page).CompareTo(IdIn(next)) > 0);
        (await api.Operator().GetAsync($"/ops/users?limit=1&role=operator&cursor={cursor}")).AssertProblem(400, "VALIDATION");
        (await api.Operator().GetAsync("/ops/users?role=admin")).AssertProblem(400, "VALIDATION");
        (await api.Operator().GetAsync("/ops/users?status=locked")).AssertProblem(400, "VALIDATION");
    }

    [Theory]
    [InlineData("GET", "/ops/users/{id}", null)]
    [InlineData("PUT", "/ops/users/{id}/role", """{"role":"customer"}""")]
    [InlineData("POST", "/ops/users/{id}/lock", "{}")]
    [InlineData("POST", "/ops/users/{id}/unlock", null)]
    public async Task Nobody_is_not_found(string method, string path, string? body)
    {
        var content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        var address = path.Replace("{id}", Guid.CreateVersion7().ToString(), StringComparison.Ordinal);
        (await api.Operator().SendAsync(new HttpMethod(method), address, content)).AssertProblem(404, "NOT_FOUND");
    }

    private static Guid IdIn(Reply page) => page.Json.GetProperty("items")[0].GetProperty("userId").GetGuid();

    private static string Body(Reply reply) => PerRequest().Replace(reply.AssertProblem(401, "UNAUTHENTICATED").Text, "");

    [GeneratedRegex("\"(timestamp|correlationId)\":\"[^\"]+\"")]
    private static partial Regex PerRequest();
}
