using System.Text.RegularExpressions;
using Xunit;

namespace WalletGrains.Api.Tests.Users;

[Collection(ApiTests.Name)]
public sealed partial class SessionTests(ApiFixture api)
{
    [Fact]
    public async Task A_refresh_gives_both_tokens_anew_and_the_old_access_token_still_counts()
    {
        var first = await SignInAsync();
        var second = await RefreshAsync(first.Refresh);
        Assert.Equal(["accessToken", "refreshToken", "tokenType", "expiresIn", "user"], second.Json.EnumerateObject().Select(member => member.Name));
        Assert.NotEqual(first.Refresh, RefreshIn(second));
        Assert.Equal(200, await MeAsync(AccessIn(second)));
        Assert.Equal(200, await MeAsync(first.Access));
    }

    [Fact]
    public async Task A_refresh_token_that_was_used_before_ends_the_session_with_all_its_tokens()
    {
        var stolen = await SignInAsync();
        var second = await RefreshAsync(stolen.Refresh);
        var third = await RefreshAsync(RefreshIn(second));
        (await RefreshAsync(stolen.Refresh)).AssertProblem(401, "UNAUTHENTICATED");

        (await RefreshAsync(RefreshIn(third))).AssertProblem(401, "UNAUTHENTICATED");
        foreach (var access in new[] { stolen.Access, AccessIn(second), AccessIn(third) })
        {
            Assert.Equal(401, await MeAsync(access));
        }
    }

    [Fact]
    public async Task Tabs_that_refresh_at_the_same_time_all_get_the_same_token_and_the_session_goes_on()
    {
        var session = await SignInAsync();
        var replies = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => RefreshAsync(session.Refresh)));
        Assert.All(replies, reply => Assert.Equal(200, reply.Status));
        var next = Assert.Single(replies.Select(RefreshIn).Distinct());
        Assert.Equal(200, (await RefreshAsync(next)).Status);
    }

    [Fact]
    public async Task Logging_out_ends_every_token_of_the_session_at_once_and_no_other_session()
    {
        var (ended, other) = await SignInTwiceAsync();
        var refreshed = await RefreshAsync(ended.Refresh);
        var logout = await api.WithToken(ended.Access).PostAsync("/auth/logout", "");
        Assert.Equal((204, ""), (logout.Status, logout.Text));

        Assert.Equal(401, await MeAsync(ended.Access));
        Assert.Equal(401, await MeAsync(AccessIn(refreshed)));
        (await RefreshAsync(RefreshIn(refreshed))).AssertProblem(401, "UNAUTHENTICATED");
        (await api.WithToken(ended.Access).PostAsync("/auth/logout", "")).AssertProblem(401, "UNAUTHENTICATED");
        Assert.Equal(200, await MeAsync(other.Access));
        Assert.Equal(200, (await RefreshAsync(other.Refresh)).Status);
    }

    [Fact]
    public async Task Neither_token_passes_for_the_other()
    {
        var session = await SignInAsync();
        Assert.Equal(401, await MeAsync(session.Refresh));
        (await RefreshAsync(session.Access)).AssertProblem(401, "UNAUTHENTICATED");
    }

    [Theory]
    [InlineData("last character changed")]
    [InlineData("secret changed")]
    [InlineData("session changed")]
    [InlineData("cut")]
    [InlineData("longer")]
    [InlineData("padded")]
    [InlineData("without its prefix")]
    [InlineData("not ASCII")]
    public async Task A_refresh_token_that_was_made_up_is_none_and_ends_nothing(string how)
    {
        var session = await SignInAsync();
        var token = session.Refresh;
        var forged = how switch
        {
            "last character changed" => token[..^1] + (token[^1] == 'A' ? 'Q' : 'A'),
            "secret changed" => Changed(token, 40),
            "session changed" => Changed(token, 10),
            "cut" => token[..^1],
            "longer" => token + "A",
            "padded" => token[..^1] + "=",
            "without its prefix" => token[4..],
            "not ASCII" => token[..^1] + "é",
            _ => throw new ArgumentOutOfRangeException(nameof(how)),
        };
        (await RefreshAsync(forged)).AssertProblem(401, "UNAUTHENTICATED");
        Assert.Equal(200, (await RefreshAsync(token)).Status);
    }

    [Fact]
    public async Task An_account_is_locked_after_too_many_failed_attempts_and_says_nothing_about_it()
    {
        var (_, email, _) = await api.RegisterAsync();
        var bodies = new HashSet<string>();
        for (var i = 0; i < 10; i++)
        {
            bodies.Add(Body(await api.LoginAsync(email, "wrong horse battery")));
        }

        // The right password, for as long as the lock lasts; and an address that nobody has.
        bodies.Add(Body(await api.LoginAsync(email)));
        bodies.Add(Body(await api.LoginAsync($"no-{email}")));
        Assert.Single(bodies);
    }

    [Fact]
    public async Task A_sign_in_that_succeeds_forgets_the_attempts_before_it()
    {
        var (_, email, _) = await api.RegisterAsync();
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 8; i++)
            {
                Assert.Equal(401, (await api.LoginAsync(email, "wrong horse battery")).Status);
            }

            Assert.Equal(200, (await api.LoginAsync(email)).Status);
        }
    }

    [Theory]
    [InlineData("qwertyuiop", "guessed first")]
    [InlineData("Password2024!", "guessed first")]
    [InlineData("Walletgrains1", "guessed first")]
    [InlineData("somebody.new@example.com", "e-mail address")]
    public async Task A_password_that_is_guessed_first_is_refused(string password, string why)
    {
        var reply = await api.Anonymous().PostAsync("/auth/register", $$"""{"email":"somebody.new@example.com","password":"{{password}}","fullName":"Ada"}""");
        Assert.Contains(why, reply.AssertProblem(400, "VALIDATION").Json.GetProperty("errors").GetProperty("password")[0].GetString(), StringComparison.Ordinal);
    }

    private static string Body(Reply reply) => PerRequest().Replace(reply.AssertProblem(401, "UNAUTHENTICATED").Text, "");

    private static string Changed(string token, int at) => token[..at] + (token[at] == 'A' ? 'B' : 'A') + token[(at + 1)..];

    private static string AccessIn(Reply reply) => reply.Json.GetProperty("accessToken").GetString()!;

    private static string RefreshIn(Reply reply) => reply.Json.GetProperty("refreshToken").GetString()!;

    private static (string Access, string Refresh) Tokens(Reply reply) => (AccessIn(reply), RefreshIn(reply));

    private async Task<(string Access, string Refresh)> SignInAsync()
    {
        var (_, email, _) = await api.RegisterAsync();
        return Tokens(await api.LoginAsync(email));
    }

    private async Task<((string Access, string Refresh) One, (string Access, string Refresh) Other)> SignInTwiceAsync()
    {
        var (_, email, _) = await api.RegisterAsync();
        return (Tokens(await api.LoginAsync(email)), Tokens(await api.LoginAsync(email)));
    }

    private Task<Reply> RefreshAsync(string token) => api.Anonymous().PostAsync("/auth/refresh", $$"""{"refreshToken":"{{token}}"}""");

    private async Task<int> MeAsync(string token) => (await api.WithToken(token).GetAsync("/auth/me")).Status;

    [GeneratedRegex("\"(timestamp|correlationId)\":\"[^\"]+\"")]
    private static partial Regex PerRequest();
}
