using Npgsql;
using Xunit;

namespace WalletGrains.Api.Tests.Bills;

/// <summary>Bills while the database is away.</summary>
public sealed class BillOutageTests : IAsyncLifetime
{
    private readonly BillerFixture _billers = new() { BehindProxy = true };

    private ApiFixture Api => _billers.Api;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _billers.InitializeAsync();

    public ValueTask DisposeAsync() => _billers.DisposeAsync();

    [Fact(Timeout = 120_000)]
    public async Task While_the_database_is_away_nothing_is_paid_and_a_repeat_afterwards_is_paid_once()
    {
        await using var jobs = await JobWatch.StartAsync(Api.ConnectionString);
        var caller = Api.Customer();
        var wallet = await caller.OpenWalletAsync(10_000);
        TakeAway();
        foreach (var reply in await Task.WhenAll(PayAsync(caller, wallet), caller.GetAsync("/bills"), caller.GetAsync($"/bills/{Guid.CreateVersion7()}")))
        {
            reply.AssertProblem(503, "UNAVAILABLE");
            Assert.Equal("2", reply.Header("Retry-After"));
        }

        Assert.Equal(0, await jobs.CountAsync("select count(*) from bills"));
        _billers.Proxy.Refuses = false;
        Reply again;
        do
        {
            again = await PayAsync(caller, wallet);
        }
        while (again.Status == 503);

        await AssertPaidOnceAsync(jobs, caller, wallet);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_payment_behind_which_the_database_goes_away_is_unknown_to_who_asked_and_goes_on_by_itself()
    {
        await using var jobs = await JobWatch.StartAsync(Api.ConnectionString);
        var caller = Api.Customer();
        var wallet = await caller.OpenWalletAsync(10_000);

        // The payment is written, and the hold waits until nobody hears of it any more.
        await using var connection = new NpgsqlConnection(Api.ConnectionString);
        await connection.OpenAsync(Cancelled);
        await using var other = await connection.BeginTransactionAsync(Cancelled);
        await using var locking = new NpgsqlCommand($"select from wallets where wallet_id = '{wallet}' for update", connection);
        await locking.ExecuteNonQueryAsync(Cancelled);
        var paying = PayAsync(caller, wallet);
        while (await jobs.CountAsync("select count(*) from bills") == 0)
        {
            Cancelled.ThrowIfCancellationRequested();
        }

        TakeAway();
        await other.RollbackAsync(Cancelled);
        var unknown = (await paying).AssertProblem(503, "OUTCOME_UNKNOWN");
        Assert.Equal(("2", "bill"), (unknown.Header("Retry-After"), unknown.Json.GetProperty("requestId").GetString()));

        _billers.Proxy.Refuses = false;
        await AssertPaidOnceAsync(jobs, caller, wallet);
    }

    private void TakeAway()
    {
        _billers.Proxy.Refuses = true;
        _billers.Proxy.CutNow();
    }

    private static Task<Reply> PayAsync(ApiCaller caller, Guid wallet) => caller.PostAsync(
        "/bills/pay", $$"""{"walletId":"{{wallet}}","billerCode":"water","customerReference":"WB-204417-3","amount":2500,"requestId":"bill"}""");

    private async Task AssertPaidOnceAsync(JobWatch jobs, ApiCaller caller, Guid wallet)
    {
        await jobs.UntilAsync("select count(*) = 1 from bills where state = 5");
        var again = await PayAsync(caller, wallet);
        Assert.Equal((202, "true"), (again.Status, again.Header("Idempotent-Replay")));
        var booked = Assert.Single(await _billers.Admin.PaymentsAsync("water"));
        Assert.Equal(BillerFixture.ReferenceOf(again.Json.GetProperty("paymentId").GetGuid()), booked.Reference);
        var entries = (await caller.GetAsync($"/wallet/{wallet}/history")).Json.GetProperty("items").EnumerateArray();
        Assert.Equal(["BILL_PAYMENT", "HOLD", "FUND"], entries.Select(entry => entry.GetProperty("type").GetString()));
        Assert.Equal(7_500m, (await caller.ReadWalletAsync(wallet)).Balance);
    }
}
