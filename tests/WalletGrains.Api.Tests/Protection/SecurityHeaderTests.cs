using Xunit;

namespace WalletGrains.Api.Tests.Protection;

[Collection(ApiTests.Name)]
public sealed class SecurityHeaderTests(ApiFixture api)
{
    [Theory]
    [InlineData("/version", 200)]
    [InlineData("/openapi/v1.json", 200)]
    [InlineData("/wallets", 401)]
    [InlineData("/nothing", 404)]
    [InlineData("/docs/index.html", 200)]
    public async Task Every_answer_says_that_it_is_not_to_be_sniffed_framed_or_told_of(string path, int status)
    {
        var reply = await api.Anonymous().GetAsync(path);
        Assert.Equal(status, reply.Status);
        Assert.Equal("nosniff", reply.Header("X-Content-Type-Options"));
        Assert.Equal("no-referrer", reply.Header("Referrer-Policy"));
        Assert.Contains("frame-ancestors 'none'", reply.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.StartsWith("default-src 'none'", reply.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Null(reply.Header("Server"));
        Assert.Null(reply.Header("Strict-Transport-Security"));
    }

    [Theory]
    [InlineData("/version", 200)]
    [InlineData("/wallets", 200)]
    [InlineData("/auth/me", 200)]
    [InlineData("/openapi/v1.json", 200)]
    [InlineData("/nothing", 404)]
    public async Task No_answer_is_kept_in_a_cache(string path, int status)
    {
        var reply = await (await api.RegisterAsync()).Caller.GetAsync(path);
        Assert.Equal((status, "no-store"), (reply.Status, reply.Header("Cache-Control")));
    }

    [Fact]
    public async Task The_tokens_of_a_session_are_not_kept_in_a_cache()
    {
        var reply = await api.LoginAsync((await api.RegisterAsync()).Email);
        Assert.Equal(200, reply.Status);
        Assert.Equal("no-store", reply.Header("Cache-Control"));
    }

    [Fact]
    public async Task The_pages_of_the_documents_need_nothing_that_their_policy_forbids()
    {
        var page = await api.Anonymous().GetAsync("/docs/index.html");
        Assert.Contains("script-src 'self';", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.DoesNotMatch("<script(?![^>]*\\bsrc=)[^>]*>", page.Text);
        Assert.DoesNotMatch("\\son[a-z]+=", page.Text);
    }
}
