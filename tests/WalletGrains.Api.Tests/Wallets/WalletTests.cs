using System.Text.Json;
using Xunit;

namespace WalletGrains.Api.Tests.Wallets;

[Collection(ApiTests.Name)]
public sealed class WalletTests(ApiFixture api)
{
    private static readonly string[] WalletMembers = ["id", "currency", "balance", "held", "available", "status", "version", "createdAt", "updatedAt"];
    private static readonly string[] TransactionMembers =
        ["id", "walletId", "type", "amount", "balanceBefore", "balanceAfter", "status", "description", "createdAt"];

    [Fact]
    public async Task A_wallet_is_opened_in_usd_unless_another_currency_is_named()
    {
        var caller = api.Customer();
        var opened = await caller.PostAsync("/wallets", "{}");
        Assert.Equal(201, opened.Status);
        Assert.Equal(WalletMembers, Names(opened.Json));
        Assert.Equal("USD", opened.Json.GetProperty("currency").GetString());
        Assert.Equal(0, opened.Json.GetProperty("balance").GetDecimal());
        Assert.Equal("OPEN", opened.Json.GetProperty("status").GetString());
        Assert.Matches(ApiCaller.TimePattern, opened.Json.GetProperty("createdAt").GetString());
        Assert.Equal($"/wallets/{opened.Json.GetProperty("id").GetString()}", opened.Header("Location"));
        Assert.Equal(7, opened.Json.GetProperty("id").GetGuid().Version);

        var read = await caller.GetAsync($"/wallet/{opened.Json.GetProperty("id").GetString()}");
        Assert.Equal(opened.Text, read.Text);
    }

    [Fact]
    public async Task Only_a_service_or_an_operator_opens_a_wallet_for_somebody_else()
    {
        var (owner, _, _) = await api.RegisterAsync();
        var body = $$"""{"currency":"NGN","ownerId":"{{owner.UserId}}"}""";
        (await api.Customer().PostAsync("/wallets", body)).AssertProblem(403, "FORBIDDEN");
        (await owner.PostAsync("/wallets", body)).AssertProblem(403, "FORBIDDEN");
        (await api.Operator().PostAsync("/wallets", $$"""{"ownerId":"{{Guid.CreateVersion7()}}"}""")).AssertProblem(404, "NOT_FOUND");

        var opened = await api.Operator().PostAsync("/wallets", body);
        Assert.Equal(201, opened.Status);
        Assert.Equal(200, (await owner.GetAsync($"/wallet/{opened.Json.GetProperty("id").GetString()}")).Status);
    }

    [Fact]
    public async Task A_list_of_wallets_leads_from_page_to_page_by_its_link()
    {
        var caller = api.Customer();
        var opened = new List<Guid>();
        for (var i = 0; i < 5; i++)
        {
            opened.Add(await caller.OpenWalletAsync());
        }

        var listed = new List<Guid>();
        var path = "/wallets?limit=2";
        while (path is not null)
        {
            var page = await caller.GetAsync(path);
            Assert.Equal(200, page.Status);
            listed.AddRange(page.Json.EnumerateArray().Select(wallet => wallet.GetProperty("id").GetGuid()));
            path = page.Header("Link")?.Split('<', '>')[1];
        }

        Assert.Equal(opened, listed);
        Assert.Equal(5, (await caller.GetAsync("/wallets")).Json.GetArrayLength());
    }

    [Fact]
    public async Task Deposits_and_withdrawals_answer_with_their_entry()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync();
        var deposit = await caller.PostAsync($"/wallet/{walletId}/deposit", """{"amount":100.50,"description":"salary"}""");
        Assert.Equal(200, deposit.Status);
        Assert.Equal(["transactionId", "walletId", "type", "amount", "balance", "version", "status", "createdAt"], Names(deposit.Json));
        Assert.Equal("FUND", deposit.Json.GetProperty("type").GetString());
        Assert.Equal("100.5", deposit.Json.GetProperty("amount").GetRawText());
        Assert.Equal("COMPLETED", deposit.Json.GetProperty("status").GetString());
        Assert.Null(deposit.Header("Idempotent-Replay"));

