using Microsoft.Extensions.Logging.Abstractions;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Bills;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Grains.Bills;
using WalletGrains.Grains.Counterparts;
using WalletGrains.Journal.Bills;
using WalletGrains.Simulators;
using WalletGrains.Simulators.Admin;
using WalletGrains.Simulators.Billers;
using WalletGrains.Simulators.Faults;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Grains.Tests.Bills;

/// <summary>Very many payments on the runtime in force, of billers on a real socket that do everything wrong that they can.</summary>
public sealed class BillStormTests : IAsyncLifetime
{
    private const int Payments = 2_000;
    private const int Wallets = 20;
    private const long Funds = 100_000_000;

    private static readonly BillState[] Unfinished = [BillState.Pending, BillState.Processing, BillState.Unknown, BillState.Completing, BillState.Reversing];
    private static readonly Currency Naira = Currency.Parse("NGN");

    private readonly BillerMetrics _metrics = new();
    private SimulatorServer _server = null!;
    private SimulatorAdmin _admin = null!;
    private FastBiller[] _billers = [];
    private BillerClient _patient = null!;
    private MemoryCluster _cluster = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await SimulatorServer.StartAsync(cancellationToken: Cancelled);
        _admin = new SimulatorAdmin(_server.Address);

        // A call has 250 ms. Breakers judge 0.6 s and leave a biller alone for 50 ms, again and again; were it for longer, nothing else would be seen.
        var time = new FastTimeProvider(speed: 100);
        _billers = [.. SimulatorServer.BillerCodes.Select(code =>
            new FastBiller(BillerSettings.Read(code, _server.BillerSettings(code)) with
            {
                Timeout = TimeSpan.FromSeconds(25),
                BreakerCalls = 200,
                BreakerPause = TimeSpan.FromSeconds(5),
            }, _metrics, time))];
        var water = BillerSettings.Read("water", _server.BillerSettings("water"));
        _patient = new BillerClient(water with { Profile = water.Profile with { Code = "patient" } }, _metrics, TimeProvider.System, NullLogger<CounterpartCalls>.Instance);
        _cluster = new MemoryCluster
        {
            OtherBillers = new GivenBillers([.. _billers, _patient]),
            OtherSettings = new Dictionary<string, string?>
            {
                ["Jobs:Kinds:bill-payment:Concurrency"] = "128",
                ["Jobs:Kinds:bill-status:Concurrency"] = "128",
                ["Bills:CallsPerBiller"] = "128",
                ["Bills:UnknownPatience"] = "1.00:00:00",
            },
        };
        await _cluster.InitializeAsync();
        foreach (var kind in (string[])["bill-payment", "bill-status", "bill-reversal"])
        {
            await _cluster.Client.GetGrain<IJobGrain>(kind).StartAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        Array.ForEach(_billers, biller => biller.Dispose());
        _patient.Dispose();
        _metrics.Dispose();
        _admin.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Who_asks_for_a_payment_does_not_wait_for_the_biller()
    {
        await _admin.SetFaultsAsync(new FaultRule("water.pay", FaultKind.Held));
        var (wallet, biller) = (await _cluster.OpenAsync(Funds, Naira.Code), _patient.Profile);
        var pay = new PayBill(MemoryCluster.NewRequest(), wallet, biller.Code, biller.ReferenceExample, biller.MinAmount);
        var accepted = Assert.IsType<BillOutcome.Accepted>(await _cluster.Bills.PayAsync(pay));
        Assert.Equal(1, await _admin.WaitForCallsAsync("water.pay", 1));
        Assert.Equal(accepted with { Replayed = true }, await _cluster.Bills.PayAsync(pay));

        // Had it waited, the call would have been given up by now.
        Assert.Equal(BillStatus.Processing, (await _cluster.Bills.FindAsync(accepted.PaymentId))!.Status);
        await _admin.SetFaultsAsync();
        await _admin.ReleaseAsync();
        await AwaitEndAsync();
    }

    [Fact]
    public async Task Two_thousand_payments_under_all_faults_at_once_end_the_same_in_both_books()
    {
        var wallets = await Task.WhenAll(Enumerable.Range(0, Wallets).Select(_ => _cluster.OpenAsync(Funds, Naira.Code)));
        await _admin.SetFaultsAsync(FaultStorm.OverBillers(0.3, slowMs: 60));
        var accepted = new Guid[Payments];
        await Parallel.ForAsync(0, Payments, new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = Cancelled }, async (i, _) =>
        {
            var biller = _billers[i % _billers.Length].Profile;
            var amount = new Money(biller.MinAmount.MinorUnits + i, Naira);
            var pay = new PayBill(MemoryCluster.NewRequest(), wallets[i % Wallets], biller.Code, biller.ReferenceExample, amount);
            accepted[i] = Assert.IsType<BillOutcome.Accepted>(await _cluster.Bills.PayAsync(pay)).PaymentId;
        });
        await AwaitEndAsync();

        var booked = (await Task.WhenAll(SimulatorServer.BillerCodes.Select(_admin.PaymentsAsync))).SelectMany(payments => payments).ToDictionary(payment => Guid.Parse(payment.Reference));
        Assert.Empty(booked.Keys.Except(accepted));
        var struck = (await _admin.SummarizeCallsAsync()).SelectMany(route => route.Struck).GroupBy(fault => fault.Key, fault => fault.Value).ToList();
        Assert.Equal(FaultStorm.OfAnswers.Length + 2, struck.Count);

        // Throttling, which comes behind all others, strikes one call in forty; a payment takes five.
        Assert.All(struck, fault => Assert.InRange(fault.Sum(), Payments / 20, int.MaxValue));
        var spent = wallets.ToDictionary(wallet => wallet, _ => 0L);
        var ends = new Dictionary<BillStatus, int>();
        foreach (var paymentId in accepted)
        {
            var payment = (await _cluster.Bills.FindAsync(paymentId))!;
            var isPaid = booked.TryGetValue(paymentId, out var there) && there.Status is PaymentStatus.Successful;
            Assert.Equal(isPaid ? BillStatus.Completed : BillStatus.Reversed, payment.Status);
            Assert.True(there is null || (there.Amount, there.CustomerReference, there.Status) is var (amount, customer, status)
                && amount == payment.Amount.ToDecimal() && customer == payment.CustomerReference && status is not PaymentStatus.Pending);
            Assert.Equal(isPaid ? there!.BillerReference : payment.BillerReference, payment.BillerReference);
            spent[payment.WalletId] += isPaid ? payment.Amount.MinorUnits : 0;
            ends[payment.Status] = ends.GetValueOrDefault(payment.Status) + 1;
        }

        Assert.All(ends.Values, count => Assert.InRange(count, Payments / 10, Payments));
        Assert.Equal(wallets.Select(wallet => (Funds - spent[wallet], 0L)), await _cluster.MoneyAsync(wallets));
        foreach (var wallet in wallets)
        {
            await AssertEachHoldEndsOnceAsync(wallet, booked);
        }
    }

