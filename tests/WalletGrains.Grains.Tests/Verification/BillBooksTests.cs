using Npgsql;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Bills;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Bills;
using WalletGrains.Grains.Tests.Wallets;
using WalletGrains.Journal;
using WalletGrains.Journal.Bills;
using WalletGrains.Journal.Jobs;
using Xunit;

namespace WalletGrains.Grains.Tests.Verification;

/// <summary>Books with a payment at each step, and at those between what the wallet did and what the payment knows; each of 100.</summary>
public sealed class BillBooks : IAsyncLifetime
{
    public Books Books { get; } = new();

    /// <summary>The payments by their steps.</summary>
    public IReadOnlyDictionary<string, Guid> Payments { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Books.InitializeAsync();
        Payments = await MakeAsync();
        await ExecuteAsync("create table true_bills as select * from bills; create table true_jobs as select * from jobs");
    }

    public ValueTask DisposeAsync() => Books.DisposeAsync();

    /// <summary>Puts everything right that a test has falsified.</summary>
    public async Task RestoreAsync()
    {
        await ExecuteAsync("set session_replication_role = replica; delete from bills; insert into bills select * from true_bills; delete from jobs; insert into jobs select * from true_jobs");
        Assert.Empty((await Books.ReconcileAsync()).Differences);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await Books.Cluster.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private async Task<Dictionary<string, Guid>> MakeAsync()
    {
        await using var store = new PostgresBillStore(Books.Cluster.DataSource, new JournalOptions(), TimeProvider.System);
        var wallet = await Books.Cluster.OpenAsync(10_000);
        BillNews calling = new BillNews.Calling(), paid = new BillNews.Paid("B1", null), captured = new BillNews.Captured(), back = new BillNews.GivenBack(),
            unclear = new BillNews.Unclear(), rejected = new BillNews.Rejected(new BillFailure("DECLINED", "words"));
        return new()
        {
            ["asked"] = await MakeOneAsync(false, false, false),
            ["pending"] = await MakeOneAsync(true, false, false),
            ["processing"] = await MakeOneAsync(true, false, false, calling),
            ["unknown"] = await MakeOneAsync(true, false, false, calling, unclear),
            ["completing"] = await MakeOneAsync(true, false, false, calling, paid),
            ["captured"] = await MakeOneAsync(true, true, false, calling, paid),
            ["completed"] = await MakeOneAsync(true, true, false, calling, paid, captured),
            ["reversing"] = await MakeOneAsync(true, false, false, calling, rejected),
            ["given back"] = await MakeOneAsync(true, false, true, calling, rejected),
            ["reversed"] = await MakeOneAsync(true, false, true, calling, rejected, back),
            ["failed"] = await MakeOneAsync(false, false, false, new BillNews.HoldRefused(new BillFailure("INSUFFICIENT_FUNDS", "words"))),
        };

        async Task<Guid> MakeOneAsync(bool hold, bool capture, bool reverse, params BillNews[] news)
        {
            var now = DateTimeOffset.UtcNow;
            var command = new PayBill(WalletCluster.NewRequest(), wallet, "water", "WB-1", WalletCluster.Usd(100));
            var payment = BillProgress.Begin(now, null);
            var row = new BillRow(
                Guid.CreateVersion7(), wallet, null, "water", "WB-1", 100, "USD", command.RequestId.Value, BillContent.FingerprintOf(command), BillState.Pending, 0, null,
                BillContent.Encode(payment), now, now);
            await store.CreateAsync(row, new NewJob(Guid.CreateVersion7(), "bill-payment", row.PaymentId.ToString(), ReadOnlyMemory<byte>.Empty), TestContext.Current.CancellationToken);
            if (hold)
            {
                await Books.DoAsync(wallet, new PlaceHold(RequestId.ForBillHold(row.PaymentId), WalletCluster.Usd(100), row.PaymentId));
            }

            for (var i = 0; i < news.Length; i++)
            {
                payment = BillDecider.Evolve(payment, BillDecider.Decide(news[i], payment, TimeSpan.FromHours(1), now)!);
                Assert.True(await store.MoveAsync(
                    new BillMove(row.PaymentId, i, (BillState)payment.Phase, payment.AwaitingSince, BillContent.Encode(payment), now), null, TestContext.Current.CancellationToken));
            }

            if (capture || reverse)
            {
                await Books.DoAsync(wallet, capture ? new CaptureBill(row.PaymentId, "water") : new ReverseBill(row.PaymentId));
            }

            return row.PaymentId;
        }
    }
}

/// <summary>What reconciliations find about bills: each kind of difference that was planted, and nothing in books that are true.</summary>
public sealed class BillBooksTests(BillBooks bills) : IClassFixture<BillBooks>
{
    [Fact]
    public async Task Payments_agree_with_their_wallets_at_every_step()
    {
        await bills.RestoreAsync();
        foreach (var isFull in new[] { false, true })
        {
            var report = await bills.Books.ReconcileAsync(isFull);
            Assert.Empty(report.Differences);
            Assert.Equal((11L, true), (report.BillsChecked, report.IsComplete));
        }

        var balances = await bills.Books.Reconciliation.GetTrialBalanceAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.Equal(200, balances.Single(balance => balance.Account == "biller:water").BalanceMinor);
        Assert.Equal(0, balances.Sum(balance => balance.BalanceMinor));
    }

