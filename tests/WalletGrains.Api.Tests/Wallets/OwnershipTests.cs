using System.Text.RegularExpressions;
using Xunit;

namespace WalletGrains.Api.Tests.Wallets;

[Collection(ApiTests.Name)]
public sealed class OwnershipTests(ApiFixture api)
{
    private static readonly Regex PerRequest = new("\"(timestamp|correlationId|path|instance)\":\"[^\"]+\"");

    [Fact]
    public async Task What_belongs_to_somebody_else_is_answered_like_what_does_not_exist()
    {
        var (owner, stranger) = (api.Customer(), api.Customer());
        var walletId = await owner.OpenWalletAsync(100);
        var strangersId = await stranger.OpenWalletAsync(100);
        var deposit = await owner.PostAsync($"/wallet/{walletId}/deposit", """{"amount":1}""");
        var transfer = await owner.PostAsync($"/wallet/{walletId}/transfer", $$"""{"amount":1,"toWalletId":"{{await owner.OpenWalletAsync()}}"}""");
        var holdId = (await owner.PlaceHoldAsync(walletId, 1)).ToString();
        var before = await owner.ReadWalletAsync(walletId);

        foreach (var (path, id, body) in new (string, string, string?)[]
        {
            ("/wallets/{0}", walletId.ToString(), null),
            ("/wallet/{0}", walletId.ToString(), null),
            ("/wallet/{0}/history", walletId.ToString(), null),
            ("/transactions/{0}", deposit.Json.GetProperty("transactionId").GetString()!, null),
            ("/transfers/{0}", transfer.Json.GetProperty("transferId").GetString()!, null),
            ("/wallet/{0}/deposit", walletId.ToString(), """{"amount":1}"""),
            ("/wallet/{0}/withdraw", walletId.ToString(), """{"amount":1}"""),
            ("/wallet/{0}/transfer", walletId.ToString(), $$"""{"amount":1,"toWalletId":"{{strangersId}}"}"""),
            ("/wallet/{0}/holds", walletId.ToString(), """{"amount":1}"""),
            ("/wallet/{0}/close", walletId.ToString(), "{}"),
            ("/wallet/{0}/limits", walletId.ToString(), null),
            ("/holds/{0}", holdId, null),
            ("/holds/{0}/capture", holdId, "{}"),
            ("/holds/{0}/capture", holdId, """{"amount":2}"""),
            ("/holds/{0}/release", holdId, "{}"),
            ("/wallets/fund", walletId.ToString(), """{"amount":1,"wallet_id":"{0}"}"""),
            ("/wallets/transfer", walletId.ToString(), $$"""{"amount":1,"senderWalletId":"{0}","receiverWalletId":"{{strangersId}}"}"""),
        })
        {
            var foreign = await SendAsync(stranger, path, id, body);
            var unknown = await SendAsync(stranger, path, Guid.CreateVersion7().ToString(), body);
            foreign.AssertProblem(404, "NOT_FOUND");
            unknown.AssertProblem(404, "NOT_FOUND");
            Assert.Equal(PerRequest.Replace(unknown.Text, ""), PerRequest.Replace(foreign.Text, ""));
        }

        Assert.Equal(before, await owner.ReadWalletAsync(walletId));
        Assert.Equal(100, (await stranger.ReadWalletAsync(strangersId)).Balance);
    }

    [Fact]
    public async Task A_service_and_an_operator_use_any_wallet()
    {
        var walletId = await api.Customer().OpenWalletAsync();
        foreach (var caller in new[] { api.Service(), api.Operator() })
        {
            Assert.Equal(200, (await caller.PostAsync($"/wallet/{walletId}/deposit", """{"amount":1}""")).Status);
            Assert.Equal(201, (await caller.PostAsync("/wallets/fund", $$"""{"amount":1,"wallet_id":"{{walletId}}"}""")).Status);
            Assert.Equal(200, (await caller.GetAsync($"/wallets/{walletId}")).Status);
            Assert.Equal(200, (await caller.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":2}""")).Status);
            Assert.Empty((await caller.GetAsync("/wallets")).Json.EnumerateArray());
        }
    }

    private static Task<Reply> SendAsync(ApiCaller caller, string path, string id, string? body)
    {
        var filled = path.Replace("{0}", id, StringComparison.Ordinal);
        return body is null ? caller.GetAsync(filled) : caller.PostAsync(filled, body.Replace("{0}", id, StringComparison.Ordinal));
    }
}