        var withdrawal = await caller.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":0.5}""");
        Assert.Equal("WITHDRAW", withdrawal.Json.GetProperty("type").GetString());
        Assert.Equal("100", withdrawal.Json.GetProperty("balance").GetRawText());
        Assert.Equal(2, withdrawal.Json.GetProperty("version").GetInt64());

        (await caller.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":100.01}""")).AssertProblem(400, "INSUFFICIENT_FUNDS");
        Assert.Equal((100, 2), await caller.ReadWalletAsync(walletId));
    }

    [Fact]
    public async Task Funding_answers_with_the_wallet()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync();
        var funded = await caller.PostAsync("/wallets/fund", $$"""{"amount":12.3,"wallet_id":"{{walletId}}","description":"first"}""");
        Assert.Equal(201, funded.Status);
        Assert.Equal(WalletMembers, Names(funded.Json));
        Assert.Equal("12.3", funded.Json.GetProperty("balance").GetRawText());
        Assert.Equal("12.3", funded.Json.GetProperty("available").GetRawText());
        Assert.Equal("0", funded.Json.GetProperty("held").GetRawText());
        Assert.Equal(1, funded.Json.GetProperty("version").GetInt64());
    }

    [Fact]
    public async Task A_balance_above_the_limit_is_refused()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync(10_000_000_000_000m);
        (await caller.PostAsync($"/wallet/{walletId}/deposit", """{"amount":0.01}""")).AssertProblem(422, "AMOUNT_TOO_LARGE");
        (await caller.PostAsync($"/wallet/{walletId}/deposit", """{"amount":10000000000000.01}""")).AssertProblem(422, "AMOUNT_TOO_LARGE");
    }

    [Theory]
    [InlineData("JPY", "1.5", false)]
    [InlineData("JPY", "1.0", true)]
    [InlineData("JPY", "1500", true)]
    [InlineData("BHD", "0.001", true)]
    [InlineData("BHD", "0.0001", false)]
    [InlineData("NGN", "1.50000", true)]
    public async Task An_amount_has_the_decimals_of_the_wallets_currency(string currency, string amount, bool accepted)
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync(currency: currency);
        var reply = await caller.PostAsync($"/wallet/{walletId}/deposit", $$"""{"amount":{{amount}}}""");
        Assert.Equal(accepted ? 200 : 400, reply.Status);
    }

    [Fact]
    public async Task A_history_is_read_newest_first_from_page_to_page_and_filtered()
    {
        var caller = api.Customer();
        var walletId = await caller.OpenWalletAsync();
        for (var i = 1; i <= 5; i++)
        {
            await caller.PostAsync($"/wallet/{walletId}/deposit", $$"""{"amount":{{i}},"description":"no. {{i}}"}""");
        }

        var withdrawal = await caller.PostAsync($"/wallet/{walletId}/withdraw", """{"amount":1}""");
        var first = await caller.GetAsync($"/wallet/{walletId}/history?limit=4");
        Assert.Equal(["items", "nextCursor"], Names(first.Json));
        Assert.Equal(TransactionMembers, Names(first.Json.GetProperty("items")[0]));
        Assert.Equal([1m, 5, 4, 3], Amounts(first));
        var second = await caller.GetAsync($"/wallet/{walletId}/history?limit=4&cursor={first.Json.GetProperty("nextCursor").GetString()}");
        Assert.Equal([2m, 1], Amounts(second));
        Assert.Equal(JsonValueKind.Null, second.Json.GetProperty("nextCursor").ValueKind);

        Assert.Equal([1m], Amounts(await caller.GetAsync($"/wallet/{walletId}/history?type=WITHDRAW")));
        var at = withdrawal.Json.GetProperty("createdAt").GetString();
        Assert.Equal([1m], Amounts(await caller.GetAsync($"/wallet/{walletId}/history?type=WITHDRAW&from={at}")));
        Assert.Empty(Amounts(await caller.GetAsync($"/wallet/{walletId}/history?from={at}&to={at}")));
        Assert.Empty(Amounts(await caller.GetAsync($"/wallet/{walletId}/history?to=2020-01-01T00:00:00.000%2B01:00")));

        var withTransactions = await caller.GetAsync($"/wallets/{walletId}?limit=2");
        Assert.Equal([.. WalletMembers, "transactions", "nextCursor"], Names(withTransactions.Json));
        Assert.Equal(2, withTransactions.Json.GetProperty("transactions").GetArrayLength());

        var transaction = await caller.GetAsync($"/transactions/{withdrawal.Json.GetProperty("transactionId").GetString()}");
        Assert.Equal(first.Json.GetProperty("items")[0].GetRawText(), transaction.Text);
        Assert.Equal(14m, transaction.Json.GetProperty("balanceAfter").GetDecimal());
    }

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(member => member.Name);

    private static IEnumerable<decimal> Amounts(Reply history) =>
        history.Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("amount").GetDecimal());
}
