using System.Text;
using WalletGrains.Simulators.Admin;
using WalletGrains.Simulators.Globus;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Simulators.Tests;

public sealed class BankTests
{
    [Theory]
    [InlineData("011", 1457, "0000014579")]
    [InlineData("058", 1656228, "0016562283")]
    [InlineData("011", 0, "0000000000")]
    public void Account_numbers_end_in_the_check_digit_of_the_NUBAN_rule(string bankCode, int serial, string number)
    {
        Assert.Equal(number, Nuban.Number(bankCode, serial));
        Assert.True(Nuban.IsValid(bankCode, number));
        Assert.False(Nuban.IsValid(bankCode, number[..^1] + (char)('0' + ((number[^1] - '0' + 1) % 10))));
    }

    [Fact]
    public async Task One_client_reference_gets_one_account_however_often_and_at_once_it_is_asked_for()
    {
        await using var simulators = await TestSimulators.StartAsync();
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => simulators.CreateAccountAsync("wallet-1", $"Name {i}")));

        Assert.Single(replies, reply => reply.Status == 201);
        Assert.All(replies, reply => Assert.True(reply.Status is 200 or 201, reply.Text));
        var account = Assert.Single(await simulators.Admin.AccountsAsync());
        Assert.All(replies, reply => Assert.Equal((account.AccountNumber, account.AccountName), (reply["accountNumber"], reply["accountName"])));
        Assert.True(Nuban.IsValid("103", account.AccountNumber));
    }

    [Fact]
    public async Task A_bank_that_has_forgotten_everything_gives_the_same_reference_the_same_number()
    {
        await using var simulators = await TestSimulators.StartAsync();
        var first = (await simulators.CreateAccountAsync("wallet-1"))["accountNumber"];
        await using var anew = await TestSimulators.StartAsync(new SimulatorOptions { Seed = 2 });
        Assert.NotEqual(first, (await anew.CreateAccountAsync("wallet-2"))["accountNumber"]);
        Assert.Equal(first, (await anew.CreateAccountAsync("wallet-1"))["accountNumber"]);
    }

    [Fact]
    public async Task An_account_is_found_by_its_reference_and_by_its_number()
    {
        await using var simulators = await TestSimulators.StartAsync();
        var created = (await simulators.CreateAccountAsync("wallet-1")).Assert(201);
        Assert.Equal(created.Text, (await simulators.GetAsync("/globus/virtual-accounts?clientReference=wallet-1")).Assert(200).Text);
        Assert.Equal(created.Text, (await simulators.GetAsync($"/globus/virtual-accounts/{created["accountNumber"]}")).Assert(200).Text);
        Assert.Equal("NOT_FOUND", (await simulators.GetAsync("/globus/virtual-accounts?clientReference=wallet-2")).Assert(404)["code"]);
        Assert.Equal("NOT_FOUND", (await simulators.GetAsync("/globus/virtual-accounts/0000000000")).Assert(404)["code"]);
    }

    [Fact]
    public async Task A_token_is_given_for_the_right_credentials_only()
    {
        await using var simulators = await TestSimulators.StartAsync();
        Assert.Equal("invalid_client", (await simulators.RequestTokenAsync(secret: "wrong")).Assert(401)["error"]);
        Assert.Equal("invalid_client", (await simulators.RequestTokenAsync(clientId: "wrong")).Assert(401)["error"]);
        Assert.Equal("unsupported_grant_type", (await simulators.RequestTokenAsync(grantType: "password")).Assert(400)["error"]);

        var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{simulators.Options.GlobusClientId}:{simulators.Options.GlobusSecretKey}"));
        var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials" });
        var byHeader = await simulators.SendAsync(HttpMethod.Post, "/globus/oauth/token", form, authorization: "Basic " + credentials);
        Assert.Equal(300, byHeader.Assert(200).Number("expires_in"));
    }

    [Fact]
    public async Task Missing_unknown_and_revoked_tokens_are_refused()
    {
        await using var simulators = await TestSimulators.StartAsync();
        foreach (var authorization in (string[])["", "Bearer ", "Bearer nonsense", "Basic " + simulators.Token])
        {
            var refused = await simulators.SendAsync(HttpMethod.Get, "/globus/virtual-accounts/1", content: null, authorization: authorization);
            Assert.Equal("INVALID_TOKEN", refused.Assert(401)["code"]);
        }

        (await simulators.CreateAccountAsync("wallet-1")).Assert(201);
        await simulators.Admin.RevokeTokensAsync();
        (await simulators.CreateAccountAsync("wallet-1")).Assert(401);
    }

    [Fact]
    public async Task A_token_expires()
    {
        var time = new ManualTimeProvider();
        await using var simulators = await TestSimulators.StartAsync(new SimulatorOptions { GlobusTokenSeconds = 60 }, time);
        time.Advance(TimeSpan.FromSeconds(59));
        (await simulators.CreateAccountAsync("wallet-1")).Assert(201);
        time.Advance(TimeSpan.FromSeconds(1));
        (await simulators.CreateAccountAsync("wallet-1")).Assert(401);
    }

    [Fact]
    public async Task A_credit_is_shown_by_its_reference_and_on_the_statement_of_its_day()
    {
        await using var simulators = await TestSimulators.StartAsync();
        var noon = new DateTimeOffset(2030, 1, 31, 12, 0, 0, TimeSpan.Zero);
        await simulators.Admin.PayInAsync(new PayInRequest("0000014579", 12.5m) { Reference = "b", OccurredAt = noon });
        await simulators.Admin.PayInAsync(new PayInRequest("0000014579", 0.01m) { Reference = "a,1", OccurredAt = noon.AddHours(-1), SenderName = "Bola" });
        await simulators.Admin.PayInAsync(new PayInRequest("0000014579", 7) { Reference = "c", OccurredAt = noon.AddHours(12) });

        var credit = (await simulators.GetAsync("/globus/credits/b")).Assert(200);
        Assert.Equal(("0000014579", 12.5m, "NGN"), (credit["accountNumber"], credit.Number("amount"), credit["currency"]));
        (await simulators.GetAsync("/globus/credits/d")).Assert(404);

        var lines = (await simulators.GetAsync("/globus/statements/2030-01-31")).Assert(200).Json.GetProperty("lines");
        Assert.Equal(["a,1", "b"], lines.EnumerateArray().Select(line => line.GetProperty("reference").GetString()));
        var csv = await simulators.GetAsync("/globus/statements/2030-01-31", accept: "text/csv");
        Assert.Equal(
            "reference,account,amount,time\r\n\"a,1\",0000014579,0.01,2030-01-31T11:00:00.000Z\r\nb,0000014579,12.50,2030-01-31T12:00:00.000Z\r\n",
            csv.Assert(200).Text);
        (await simulators.GetAsync("/globus/statements/31.01.2030")).Assert(400);
    }

    [Theory]
    [InlineData("""{"accountNumber":"0000014579","amount":5,"reference":"known"}""", 409)]
    [InlineData("""{"accountNumber":"0000014579","amount":0}""", 400)]
    [InlineData("""{"accountNumber":"0000014579","amount":1.005}""", 400)]
    [InlineData("""{"accountNumber":"123","amount":5}""", 400)]
    [InlineData("""{"accountNumber":"0000014579"}""", 400)]
    [InlineData("""{"accountNumber":"0000014579","amount":5,"reference":""}""", 400)]
    public async Task A_credit_that_cannot_be_is_refused_and_not_booked(string body, int status)
    {
        await using var simulators = await TestSimulators.StartAsync();
        await simulators.Admin.PayInAsync(new PayInRequest("0000014579", 5) { Reference = "known" });
        (await simulators.PostAsync("/admin/globus/credits", body)).Assert(status);
        Assert.Single(await simulators.Admin.CreditsAsync());
        Assert.Equal(1, (await simulators.Admin.WaitForWebhooksAsync(waitSeconds: 0)).Pending);
    }
}
