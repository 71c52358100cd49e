using Xunit;

namespace WalletGrains.Api.Tests.Errors;

[Collection(ApiTests.Name)]
public sealed class ProblemTests(ApiFixture api)
{
    [Fact]
    public async Task A_problem_has_every_member_of_the_contract()
    {
        var reply = await api.Anonymous().GetAsync("/wallets");
        reply.AssertProblem(401, "UNAUTHENTICATED");
        Assert.Equal(
            ["type", "title", "status", "detail", "instance", "code", "statusCode", "timestamp", "path", "error", "message", "correlationId"],
            reply.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal("/wallets", reply.Json.GetProperty("path").GetString());
        Assert.Equal("Unauthorized", reply.Json.GetProperty("error").GetString());
    }

    [Theory]
    [InlineData("0198c0de-test_1.2")]
    [InlineData("A")]
    public async Task A_sane_correlation_id_comes_back_on_every_answer(string id)
    {
        var caller = api.Customer();
        foreach (var path in new[] { "/wallets", "/nothing", "/wallet/abc", "/version", "/openapi/v1.json", "/docs/index.html" })
        {
            Assert.Equal(id, (await caller.GetAsync(path, ("X-Correlation-Id", id))).Header("X-Correlation-Id"));
        }

        Assert.Equal(id, (await api.Anonymous().GetAsync("/wallets", ("X-Correlation-Id", id))).Header("X-Correlation-Id"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("<script>")]
    [InlineData("new\tline")]
    [InlineData("{json}")]
    [InlineData("too long")]
    public async Task Another_correlation_id_is_replaced(string id)
    {
        var given = id == "too long" ? new string('x', 129) : id;
        var made = (await api.Customer().GetAsync("/wallets", ("X-Correlation-Id", given))).Header("X-Correlation-Id");
        Assert.Matches("^[0-9a-f]{32}$", made);
    }

    [Fact]
    public async Task Every_request_without_a_correlation_id_gets_its_own()
    {
        var first = (await api.Customer().GetAsync("/version")).Header("X-Correlation-Id");
        var second = (await api.Customer().GetAsync("/version")).Header("X-Correlation-Id");
        Assert.NotEqual(first, second);
    }
}
