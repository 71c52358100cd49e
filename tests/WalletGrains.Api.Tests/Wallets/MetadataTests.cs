using System.Text.Json;
using Xunit;

namespace WalletGrains.Api.Tests.Wallets;

[Collection(ApiTests.Name)]
public sealed class MetadataTests(ApiFixture api)
{
    private const string Given = """{"order":"7","Ünïcode 日本":"😀 <b>&","empty":""}""";

    [Theory]
    [InlineData("deposit", "", null)]
    [InlineData("withdraw", "", null)]
    [InlineData("holds", "", null)]
    [InlineData("transfer", ",\"toWalletId\":\"{other}\"", null)]
    [InlineData(null, ",\"wallet_id\":\"{own}\"", "/wallets/fund")]
    [InlineData(null, ",\"senderWalletId\":\"{own}\",\"receiverWalletId\":\"{other}\"", "/wallets/transfer")]
    public async Task Metadata_is_shown_with_its_transaction_and_nowhere_else(string? verb, string members, string? path)
    {
        var caller = api.Customer();
        var (walletId, otherId) = (await caller.OpenWalletAsync(100), await caller.OpenWalletAsync());
        path ??= $"/wallet/{walletId}/{verb}";
        var filled = members.Replace("{own}", walletId.ToString(), StringComparison.Ordinal).Replace("{other}", otherId.ToString(), StringComparison.Ordinal);
        var reply = await caller.PostAsync(path, $$"""{"amount":1{{filled}},"metadata":{{Given}}}""");
        Assert.True(reply.Status is 200 or 201, reply.Text);
        Assert.False(reply.Json.TryGetProperty("metadata", out _));

        var items = (await caller.GetAsync($"/wallet/{walletId}/history")).Json.GetProperty("items");
        var item = items[0];
        AssertGiven(item.GetProperty("metadata"));
        Assert.False(items[1].TryGetProperty("metadata", out _));
        Assert.Equal(item.GetRawText(), (await caller.GetAsync($"/transactions/{item.GetProperty("id").GetString()}")).Text);
        Assert.Equal(item.GetRawText(), (await caller.GetAsync($"/wallets/{walletId}")).Json.GetProperty("transactions")[0].GetRawText());
        if (path.EndsWith("transfer", StringComparison.Ordinal))
        {
            AssertGiven((await caller.GetAsync($"/wallet/{otherId}/history")).Json.GetProperty("items")[0].GetProperty("metadata"));
        }
    }

    [Fact]
    public async Task Metadata_is_part_of_what_a_request_id_stands_for_in_any_order()
    {
        var caller = api.Customer();
        var path = $"/wallet/{await caller.OpenWalletAsync()}/deposit";
        var first = await caller.PostAsync(path, """{"amount":1,"requestId":"one","metadata":{"a":"1","b":"2"}}""");
        var again = await caller.PostAsync(path, """{"amount":1,"requestId":"one","metadata":{"b":"2","\u0061":"1"}}""");
        Assert.Equal((200, first.Text, "true"), (again.Status, again.Text, again.Header("Idempotent-Replay")));
        foreach (var metadata in new[] { """{"a":"1","b":"3"}""", """{"a":"1"}""", """{"a":"1","b":"2","c":""}""", "null", "{}" })
        {
            (await caller.PostAsync(path, $$"""{"amount":1,"requestId":"one","metadata":{{metadata}}}""")).AssertProblem(422, "REQUEST_ID_REUSED");
        }
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    public async Task No_metadata_is_none(string json)
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync();
        var first = await caller.PostAsync($"/wallet/{walletId}/deposit", $$"""{"amount":1,"requestId":"one","metadata":{{json}}}""");
        Assert.Equal(first.Text, (await caller.PostAsync($"/wallet/{walletId}/deposit", """{"amount":1,"requestId":"one"}""")).Text);
        Assert.False((await caller.GetAsync($"/wallet/{walletId}/history")).Json.GetProperty("items")[0].TryGetProperty("metadata", out _));
    }

    [Fact]
    public async Task Metadata_has_2048_bytes_at_most()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync();
        var largest = $$"""{"a":"{{new string('x', 1_000)}}","b":"{{new string('é', 523)}}"}""";
        var deposit = await caller.PostAsync($"/wallet/{walletId}/deposit", $$"""{"amount":1,"metadata":{{largest}}}""");
        Assert.True(deposit.Status == 200, deposit.Text);
        var larger = largest.Replace("\"a\"", "\"aa\"", StringComparison.Ordinal);
        (await caller.PostAsync($"/wallet/{walletId}/deposit", $$"""{"amount":1,"metadata":{{larger}}}""")).AssertProblem(400, "VALIDATION");
    }

    private static void AssertGiven(JsonElement metadata) => Assert.Equal(
        JsonDocument.Parse(Given).RootElement.EnumerateObject().Select(member => (member.Name, member.Value.GetString())).Order(),
        metadata.EnumerateObject().Select(member => (member.Name, member.Value.GetString())).Order());
}
