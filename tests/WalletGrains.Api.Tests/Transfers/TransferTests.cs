using System.Text.Json;
using Xunit;

namespace WalletGrains.Api.Tests.Transfers;

[Collection(ApiTests.Name)]
public sealed class TransferTests(ApiFixture api)
{
    [Fact]
    public async Task A_transfer_of_family_2_shows_the_payers_side()
    {
        var (payer, receiver) = (api.Customer(), api.Customer());
        var (fromId, toId) = (await payer.OpenWalletAsync(100), await receiver.OpenWalletAsync());
        var reply = await payer.PostAsync($"/wallet/{fromId}/transfer", $$"""{"amount":30.25,"toWalletId":"{{toId}}","description":"rent"}""");
        Assert.True(reply.Status == 200, reply.Text);
        Assert.Equal(["transferId", "status", "fromWalletId", "toWalletId", "amount", "balance", "createdAt"], Names(reply.Json));
        Assert.Equal("COMPLETED", reply.Json.GetProperty("status").GetString());
        Assert.Equal("69.75", reply.Json.GetProperty("balance").GetRawText());
        Assert.Equal("30.25", reply.Json.GetProperty("amount").GetRawText());
        Assert.Equal(toId, reply.Json.GetProperty("toWalletId").GetGuid());

        Assert.Equal((69.75m, 2), await payer.ReadWalletAsync(fromId));
        Assert.Equal((30.25m, 1), await receiver.ReadWalletAsync(toId));
        var received = (await receiver.GetAsync($"/wallet/{toId}/history")).Json.GetProperty("items")[0];
        Assert.Equal("TRANSFER_IN", received.GetProperty("type").GetString());
        Assert.Equal("rent", received.GetProperty("description").GetString());

        foreach (var side in new[] { payer, receiver, api.Operator() })
        {
            var transfer = await side.GetAsync($"/transfers/{reply.Json.GetProperty("transferId").GetString()}");
            Assert.True(transfer.Status == 200, transfer.Text);
            Assert.Equal(["transferId", "status", "steps"], Names(transfer.Json));
            Assert.Equal("COMPLETED", transfer.Json.GetProperty("status").GetString());
            Assert.Equal(["TRANSFER_OUT", "TRANSFER_IN"], transfer.Json.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("type").GetString()));
        }
    }

    [Fact]
    public async Task A_transfer_of_family_1_hides_the_receivers_balance_from_the_payer()
    {
        var (payer, receiver) = (api.Customer(), api.Customer());
        var (fromId, toId) = (await payer.OpenWalletAsync(100), await receiver.OpenWalletAsync(1_234));
        var body = $$"""{"receiverWalletId":"{{toId}}","senderWalletId":"{{fromId}}","amount":10}""";
        var reply = await payer.PostAsync("/wallets/transfer", body);
        Assert.True(reply.Status == 201, reply.Text);
        Assert.Equal(["sender", "receiver", "transferId", "status"], Names(reply.Json));
        Assert.Equal(90, reply.Json.GetProperty("sender").GetProperty("balance").GetDecimal());
        Assert.Equal(["id", "currency", "status"], Names(reply.Json.GetProperty("receiver")));
        Assert.DoesNotContain("1244", reply.Text, StringComparison.Ordinal);
        Assert.Equal($"/transfers/{reply.Json.GetProperty("transferId").GetString()}", reply.Header("Location"));

        var seen = await api.Service().PostAsync("/wallets/transfer", body);
        Assert.Equal(1_254, seen.Json.GetProperty("receiver").GetProperty("balance").GetDecimal());
        Assert.Equal(9, seen.Json.GetProperty("receiver").EnumerateObject().Count());
    }

    [Fact]
    public async Task A_transfer_between_own_wallets_shows_both()
    {
        var caller = api.Customer();
        var (fromId, toId) = (await caller.OpenWalletAsync(100), await caller.OpenWalletAsync());
        var reply = await caller.PostAsync("/wallets/transfer", $$"""{"receiverWalletId":"{{toId}}","senderWalletId":"{{fromId}}","amount":10}""");
        Assert.Equal(10, reply.Json.GetProperty("receiver").GetProperty("balance").GetDecimal());
    }

    [Fact]
    public async Task Nobody_sends_from_a_wallet_of_somebody_else()
    {
        var (thief, owner) = (api.Customer(), api.Customer());
        var (ownersId, thiefsId) = (await owner.OpenWalletAsync(100), await thief.OpenWalletAsync());
        var reply = await thief.PostAsync("/wallets/transfer", $$"""{"receiverWalletId":"{{thiefsId}}","senderWalletId":"{{ownersId}}","amount":10}""");
        reply.AssertProblem(404, "NOT_FOUND");
        Assert.Equal((100, 1), await owner.ReadWalletAsync(ownersId));
    }

    [Fact]
    public async Task Transfers_that_cannot_be_are_refused_alike_in_both_families()
    {
        var caller = api.Customer();
        var (naira, other, dollars) = (await caller.OpenWalletAsync(100), await caller.OpenWalletAsync(), await caller.OpenWalletAsync(currency: "USD"));
        foreach (var (to, amount, status, code) in new[]
        {
            (naira, "1", 400, "SAME_WALLET"),
            (dollars, "1", 422, "CURRENCY_MISMATCH"),
            (Guid.CreateVersion7(), "1", 404, "NOT_FOUND"),
            (other, "100.01", 400, "INSUFFICIENT_FUNDS"),
            (other, "10000000000000.01", 422, "AMOUNT_TOO_LARGE"),
        })
        {
            (await caller.PostAsync($"/wallet/{naira}/transfer", $$"""{"toWalletId":"{{to}}","amount":{{amount}}}""")).AssertProblem(status, code);
            (await caller.PostAsync("/wallets/transfer", $$"""{"receiverWalletId":"{{to}}","senderWalletId":"{{naira}}","amount":{{amount}}}""")).AssertProblem(status, code);
        }

        Assert.Equal((100, 1), await caller.ReadWalletAsync(naira));
        Assert.Equal((0, 0), await caller.ReadWalletAsync(other));
    }

    [Fact]
    public async Task A_transfer_whose_credit_is_refused_gives_the_money_back_and_says_why()
    {
        var caller = api.Customer();
        var (fromId, fullId) = (await caller.OpenWalletAsync(100), await caller.OpenWalletAsync(10_000_000_000_000m));
        var body = $$"""{"toWalletId":"{{fullId}}","amount":10,"requestId":"one"}""";
        var refused = (await caller.PostAsync($"/wallet/{fromId}/transfer", body)).AssertProblem(422, "AMOUNT_TOO_LARGE");
        Assert.Equal(100, (await caller.ReadWalletAsync(fromId)).Balance);

        var transfer = await caller.GetAsync($"/transfers/{refused.Json.GetProperty("transferId").GetString()}");
        Assert.Equal("COMPENSATED", transfer.Json.GetProperty("status").GetString());
        Assert.Equal("AMOUNT_TOO_LARGE", transfer.Json.GetProperty("failureCode").GetString());
        Assert.Equal(["TRANSFER_OUT", "TRANSFER_REFUND"], transfer.Json.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("type").GetString()));

        var again = (await caller.PostAsync($"/wallet/{fromId}/transfer", body)).AssertProblem(422, "AMOUNT_TOO_LARGE");
        Assert.Equal("true", again.Header("Idempotent-Replay"));
        Assert.Equal(refused.Json.GetProperty("transferId").GetGuid(), again.Json.GetProperty("transferId").GetGuid());
    }

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(member => member.Name);
}
