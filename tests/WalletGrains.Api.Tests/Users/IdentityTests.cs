using System.Text.RegularExpressions;
using Xunit;

namespace WalletGrains.Api.Tests.Users;

[Collection(ApiTests.Name)]
public sealed class IdentityTests(ApiFixture api)
{
    private static readonly Regex PerRequest = new("\"(timestamp|correlationId)\":\"[^\"]+\"");

    [Fact]
    public async Task A_new_user_gets_a_wallet_signs_in_and_is_told_who_it_is()
    {
        var email = $"Ada.{Guid.NewGuid():N}@Example.com";
        var registered = await api.Anonymous().PostAsync(
            "/auth/register", $$"""{"email":"{{email}}","password":"correct horse battery","fullName":"Ada Obi","phone":"+2348012345678"}""");
        Assert.True(registered.Status == 201, registered.Text);
        Assert.Equal(["userId", "email", "fullName", "walletId"], registered.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(email, registered.Json.GetProperty("email").GetString());

        var login = await api.Anonymous().PostAsync("/auth/login", $$"""{"email":"{{email.ToLowerInvariant()}}","password":"correct horse battery"}""");
        Assert.True(login.Status == 200, login.Text);
        Assert.Equal(["accessToken", "refreshToken", "tokenType", "expiresIn", "user"], login.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal("Bearer", login.Json.GetProperty("tokenType").GetString());
        Assert.Equal(900, login.Json.GetProperty("expiresIn").GetInt32());
        Assert.Equal(["userId", "email", "fullName", "role"], login.Json.GetProperty("user").EnumerateObject().Select(member => member.Name));
        Assert.Equal("customer", login.Json.GetProperty("user").GetProperty("role").GetString());

        var caller = api.WithToken(login.Json.GetProperty("accessToken").GetString()!);
        var me = await caller.GetAsync("/auth/me");
        Assert.Equal(registered.Json.GetProperty("userId").GetGuid(), me.Json.GetProperty("userId").GetGuid());
        Assert.Equal("+2348012345678", me.Json.GetProperty("phone").GetString());
        Assert.Equal(registered.Json.GetProperty("walletId").GetGuid(), me.Json.GetProperty("walletId").GetGuid());

        var wallets = await caller.GetAsync("/wallets");
        var wallet = Assert.Single(wallets.Json.EnumerateArray());
        Assert.Equal(registered.Json.GetProperty("walletId").GetGuid(), wallet.GetProperty("id").GetGuid());
        Assert.Equal("NGN", wallet.GetProperty("currency").GetString());
    }

    [Fact]
    public async Task An_email_address_can_be_registered_once_whatever_its_case()
    {
        var (_, email, _) = await api.RegisterAsync();
        foreach (var same in new[] { email, email.ToUpperInvariant() })
        {
            var again = await api.Anonymous().PostAsync("/auth/register", $$"""{"email":"{{same}}","password":"another password","fullName":"Eve"}""");
            again.AssertProblem(409, "EMAIL_TAKEN");
        }
    }

    [Fact]
    public async Task A_wrong_email_address_and_a_wrong_password_are_answered_alike()
    {
        var (_, email, _) = await api.RegisterAsync();
        var wrongPassword = await api.Anonymous().PostAsync("/auth/login", $$"""{"email":"{{email}}","password":"wrong horse battery"}""");
        var wrongEmail = await api.Anonymous().PostAsync("/auth/login", $$"""{"email":"no-{{email}}","password":"wrong horse battery"}""");
        wrongPassword.AssertProblem(401, "UNAUTHENTICATED");
        wrongEmail.AssertProblem(401, "UNAUTHENTICATED");
        Assert.Equal(PerRequest.Replace(wrongPassword.Text, ""), PerRequest.Replace(wrongEmail.Text, ""));
        Assert.Equal("Bearer", wrongEmail.Header("WWW-Authenticate"));
    }

    [Fact]
    public async Task A_token_of_nobody_is_no_credential() => (await api.Customer().GetAsync("/auth/me")).AssertProblem(401, "UNAUTHENTICATED");
}
