using System.Text.Json;
using Xunit;

namespace WalletGrains.Api.Tests.Transfers;

[Collection(ApiTests.Name)]
public sealed class ReversalTests(ApiFixture api)
{
    [Fact]
    public async Task A_reversal_is_a_transfer_of_its_own_the_other_way_round()
    {
        var (payer, receiver, staff) = (api.Customer(), api.Customer(), api.Service());
        var (fromId, toId) = (await payer.OpenWalletAsync(100), await receiver.OpenWalletAsync());
        var transferId = await payer.TransferAsync(fromId, toId, 30.25m);
        var before = await payer.GetAsync($"/transfers/{transferId}");
        var part = await staff.PostAsync($"/transfers/{transferId}/reverse", """{"amount":10.50,"reason":"damaged"}""");
        Assert.True(part.Status == 200, part.Text);
        Assert.Equal(["transferId", "reversedTransferId", "amount", "status"], Names(part.Json));
        Assert.Equal(transferId, part.Json.GetProperty("reversedTransferId").GetGuid());
        Assert.Equal("10.5", part.Json.GetProperty("amount").GetRawText());
        Assert.Equal("COMPLETED", part.Json.GetProperty("status").GetString());

        // The rest, without a body.
        var rest = await staff.SendAsync(HttpMethod.Post, $"/transfers/{transferId}/reverse", content: null);
        Assert.Equal("19.75", rest.Json.GetProperty("amount").GetRawText());
        Assert.Equal((100, 4), await payer.ReadWalletAsync(fromId));
        Assert.Equal((0, 3), await receiver.ReadWalletAsync(toId));

        foreach (var side in new[] { payer, receiver, staff })
        {
            Assert.Equal(before.Text, (await side.GetAsync($"/transfers/{transferId}")).Text);
            var reversal = (await side.GetAsync($"/transfers/{part.Json.GetProperty("transferId").GetString()}")).Json;
            Assert.Equal(["transferId", "status", "steps", "reversesTransferId"], Names(reversal));
            Assert.Equal(transferId, reversal.GetProperty("reversesTransferId").GetGuid());
            Assert.Equal([("TRANSFER_OUT", toId), ("TRANSFER_IN", fromId)], reversal.GetProperty("steps").EnumerateArray().Select(step => (step.GetProperty("type").GetString(), step.GetProperty("walletId").GetGuid())));
        }

        foreach (var (caller, walletId) in new[] { (payer, fromId), (receiver, toId) })
        {
            var history = (await caller.GetAsync($"/wallet/{walletId}/history")).Json.GetProperty("items");
            Assert.Equal("damaged", history[1].GetProperty("description").GetString());
        }
    }

    [Fact]
    public async Task A_repeated_request_id_of_a_reversal_is_answered_byte_for_byte()
    {
        var (owner, staff) = (api.Customer(), api.Operator());
        var (fromId, toId) = (await owner.OpenWalletAsync(100), await owner.OpenWalletAsync());
        var path = $"/transfers/{await owner.TransferAsync(fromId, toId, 30)}/reverse";
        var part = await staff.PostAsync(path, """{"amount":10,"requestId":"part","reason":"r"}""");
        var rest = await staff.PostAsync(path, """{"requestId":"rest"}""");
        Assert.Equal((200, 200), (part.Status, rest.Status));
        foreach (var (first, again) in new[]
        {
            (part, await staff.PostAsync(path, """{"reason":"r","requestId":"part","amount":10.00}""")),
            (part, await staff.PostAsync(path, """{"reason":"r","amount":10}""", ("Idempotency-Key", "part"))),
            (rest, await staff.PostAsync(path, """{"requestId":"rest"}""")),
            (rest, await staff.SendAsync(HttpMethod.Post, path, content: null, ("Idempotency-Key", "rest"))),
        })
        {
            Assert.Equal((200, first.Text, "true"), (again.Status, again.Text, again.Header("Idempotent-Replay")));
        }

        foreach (var body in new[] { """{"amount":11,"requestId":"part","reason":"r"}""", """{"amount":10,"requestId":"part"}""", """{"amount":20,"requestId":"rest"}""" })
        {
            (await staff.PostAsync(path, body)).AssertProblem(422, "REQUEST_ID_REUSED");
        }

        Assert.Equal(100, (await owner.ReadWalletAsync(fromId)).Balance);
    }