    [Theory]
    [InlineData("completed", "update bills set state = 7", "BILL_MONEY", "BILLER_TOTAL")]
    [InlineData("reversed", "update bills set state = 5", "BILL_MONEY", "BILLER_TOTAL")]
    [InlineData("processing", "update bills set state = 5", "BILL_MONEY", "BILLER_TOTAL")]
    [InlineData("processing", "update bills set state = 8", "BILL_MONEY")]
    [InlineData("failed", "update bills set state = 2", "BILL_MONEY")]
    [InlineData("completed", "update bills set amount_minor = 99", "BILL_MONEY", "BILLER_TOTAL")]
    [InlineData("completed", "update bills set biller_code = 'air'", "BILL_MONEY", "BILLER_TOTAL", "BILLER_TOTAL")]
    [InlineData("completed", "update bills set wallet_id = gen_random_uuid()", "BILL_MONEY")]
    [InlineData("completed", "delete from bills", "BILLER_TOTAL")]
    [InlineData("pending", "update bills set updated_at = now() - interval '6 min'", "STUCK_BILL")]
    [InlineData("completing", "update bills set updated_at = now() - interval '6 min'", "STUCK_BILL")]
    [InlineData("reversing", "update bills set updated_at = now() - interval '6 min'", "STUCK_BILL")]
    [InlineData("processing", "update bills set updated_at = now() - interval '6 min'")]
    [InlineData("processing", "update bills set updated_at = now() - interval '61 min'", "STUCK_BILL")]
    [InlineData("unknown", "update bills set updated_at = now() - interval '2 hours'")]
    [InlineData("unknown", "update bills set awaiting_since = now() - interval '26 hours'", "STUCK_BILL")]
    public async Task What_was_falsified_is_found(string which, string falsification, params string[] found)
    {
        await bills.RestoreAsync();
        await bills.Books.FalsifyAsync($"{falsification} where payment_id = $1", bills.Payments[which]);
        var report = await bills.Books.ReconcileAsync();
        Assert.Equal(found.Order(StringComparer.Ordinal), report.Differences.Select(difference => difference.What).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("processing", "delete from jobs where key = $1::text", "STUCK_BILL")]
    [InlineData("unknown", "update jobs set state = 3 where key = $1::text", "STUCK_BILL")]
    [InlineData("unknown", "update jobs set state = 4, last_error = 'words' where key = $1::text")]
    [InlineData("completed", "delete from jobs where key = $1::text")]
    public async Task A_payment_that_no_job_goes_on_with_is_found_before_its_time(string which, string falsification, params string[] found)
    {
        await bills.RestoreAsync();
        var paymentId = bills.Payments[which];
        await bills.Books.FalsifyAsync(falsification, paymentId);
        Assert.Empty((await bills.Books.ReconcileAsync()).Differences);

        await bills.Books.FalsifyAsync("update bills set updated_at = now() - interval '6 min' where payment_id = $1", paymentId);
        var report = await bills.Books.ReconcileAsync();
        Assert.Equal(found, report.Differences.Select(difference => difference.What));
        Assert.All(report.Differences, difference => Assert.Equal("a job that goes on with it", difference.Expected));
    }
}
