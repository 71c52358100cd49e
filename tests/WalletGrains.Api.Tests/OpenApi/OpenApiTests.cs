using System.Text.Json;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Api.Tests.BadInput;
using WalletGrains.Api.VirtualAccounts;
using Xunit;

namespace WalletGrains.Api.Tests.OpenApi;

[Collection(ApiTests.Name)]
public sealed class OpenApiTests(ApiFixture api)
{
    [Fact]
    public void Every_route_is_in_the_document_and_nothing_else() => Assert.Equal(
        new[]
        {
            "GET /ops/verify/{id}", "GET /ops/verify", "POST /ops/verify",
            "GET /ops/reconciliation", "POST /ops/reconciliation/run", "GET /ops/trial-balance", "GET /ops/transfers",
            "GET /wallet/{id}/stats", "POST /ops/statistics/rebuild", "GET /ops/fraud-alerts", "POST /ops/fraud-alerts/{id}/resolve",
            "GET /ops/audit", "GET /ops/checkpoints", "POST /ops/checkpoints", "GET /transactions/{id}/receipt", "GET /signing-key",
            "POST /auth/register", "POST /auth/login", "POST /auth/refresh", "POST /auth/logout", "GET /auth/me",
            "GET /ops/users", "GET /ops/users/{id}", "PUT /ops/users/{id}/role", "POST /ops/users/{id}/lock", "POST /ops/users/{id}/unlock",
            "GET /ops/api-keys", "POST /ops/api-keys", "DELETE /ops/api-keys/{id}",
            "POST /mobile-users", "GET /mobile-users/{id}", "PATCH /mobile-users/{id}", "POST /mobile-users/{id}/accounts", "PATCH /mobile-users/{id}/accounts",
            "POST /mobile-users/login", "POST /mobile-users/{id}/sync", "GET /api/sync/status", "POST /api/sync/start", "POST /api/sync/stop",
            "GET /ops/jobs", "GET /ops/jobs/{id}", "GET /ops/dead-letters", "POST /ops/dead-letters/{id}/retry", "POST /ops/dead-letters/{id}/discard",
            "POST /wallets", "GET /wallets", "POST /wallets/fund", "POST /wallets/transfer", "POST /wallets/bulk", "GET /wallets/{id}",
            "GET /bills/billers", "POST /bills/pay", "GET /bills", "GET /bills/{id}", "POST /ops/bills/{id}/settle", "POST /ops/bills/{id}/retry",
            "GET /wallets/{id}/virtual-account", "POST /api/v1/webhooks/globus",
            "POST /ops/reconciliation/bank", "GET /ops/reconciliation/bank", "POST /ops/reconciliation/bank/credit",
            "POST /wallet/{id}/deposit", "POST /wallet/{id}/withdraw", "POST /wallet/{id}/transfer", "GET /wallet/{id}", "GET /wallet/{id}/history",
            "POST /wallet/{id}/holds", "GET /holds/{id}", "POST /holds/{id}/capture", "POST /holds/{id}/release",
            "POST /wallet/{id}/freeze", "POST /wallet/{id}/unfreeze", "POST /wallet/{id}/close", "PUT /wallet/{id}/limits", "GET /wallet/{id}/limits",
            "POST /wallet/{id}/schedules", "GET /wallet/{id}/schedules", "GET /schedules/{id}", "DELETE /schedules/{id}",
            "GET /transactions/{id}", "GET /transfers/{id}", "POST /transfers/{id}/reverse", "GET /health/live", "GET /health/ready", "GET /version",
        }.Order(StringComparer.Ordinal),
        api.Contract.Operations.Order(StringComparer.Ordinal));

