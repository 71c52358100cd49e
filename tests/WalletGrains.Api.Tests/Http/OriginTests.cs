using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using WalletGrains.Api.Http;
using Xunit;

namespace WalletGrains.Api.Tests.Http;

/// <summary>Which pages of other origins a browser lets call the Api.</summary>
[Collection(ApiTests.Name)]
public sealed class OriginTests(ApiFixture api)
{
    private const string Origin = "https://app.example.com";

    [Fact]
    public async Task In_development_any_page_may_call_without_credentials()
    {
        var reply = await api.Customer().GetAsync("/wallets", ("Origin", Origin));
        Assert.Equal("*", reply.Header("Access-Control-Allow-Origin"));
        Assert.Null(reply.Header("Access-Control-Allow-Credentials"));
        Assert.Contains("X-Correlation-Id", reply.Header("Access-Control-Expose-Headers"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_reads_problems_as_well()
    {
        foreach (var path in new[] { "/wallets", "/nothing-here", "/wallets?limit=x" })
        {
            Assert.Equal("*", (await api.Anonymous().GetAsync(path, ("Origin", Origin))).Header("Access-Control-Allow-Origin"));
        }
    }

    [Theory]
    [InlineData("/wallet/0198c0de-0000-7000-8000-000000000000/limits", "PUT")]
    [InlineData("/auth/login", "POST")]
    [InlineData("/schedules/0198c0de-0000-7000-8000-000000000000", "DELETE")]
    [InlineData("/hubs/wallet/negotiate", "POST")]
    public async Task A_preflight_is_answered_without_a_token(string path, string method)
    {
        var reply = await PreflightAsync(api, path, method);
        Assert.Equal(204, reply.Status);
        Assert.Equal("*", reply.Header("Access-Control-Allow-Origin"));
        Assert.Contains(method, reply.Header("Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.Contains("authorization", reply.Header("Access-Control-Allow-Headers"), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("https://app.example.com", true)]
    [InlineData("https://app.example.com,http://localhost:5173, https://b.example.com:8443", true)]
    [InlineData("*", false)]
    [InlineData("", false)]
    [InlineData("https://app.example.com,", false)]
    [InlineData("https://app.example.com,*", false)]
    [InlineData("https://*.example.com", false)]
    [InlineData("https://app.example.com/", false)]
    [InlineData("https://App.example.com", false)]
    [InlineData("https://app.example.com:443", false)]
    [InlineData("https://user@app.example.com", false)]
    [InlineData("app.example.com", false)]
    [InlineData("file:///app", false)]
    public void In_production_origins_are_exact(string? origins, bool valid)
    {
        var result = new OriginOptions.Validator(new HostingEnvironment { EnvironmentName = Environments.Production }).Validate(null, new OriginOptions { Origins = origins });
        Assert.Equal(valid, result.Succeeded);
        Assert.True(valid || result.FailureMessage!.Contains("Cors:Origins", StringComparison.Ordinal));
    }

    internal static Task<Reply> PreflightAsync(ApiFixture api, string path, string method) => api.Anonymous().SendAsync(
        HttpMethod.Options, path, content: null,
        ("Origin", Origin), ("Access-Control-Request-Method", method), ("Access-Control-Request-Headers", "authorization,content-type"));
}
