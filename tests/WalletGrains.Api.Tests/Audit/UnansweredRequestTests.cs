using Npgsql;
using WalletGrains.Api.Tests.Bills;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Api.Tests.Audit;

/// <summary>The audit of requests whose answer could not say what they made.</summary>
public sealed class UnansweredRequestTests : IAsyncLifetime
{
    private readonly BillerFixture _billers = new() { BehindProxy = true };

    private ApiFixture Api => _billers.Api;

    private TcpProxy Proxy => _billers.Proxy;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _billers.InitializeAsync();

    public ValueTask DisposeAsync() => _billers.DisposeAsync();

    [Fact(Timeout = 120_000)]
    public async Task What_was_made_though_nobody_could_say_so_is_found_by_whoever_reads_the_audit()
    {
        var caller = Api.Customer();
        var (walletId, other) = (await caller.OpenWalletAsync(10_000), await caller.OpenWalletAsync());

        // All under one request id, which is another one for each kind.
        Task<Reply> ScheduleAsync() => caller.PostAsync($"/wallet/{walletId}/schedules", $$"""{"toWalletId":"{{other}}","amount":1,"startAt":"2999-01-01T00:00:00Z","requestId":"one"}""");
        Task<Reply> BulkAsync() => caller.PostAsync("/wallets/bulk", $$"""{"legs":[{"senderWalletId":"{{walletId}}","receiverWalletId":"{{other}}","amount":1}],"requestId":"one"}""");
        Task<Reply> PayAsync() => caller.PostAsync("/bills/pay", $$"""{"walletId":"{{walletId}}","billerCode":"water","customerReference":"WB-204417-3","amount":2500,"requestId":"one"}""");

        var notMade = await LoseAsync(Proxy.CutBefore("insert into schedules"), ScheduleAsync);
        Assert.False((await Api.FindAuditedAsync(notMade)).TryGetProperty("made", out _));
        var unheard = await LoseAsync(Proxy.CutAfterAnswerTo("insert into schedules"), ScheduleAsync);
        var scheduleId = (await Api.FindAuditedAsync(unheard)).GetProperty("made").GetProperty("id").GetGuid();
        AuditLists.AssertMade(await Api.FindAuditedAsync(unheard), "SCHEDULE", scheduleId, replayed: false, foundLater: true);
        AuditLists.AssertMade(await Api.FindAuditedAsync(notMade), "SCHEDULE", scheduleId, replayed: false, foundLater: true);
        var again = await ScheduleAsync();
        Assert.Equal(scheduleId, again.Json.GetProperty("scheduleId").GetGuid());
        AuditLists.AssertMade(await Api.FindAuditedAsync(again), "SCHEDULE", scheduleId, replayed: true);

        // A bulk that is begun and not decided has made nothing.
        unheard = await LoseAsync(Proxy.CutAfterAnswerTo("insert into bulks"), BulkAsync);
        Assert.False((await Api.FindAuditedAsync(unheard)).TryGetProperty("made", out _));
        again = await BulkAsync();
        AuditLists.AssertMade(await Api.FindAuditedAsync(unheard), "BULK", again.Json.GetProperty("bulkId").GetGuid(), replayed: false, foundLater: true);

        unheard = await LoseAsync(Proxy.CutAfterAnswerTo("insert into bills"), PayAsync);
        again = await PayAsync();
        Assert.Equal("true", again.Header("Idempotent-Replay"));
        AuditLists.AssertMade(await Api.FindAuditedAsync(unheard), "BILL", again.Json.GetProperty("paymentId").GetGuid(), replayed: false, foundLater: true);

        await FindDepositAsync(caller, walletId, other);
    }

    /// <summary>A deposit that is committed when nobody hears of it any more.</summary>
    private async Task FindDepositAsync(ApiCaller caller, Guid walletId, Guid other)
    {
        Task<Reply> DepositAsync(Guid where) => caller.PostAsync($"/wallet/{where}/deposit", """{"amount":7,"requestId":"one"}""");
        await using var watch = await JobWatch.StartAsync(Api.ConnectionString);
        await using var connection = new NpgsqlConnection(Api.ConnectionString);
        await connection.OpenAsync(Cancelled);
        await using var held = await connection.BeginTransactionAsync(Cancelled);
        await using var locking = new NpgsqlCommand($"select from wallets where wallet_id = '{walletId}' for update", connection);
        await locking.ExecuteNonQueryAsync(Cancelled);
        var depositing = DepositAsync(walletId);
        while (await watch.CountAsync("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") == 0)
        {
            Cancelled.ThrowIfCancellationRequested();
        }

        Proxy.Refuses = true;
        Proxy.CutNow();
        await held.RollbackAsync(Cancelled);
        var unknown = (await depositing).AssertProblem(503, "OUTCOME_UNKNOWN");

        Proxy.Refuses = false;
        Reply elsewhere;
        do
        {
            elsewhere = await DepositAsync(other);
        }
        while (elsewhere.Status == 503);

        var kept = await Api.FindAuditedAsync(unknown);
        Assert.Equal("one", kept.GetProperty("requestId").GetString());
        var again = await DepositAsync(walletId);
        Assert.Equal("true", again.Header("Idempotent-Replay"));
        AuditLists.AssertMade(kept, "TRANSACTION", again.Json.GetProperty("transactionId").GetGuid(), replayed: false, foundLater: true);
        AuditLists.AssertMade(await Api.FindAuditedAsync(elsewhere), "TRANSACTION", elsewhere.Json.GetProperty("transactionId").GetGuid(), replayed: false);

        // Every one of them, with what became of it.
        var asked = (await Api.ListAuditAsync($"userId={caller.UserId}&requestId=one&status=503")).GetProperty("items").EnumerateArray();
        var kinds = asked.Where(item => item.TryGetProperty("made", out _)).Select(item => item.GetProperty("made").GetProperty("kind").GetString());
        Assert.Equal(["BILL", "BULK", "SCHEDULE", "SCHEDULE", "TRANSACTION"], kinds.Order());
    }

    private static async Task<Reply> LoseAsync(Signal struck, Func<Task<Reply>> send)
    {
        var reply = (await send()).AssertProblem(503, "OUTCOME_UNKNOWN");
        await struck.WaitAsync(cancellationToken: Cancelled);
        return reply;
    }
}