    [Fact]
    public void Every_operation_has_a_summary_a_response_schema_its_problems_and_its_security()
    {
        foreach (var name in api.Contract.Operations)
        {
            var (method, path) = (name.Split(' ')[0], name.Split(' ')[1]);
            var operation = api.Contract.Find(new HttpMethod(method), path)!.Value;
            Assert.NotEmpty(operation.GetProperty("summary").GetString()!);
            Assert.NotEmpty(operation.GetProperty("operationId").GetString()!);
            Assert.NotEmpty(operation.GetProperty("tags").EnumerateArray());

            var responses = operation.GetProperty("responses");
            var success = responses.EnumerateObject().Single(response => response.Name[0] == '2').Value;
            var isEmpty = operation.GetProperty("responses").TryGetProperty("204", out _);
            Assert.Equal(isEmpty, !success.TryGetProperty("content", out var content));
            Assert.True(isEmpty || Resolve(content.GetProperty("application/json").GetProperty("schema")).EnumerateObject().Any());
            Assert.True(responses.TryGetProperty("500", out var problem), name);
            Assert.EndsWith("/ProblemBody", problem.GetProperty("content").GetProperty("application/problem+json").GetProperty("schema").GetProperty("$ref").GetString(), StringComparison.Ordinal);

            var open = path is "/auth/register" or "/mobile-users/login" or "/auth/login" or "/auth/refresh" or "/health/live" or "/health/ready" or "/version" or "/signing-key" or "/api/v1/webhooks/globus";
            Assert.Equal(!open, operation.TryGetProperty("security", out var security) && security.GetArrayLength() >= 1);
            Assert.Equal(!open || path is "/mobile-users/login" or "/auth/login" or "/auth/refresh" or "/api/v1/webhooks/globus", responses.TryGetProperty("401", out _));
            if (operation.TryGetProperty("requestBody", out var requestBody))
            {
                var isText = path is "/ops/reconciliation/bank";
                var body = Resolve(requestBody.GetProperty("content").GetProperty(isText ? "text/csv" : "application/json").GetProperty("schema"));
                Assert.Equal(isText ? "string" : "object", body.GetProperty("type").GetString());
                foreach (var status in new[] { "400", "413", "415" })
                {
                    Assert.True(responses.TryGetProperty(status, out _), $"{name} {status}");
                }
            }
        }
    }

    [Fact]
    public void Every_operation_has_an_example_of_its_body_of_its_answer_and_of_each_problem()
    {
        foreach (var name in api.Contract.Operations)
        {
            var (method, path) = (name.Split(' ')[0], name.Split(' ')[1]);
            var operation = api.Contract.Find(new HttpMethod(method), path)!.Value;
            if (operation.TryGetProperty("requestBody", out var requestBody))
            {
                if (requestBody.GetProperty("content").TryGetProperty("text/csv", out var csv))
                {
                    Assert.NotNull(StatementUpload.Parse(csv.GetProperty("example").GetString()!, new DateOnly(2026, 1, 31)).Lines);
                    continue;
                }

                var content = requestBody.GetProperty("content").GetProperty("application/json");
                var type = ApiJson.Wire.GetTypeInfo(TypeOf(content.GetProperty("schema")))!;
                Assert.NotNull(JsonSerializer.Deserialize(content.GetProperty("example"), type));
                AssertSays(name, content.GetProperty("example"));
            }

            foreach (var response in operation.GetProperty("responses").EnumerateObject().Where(response => response.Value.TryGetProperty("content", out _)))
            {
                if (response.Name[0] == '2')
                {
                    AssertSays(name, response.Value.GetProperty("content").GetProperty("application/json").GetProperty("example"));
                    continue;
                }

                var examples = response.Value.GetProperty("content").GetProperty("application/problem+json").GetProperty("examples");
                Assert.NotEmpty(examples.EnumerateObject());
                foreach (var example in examples.EnumerateObject())
                {
                    var problem = example.Value.GetProperty("value");
                    Assert.Equal(example.Name, problem.GetProperty("code").GetString());
                    Assert.Equal(response.Name, problem.GetProperty("status").GetRawText());
                    Assert.NotNull(problem.Deserialize(ApiJson.Wire.ProblemBody));
                }
            }
        }
    }

    /// <summary>Asserts that the example has a value of its own for every text in it.</summary>
    private static void AssertSays(string operation, JsonElement example) =>
        Assert.False(
            example.GetRawText().Contains($"\"{ExampleBodies.NoText}\"", StringComparison.Ordinal),
            $"The example of {operation} has a text without a value in ExampleBodies: {example.GetRawText()}");

