using WalletGrains.Api.Tests.VirtualAccounts;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Api.Tests.Errors;

/// <summary>The host while its database is away.</summary>
public sealed class OutageTests : IAsyncLifetime
{
    private readonly ApiFixture _api = new();
    private TcpProxy? _proxy;

    public async ValueTask InitializeAsync() => await _api.StartAsync("Development", connectionString =>
    {
        _proxy = TcpProxy.To(connectionString);
        return _proxy.ConnectionStringThrough(connectionString);
    }, "--GLOBUS_WEBHOOK_SECRET=a-secret-of-the-bank");

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        if (_proxy is not null)
        {
            await _proxy.DisposeAsync();
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task While_the_database_is_away_everything_says_when_to_come_back_and_a_repeat_afterwards_is_made_once()
    {
        var caller = _api.Customer();
        var (walletId, otherId) = (await caller.OpenWalletAsync(100), await caller.OpenWalletAsync());
        var (holdId, transferId) = (await caller.PlaceHoldAsync(walletId, 10), await caller.TransferAsync(walletId, otherId, 10));
        _proxy!.Refuses = true;
        _proxy.CutNow();

        var deposit = PostDepositAsync(caller, walletId);
        var replies = await Task.WhenAll(
            deposit,
            caller.PostAsync($"/wallet/{walletId}/transfer", $$"""{"amount":1,"toWalletId":"{{otherId}}","requestId":"two"}"""),
            caller.PostAsync("/wallets/fund", $$"""{"amount":1,"wallet_id":"{{walletId}}","idempotencyKey":"three"}"""),
            caller.PostAsync($"/wallet/{walletId}/holds", """{"amount":1,"requestId":"four"}"""),
            caller.PostAsync($"/holds/{holdId}/capture", """{"requestId":"five"}"""),
            caller.GetAsync($"/holds/{holdId}"),
            _api.Operator().PostAsync($"/wallet/{otherId}/freeze", """{"requestId":"six"}"""),
            _api.Operator().PutAsync($"/wallet/{otherId}/limits", """{"perDay":1}""", ("Idempotency-Key", "seven")),
            _api.Operator().PostAsync($"/transfers/{transferId}/reverse", """{"requestId":"eight"}"""),
            caller.PostAsync("/wallets/bulk", $$"""{"legs":[{"amount":1,"senderWalletId":"{{walletId}}","receiverWalletId":"{{otherId}}"}],"requestId":"four"}"""),
            caller.PostAsync($"/wallet/{walletId}/schedules", $$"""{"amount":1,"toWalletId":"{{otherId}}","startAt":"2999-01-01T00:00:00Z","requestId":"five"}"""),
            caller.GetAsync($"/wallet/{walletId}/schedules"),
            ReportAsync(),
            caller.PostAsync("/wallets", "{}"),
            caller.GetAsync($"/wallet/{Guid.CreateVersion7()}"),
            caller.GetAsync($"/wallet/{walletId}/history"),
            caller.GetAsync("/wallets"),
            _api.Anonymous().PostAsync("/auth/login", """{"email":"a@example.com","password":"correct horse"}"""),
            _api.Anonymous().PostAsync("/mobile-users/login", """{"username":"chikondi","password":"correct horse"}"""),
            _api.Anonymous().GetAsync("/health/ready"));
        foreach (var reply in replies)
        {
            reply.AssertProblem(503, reply.Code);
            Assert.Contains(reply.Code, (string[])["UNAVAILABLE", "OUTCOME_UNKNOWN"]);
            Assert.Equal("2", reply.Header("Retry-After"));
            Assert.Equal(
                reply.Code == "OUTCOME_UNKNOWN", reply.Json.TryGetProperty("requestId", out _) || reply.Json.GetProperty("detail").GetString()!.Contains("not known", StringComparison.Ordinal));
        }

        Assert.Equal(200, (await _api.Anonymous().GetAsync("/health/live")).Status);
        _proxy.Refuses = false;

        Reply again;
        do
        {
            again = await PostDepositAsync(caller, walletId);
        }
        while (again.Status == 503);

        Assert.Equal(200, again.Status);
        Assert.Equal("""{"status":"RECEIVED"}""", (await ReportAsync()).Text);
        Assert.Equal(200, (await PostDepositAsync(caller, walletId)).Status);
        var deposits = (await caller.GetAsync($"/wallet/{walletId}/history?type=FUND")).Json.GetProperty("items").EnumerateArray();
        Assert.Single(deposits, item => item.GetProperty("amount").GetDecimal() == 7);
    }

    private Task<Reply> ReportAsync()
    {
        const string Body = """{"event":"credit","reference":"FT-1","accountNumber":"0000014579","amount":100}""";
        return _api.Anonymous().PostAsync(WebhookTests.Path, Body, ("x-globus-signature", BankFixture.Sign(Body, "a-secret-of-the-bank")));
    }

    private static Task<Reply> PostDepositAsync(ApiCaller caller, Guid walletId) =>
        caller.PostAsync($"/wallet/{walletId}/deposit", """{"amount":7,"requestId":"one"}""");
}