    [Fact]
    public async Task Request_ids_of_reversals_and_of_the_owner_never_meet()
    {
        var (owner, staff) = (api.Customer(), api.Operator());
        var (fromId, toId) = (await owner.OpenWalletAsync(100), await owner.OpenWalletAsync());
        var transferId = await owner.TransferAsync(fromId, toId, 30);
        Assert.Equal(200, (await owner.PostAsync($"/wallet/{toId}/withdraw", """{"amount":1,"requestId":"one"}""")).Status);
        Assert.Equal(200, (await staff.PostAsync($"/transfers/{transferId}/reverse", """{"amount":1,"requestId":"one"}""")).Status);
        Assert.Equal(200, (await staff.PostAsync($"/transfers/{transferId}/reverse", """{"amount":1,"requestId":"two"}""")).Status);
        Assert.Equal(200, (await owner.PostAsync($"/wallet/{toId}/withdraw", """{"amount":1,"requestId":"two"}""")).Status);
        Assert.Equal((26, 5), await owner.ReadWalletAsync(toId));
    }

    [Fact]
    public async Task More_than_is_left_of_a_transfer_is_not_given_back()
    {
        var (owner, staff) = (api.Customer(), api.Operator());
        var (fromId, toId) = (await owner.OpenWalletAsync(100), await owner.OpenWalletAsync(100));
        var path = $"/transfers/{await owner.TransferAsync(fromId, toId, 30)}/reverse";
        (await staff.PostAsync(path, """{"amount":30.01,"requestId":"one"}""")).AssertProblem(422, "REVERSAL_EXCEEDS_ORIGINAL");
        Assert.Equal(200, (await staff.PostAsync(path, """{"amount":20}""")).Status);
        (await staff.PostAsync(path, """{"amount":10.01}""")).AssertProblem(422, "REVERSAL_EXCEEDS_ORIGINAL");
        Assert.Equal(200, (await staff.PostAsync(path, """{"amount":10}""")).Status);
        (await staff.PostAsync(path, """{"amount":0.01}""")).AssertProblem(422, "REVERSAL_EXCEEDS_ORIGINAL");
        (await staff.PostAsync(path, "{}")).AssertProblem(422, "REVERSAL_EXCEEDS_ORIGINAL");
        (await staff.PostAsync(path, """{"amount":10000000000000.01}""")).AssertProblem(422, "AMOUNT_TOO_LARGE");
        var again = await staff.PostAsync(path, """{"amount":30.01,"requestId":"one"}""");
        Assert.Equal("true", again.AssertProblem(422, "REVERSAL_EXCEEDS_ORIGINAL").Header("Idempotent-Replay"));
        Assert.Equal(100, (await owner.ReadWalletAsync(fromId)).Balance);
        Assert.Equal(100, (await owner.ReadWalletAsync(toId)).Balance);
    }

    [Fact]
    public async Task What_the_receiver_does_not_have_any_more_is_not_given_back()
    {
        var (payer, receiver, staff) = (api.Customer(), api.Customer(), api.Operator());
        var (fromId, toId) = (await payer.OpenWalletAsync(100), await receiver.OpenWalletAsync());
        var path = $"/transfers/{await payer.TransferAsync(fromId, toId, 30)}/reverse";
        await receiver.PlaceHoldAsync(toId, 10);
        (await staff.PostAsync(path, "{}")).AssertProblem(400, "INSUFFICIENT_FUNDS");
        Assert.Equal(200, (await staff.PostAsync(path, """{"amount":20}""")).Status);
        Assert.Equal(90, (await payer.ReadWalletAsync(fromId)).Balance);
    }