    /// <summary>Each payment has one entry that holds its money, and one that takes it or gives it back, as its biller has it.</summary>
    private async Task AssertEachHoldEndsOnceAsync(Guid wallet, Dictionary<Guid, BillerPayment> booked)
    {
        List<Entry> entries = [];
        for (var isMore = true; isMore;)
        {
            var page = await _cluster.Client.GetGrain<IWalletQueryGrain>(0).GetEntriesAfterAsync(wallet, entries.Count, Limits.MaxPageSize);
            entries.AddRange(page.Items);
            isMore = page.HasMore;
        }

        var payments = entries.Where(entry => entry.Hold is not null).GroupBy(entry => entry.Hold!.HoldId).ToList();
        Assert.Equal(Payments / Wallets, payments.Count);
        foreach (var payment in payments)
        {
            var end = booked.TryGetValue(payment.Key, out var there) && there.Status is PaymentStatus.Successful ? EntryType.BillPayment : EntryType.BillReversal;
            Assert.Equal([EntryType.Hold, end], payment.OrderBy(entry => entry.Version).Select(entry => entry.Type));
        }
    }

    /// <summary>Looks again after every write of a job.</summary>
    private async Task AwaitEndAsync()
    {
        while (true)
        {
            var changed = _cluster.JobWritten;
            if ((await _cluster.BillStore.ReadAsync(new BillListQuery(null, null, Unfinished, null, 1), Cancelled)).Count == 0)
            {
                return;
            }

            await changed.WaitAsync(Signal.DefaultLimit, Cancelled);
        }
    }
}