    private static Type TypeOf(JsonElement schema)
    {
        var name = schema.GetProperty("$ref").GetString()!.Split('/')[^1];
        return typeof(WalletGrainsApi).Assembly.GetTypes().Single(type => type.Name == name);
    }

    [Fact]
    public void A_request_schema_says_what_is_required_and_of_which_type()
    {
        var fund = api.Contract.Root.GetProperty("components").GetProperty("schemas").GetProperty("FundRequest");
        Assert.Equal(["amount", "wallet_id"], fund.GetProperty("required").EnumerateArray().Select(name => name.GetString()).Order());
        Assert.Equal("number", Resolve(fund.GetProperty("properties").GetProperty("amount")).GetProperty("type").GetString());
        Assert.False(fund.GetProperty("additionalProperties").GetBoolean());

        var wallet = api.Contract.Root.GetProperty("components").GetProperty("schemas").GetProperty("WalletResponse").GetProperty("properties");
        Assert.Equal("number", wallet.GetProperty("balance").GetProperty("type").GetString());
        Assert.Equal("date-time", wallet.GetProperty("createdAt").GetProperty("format").GetString());
        Assert.Equal("uuid", wallet.GetProperty("id").GetProperty("format").GetString());
    }

    [Fact]
    public void A_body_whose_members_may_all_be_left_out_may_be_left_out_itself()
    {
        foreach (var route in BodyRoute.All.Values)
        {
            var (method, path) = (route.Operation.Split(' ')[0], route.Operation.Split(' ')[1]);
            var body = api.Contract.Find(new HttpMethod(method), path)!.Value.GetProperty("requestBody");
            Assert.Equal(!route.MayBeEmpty, body.TryGetProperty("required", out var required) && required.GetBoolean());
        }
    }

    [Fact]
    public void Metadata_and_amounts_that_may_be_left_out_have_their_schema()
    {
        var schemas = api.Contract.Root.GetProperty("components").GetProperty("schemas");
        var metadata = Resolve(schemas.GetProperty("PlaceHoldRequest").GetProperty("properties").GetProperty("metadata"));
        Assert.Equal("string", metadata.GetProperty("additionalProperties").GetProperty("type").GetString());
        Assert.False(schemas.GetProperty("CaptureHoldRequest").TryGetProperty("required", out _));
        var amount = Resolve(schemas.GetProperty("CaptureHoldRequest").GetProperty("properties").GetProperty("amount"));
        Assert.Equal(["null", "number"], amount.GetProperty("type").EnumerateArray().Select(type => type.GetString()).Order());
    }

    [Fact]
    public async Task The_docs_page_is_served_with_its_own_assets()
    {
        var index = await api.Anonymous().GetAsync("/docs/index.html");
        Assert.Equal(200, index.Status);
        Assert.DoesNotContain("//cdn", index.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", index.Text, StringComparison.Ordinal);
        foreach (var asset in new[] { "swagger-ui.css", "swagger-ui-bundle.js", "index.js" })
        {
            Assert.Equal(200, (await api.Anonymous().GetAsync($"/docs/{asset}")).Status);
        }

        Assert.Equal(200, (await api.Anonymous().GetAsync("/docs")).Status);
    }

    [Fact]
    public async Task The_open_operations_routes_answer_anybody()
    {
        Assert.Equal("Healthy", (await api.Anonymous().GetAsync("/health/live")).Json.GetProperty("status").GetString());
        var ready = await api.Anonymous().GetAsync("/health/ready");
        Assert.Equal("Healthy", ready.Json.GetProperty("checks").GetProperty("database").GetString());
        Assert.Equal("WalletGrains", (await api.Anonymous().GetAsync("/version")).Json.GetProperty("product").GetString());
    }

    /// <summary>The schema itself, or the one it refers to.</summary>
    private JsonElement Resolve(JsonElement schema) => schema.TryGetProperty("$ref", out var reference)
        ? api.Contract.Root.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1])
        : schema;
}
