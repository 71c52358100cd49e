using System.Globalization;
using WalletGrains.Simulators;
using WalletGrains.Simulators.Admin;
using WalletGrains.Simulators.Billers;
using WalletGrains.Simulators.Faults;
using Xunit;

namespace WalletGrains.Api.Tests.Bills;

/// <summary>Many payments of a whole host on PostgreSQL, whose billers do everything wrong that they can, all at once.</summary>
public sealed class BillStormTests : IAsyncLifetime
{
    /// <summary>Time-outs and pauses are seconds of real time here, so there are fewer payments than in the storm over stores in memory, which has 2,000.</summary>
    private const int Payments = 250;
    private const int Wallets = 10;
    private const decimal Funds = 1_000_000;
    private const decimal LeastAmount = 500;

    private SimulatorServer _simulators = null!;
    private SimulatorAdmin _admin = null!;
    private readonly ApiFixture _api = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _simulators = await SimulatorServer.StartAsync(cancellationToken: Cancelled);
        _admin = new SimulatorAdmin(_simulators.Address);
        await _api.StartAsync(
            "Development",
            proxied: null,
            [
                .. BillerFixture.Settings(_simulators),

                // Most calls fail. What the breaker does about that the storm over stores in memory shows; here it would leave the billers alone for seconds.
                .. SimulatorServer.BillerCodes.Select(code => $"--Billers:{code}:BreakerCalls=10000"),
                "--Bills:CallsPerBiller=100",
                "--Bills:UnreachedPatience=00:10:00",
                "--Jobs:Kinds:bill-payment:Concurrency=200",
                "--Jobs:Kinds:bill-status:Concurrency=200",
            ]);
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        _admin.Dispose();
        await _simulators.DisposeAsync();
    }

    [Fact]
    public async Task Payments_under_all_faults_at_once_end_the_same_in_both_books()
    {
        await using var jobs = await JobWatch.StartAsync(_api.ConnectionString);
        await _admin.SetFaultsAsync(FaultStorm.OverBillers(0.3, slowMs: 50));
        var ada = _api.Customer();
        var wallets = await Task.WhenAll(Enumerable.Range(0, Wallets).Select(_ => ada.OpenWalletAsync(Funds)));
        var examples = (await ada.GetAsync("/bills/billers")).Json.EnumerateArray().ToDictionary(
            biller => biller.GetProperty("code").GetString()!, biller => biller.GetProperty("referenceExample").GetString()!);
        var accepted = new Guid[Payments];
        await Parallel.ForAsync(0, Payments, new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = Cancelled }, async (i, _) =>
        {
            var code = SimulatorServer.BillerCodes[i % SimulatorServer.BillerCodes.Count];
            accepted[i] = await BillTests.PayAsync(ada, wallets[i % Wallets], code, examples[code], (LeastAmount + i).ToString(CultureInfo.InvariantCulture));
        });

        // The last of them would ask for half of the time, one call after the other.
        await jobs.UntilAsync("select count(*) >= $1 from bills where state in (5, 7)", Payments * 9L / 10);
        await _admin.SetFaultsAsync();
        await jobs.UntilAsync("select count(*) = $1 from bills where state in (5, 7)", (long)Payments);

        var booked = (await Task.WhenAll(SimulatorServer.BillerCodes.Select(_admin.PaymentsAsync))).SelectMany(payments => payments).ToDictionary(payment => Guid.Parse(payment.Reference));
        Assert.Empty(booked.Keys.Except(accepted));
        var struck = (await _admin.SummarizeCallsAsync()).SelectMany(route => route.Struck.Keys).ToHashSet();
        Assert.Equal(FaultStorm.OfAnswers.Length + 2, struck.Count);
        var spent = wallets.ToDictionary(wallet => wallet, _ => 0m);
        for (var i = 0; i < Payments; i++)
        {
            var payment = (await ada.GetAsync($"/bills/{accepted[i]}")).Json;
            var isPaid = booked.TryGetValue(accepted[i], out var there) && there.Status is PaymentStatus.Successful;
            Assert.Equal(isPaid ? "COMPLETED" : "REVERSED", payment.GetProperty("status").GetString());
            Assert.Equal(LeastAmount + i, there?.Amount ?? payment.GetProperty("amount").GetDecimal());
            spent[wallets[i % Wallets]] += isPaid ? LeastAmount + i : 0;
        }

        foreach (var (wallet, amount) in spent)
        {
            var money = (await ada.GetAsync($"/wallet/{wallet}")).Json;
            Assert.Equal((Funds - amount, 0m), (money.GetProperty("balance").GetDecimal(), money.GetProperty("held").GetDecimal()));
        }

        // The product's own look at its books: each hold has ended once, and as its payment says.
        var found = (await _api.Operator().PostAsync("/ops/reconciliation/run", "{}")).Json;
        Assert.True(found.GetProperty("ok").GetBoolean(), found.GetRawText());
        Assert.Equal(0L, await jobs.CountAsync("select count(*) from jobs where state = 4"));
    }
}