    [Fact]
    public async Task A_reversal_is_not_reversed_and_neither_is_a_transfer_that_moved_nothing_or_is_none()
    {
        var (owner, staff) = (api.Customer(), api.Operator());
        var (fromId, toId, fullId) = (await owner.OpenWalletAsync(100), await owner.OpenWalletAsync(), await owner.OpenWalletAsync(10_000_000_000_000m));
        var transferId = await owner.TransferAsync(fromId, toId, 30);
        var reversal = await staff.PostAsync($"/transfers/{transferId}/reverse", """{"amount":1}""");
        (await staff.PostAsync($"/transfers/{reversal.Json.GetProperty("transferId").GetString()}/reverse", "{}")).AssertProblem(422, "NOT_REVERSIBLE");

        var compensated = await owner.PostAsync($"/wallet/{fromId}/transfer", $$"""{"amount":1,"toWalletId":"{{fullId}}"}""");
        var compensatedId = compensated.AssertProblem(422, "AMOUNT_TOO_LARGE").Json.GetProperty("transferId").GetString();
        (await staff.PostAsync($"/transfers/{compensatedId}/reverse", "{}")).AssertProblem(422, "NOT_REVERSIBLE");

        (await staff.PostAsync($"/transfers/{Guid.CreateVersion7()}/reverse", "{}")).AssertProblem(404, "NOT_FOUND");
        Assert.Equal(71, (await owner.ReadWalletAsync(fromId)).Balance);
    }

    [Fact]
    public async Task Twenty_parallel_reversals_of_one_transfer_never_exceed_it()
    {
        var (owner, staff) = (api.Customer(), api.Operator());
        var (fromId, toId) = (await owner.OpenWalletAsync(100), await owner.OpenWalletAsync(1_000));
        var path = $"/transfers/{await owner.TransferAsync(fromId, toId, 100)}/reverse";
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => staff.PostAsync(path, """{"amount":15}""")));
        Assert.Equal(6, replies.Count(reply => reply.Status == 200));
        Assert.All(replies.Where(reply => reply.Status != 200), reply => reply.AssertProblem(422, "REVERSAL_EXCEEDS_ORIGINAL"));
        Assert.Equal(90, (await owner.ReadWalletAsync(fromId)).Balance);
        Assert.Equal(1_010, (await owner.ReadWalletAsync(toId)).Balance);
    }

    [Fact]
    public async Task Of_twenty_parallel_reversals_in_full_exactly_one_succeeds()
    {
        var (owner, staff) = (api.Customer(), api.Operator());
        var (fromId, toId) = (await owner.OpenWalletAsync(100), await owner.OpenWalletAsync(1_000));
        var path = $"/transfers/{await owner.TransferAsync(fromId, toId, 100)}/reverse";
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => staff.PostAsync(path, "{}")));
        Assert.Equal(100, Assert.Single(replies, reply => reply.Status == 200).Json.GetProperty("amount").GetDecimal());
        Assert.All(replies.Where(reply => reply.Status != 200), reply => reply.AssertProblem(422, "REVERSAL_EXCEEDS_ORIGINAL"));
        Assert.Equal((100, 3), await owner.ReadWalletAsync(fromId));
    }

    [Fact]
    public async Task Fifty_parallel_reversals_with_one_request_id_are_one_reversal_and_fifty_equal_answers()
    {
        var (owner, staff) = (api.Customer(), api.Operator());
        var (fromId, toId) = (await owner.OpenWalletAsync(100), await owner.OpenWalletAsync(1_000));
        var path = $"/transfers/{await owner.TransferAsync(fromId, toId, 100)}/reverse";
        var replies = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => staff.PostAsync(path, """{"amount":10,"requestId":"one"}""")));
        Assert.All(replies, reply => Assert.True(reply.Status == 200, reply.Text));
        Assert.Single(replies.Select(reply => reply.Text).Distinct());
        Assert.Equal((10, 3), await owner.ReadWalletAsync(fromId));
    }

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(member => member.Name);
}
