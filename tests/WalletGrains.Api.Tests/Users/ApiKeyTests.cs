using System.Net.WebSockets;
using System.Text;
using Xunit;

namespace WalletGrains.Api.Tests.Users;

[Collection(ApiTests.Name)]
public sealed class ApiKeyTests(ApiFixture api)
{
    private const string Header = "X-Api-Key";

    [Fact]
    public async Task A_key_acts_as_a_service_within_its_scopes_until_it_is_revoked()
    {
        var wallet = await api.Customer().OpenWalletAsync();
        var (key, keyId) = await CreateAsync("""["money:in","wallets:read"]""");
        Assert.Equal(200, (await DepositAsync(wallet, (Header, key))).Status);
        Assert.Equal(200, (await api.Anonymous().GetAsync($"/wallet/{wallet}", (Header, key))).Status);
        (await api.Anonymous().PostAsync($"/wallet/{wallet}/withdraw", """{"amount":1}""", (Header, key))).AssertProblem(403, "FORBIDDEN");
        (await api.Anonymous().GetAsync("/auth/me", (Header, key))).AssertProblem(403, "FORBIDDEN");
        (await api.Anonymous().GetAsync("/ops/users", (Header, key))).AssertProblem(403, "FORBIDDEN");

        Assert.Equal(204, (await api.Operator().SendAsync(HttpMethod.Delete, $"/ops/api-keys/{keyId}", content: null)).Status);
        (await DepositAsync(wallet, (Header, key))).AssertProblem(401, "UNAUTHENTICATED");
        Assert.Equal(204, (await api.Operator().SendAsync(HttpMethod.Delete, $"/ops/api-keys/{keyId}", content: null)).Status);
    }

    [Fact]
    public async Task A_further_key_of_a_service_is_the_same_caller()
    {
        var (key, keyId) = await CreateAsync("""["wallets:write","wallets:read"]""");
        var listed = await FindAsync(keyId);
        var (further, _) = await CreateAsync("""["wallets:read"]""", $$""","serviceId":"{{listed.GetProperty("serviceId").GetString()}}" """);
        var opened = await api.Anonymous().PostAsync("/wallets", "{}", (Header, key));
        Assert.Equal(201, opened.Status);
        Assert.Contains(
            opened.Json.GetProperty("id").GetString()!,
            (await api.Anonymous().GetAsync("/wallets", (Header, further))).Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_shown_once_and_its_hash_never()
    {
        var (key, keyId) = await CreateAsync("""["money:in"]""");
        var list = await api.Operator().GetAsync("/ops/api-keys");
        Assert.DoesNotContain(key[^20..], list.Text, StringComparison.Ordinal);
        var listed = await FindAsync(keyId);
        Assert.Equal(["keyId", "serviceId", "name", "scopes", "createdAt", "createdBy"], listed.EnumerateObject().Select(member => member.Name));
        Assert.StartsWith("wgk_", key, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_and_a_token_together_are_no_credential()
    {
        var (key, _) = await CreateAsync("""["wallets:read"]""");
        (await api.Customer().GetAsync("/wallets", (Header, key))).AssertProblem(401, "UNAUTHENTICATED");
        (await api.Anonymous().GetAsync("/wallets", (Header, key), (Header, key))).AssertProblem(401, "UNAUTHENTICATED");
        (await api.WithToken(key).GetAsync("/wallets")).AssertProblem(401, "UNAUTHENTICATED");
        Assert.Equal(200, (await api.Anonymous().GetAsync("/wallets", (Header, key))).Status);
    }

    [Theory]
    [InlineData("""{"name":"till","scopes":[]}""", "scopes")]
    [InlineData("""{"name":"till","scopes":["money:out"]}""", "scopes")]
    [InlineData("""{"name":"till","scopes":["money:in","money:in"]}""", "scopes")]
    [InlineData("""{"name":"till","scopes":[null]}""", "scopes")]
    [InlineData("""{"name":"till","scopes":"money:in"}""", "scopes")]
    [InlineData("""{"name":"","scopes":["money:in"]}""", "name")]
    [InlineData("""{"name":"till","scopes":["money:in"],"expiresAt":"2020-01-01T00:00:00Z"}""", "expiresAt")]
    [InlineData("""{"name":"till","scopes":["money:in"],"serviceId":"00000000-0000-0000-0000-000000000000"}""", "serviceId")]
    public async Task A_key_that_means_nothing_is_not_made(string body, string field)
    {
        var errors = (await api.Operator().PostAsync("/ops/api-keys", body)).AssertProblem(400, "VALIDATION").Json.GetProperty("errors");
        Assert.NotEmpty(errors.GetProperty(field)[0].GetString()!);
    }

    [Fact]
    public async Task A_key_is_no_session_and_opens_no_push_connection()
    {
        var (key, _) = await CreateAsync("""["wallets:read"]""");
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader(Header, key);
        await socket.ConnectAsync(new UriBuilder(api.Address) { Scheme = "ws", Path = "/hubs/wallet" }.Uri, TestContext.Current.CancellationToken);
        await socket.SendAsync("{\"protocol\":\"json\",\"version\":1}\u001e"u8.ToArray(), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);

        var told = new StringBuilder();
        var buffer = new byte[4_096];
        for (WebSocketReceiveResult? read = null; read is not { MessageType: WebSocketMessageType.Close };)
        {
            read = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
            told.Append(Encoding.UTF8.GetString(buffer, 0, read.Count));
        }

        Assert.Contains("Authentication error: Session invalid", told.ToString(), StringComparison.Ordinal);
    }

    private Task<Reply> DepositAsync(Guid wallet, (string Name, string Value) header) =>
        api.Anonymous().PostAsync($"/wallet/{wallet}/deposit", """{"amount":1}""", header);

    private async Task<(string Key, string KeyId)> CreateAsync(string scopes, string more = "")
    {
        var created = await api.Operator().PostAsync("/ops/api-keys", $$"""{"name":"till","scopes":{{scopes}}{{more}}}""");
        Assert.True(created.Status == 201, created.Text);
        return (created.Json.GetProperty("key").GetString()!, created.Json.GetProperty("apiKey").GetProperty("keyId").GetString()!);
    }

    private async Task<System.Text.Json.JsonElement> FindAsync(string keyId) =>
        (await api.Operator().GetAsync("/ops/api-keys?limit=200")).Json.GetProperty("items").EnumerateArray()
            .Single(item => item.GetProperty("keyId").GetString() == keyId);
}
