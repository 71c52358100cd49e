using Microsoft.Extensions.Logging.Abstractions;
using WalletGrains.Contracts;
using WalletGrains.Grains.Bills;
using WalletGrains.Grains.Counterparts;
using WalletGrains.Simulators;
using WalletGrains.Simulators.Admin;
using WalletGrains.Simulators.Billers;
using WalletGrains.Simulators.Faults;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Grains.Tests.Bills;

/// <summary>The client against a biller on a real socket, with everything that can go wrong there.</summary>
public sealed class BillerClientTests : IAsyncLifetime
{
    private const string Pay = "electricity.pay";
    private const string Status = "electricity.status";
    private const string Meter = "45021234567";

    private static readonly BillOrder Order = new("payment-1", Meter, Naira(150_050));
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly ManualTimeProvider _time = new();
    private readonly BillerMetrics _metrics = new();
    private SimulatorServer _server = null!;
    private SimulatorAdmin _admin = null!;
    private BillerClient _client = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await SimulatorServer.StartAsync(cancellationToken: Cancelled);
        _admin = new SimulatorAdmin(_server.Address);
        _client = NewClient(Options());
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _metrics.Dispose();
        _admin.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_payment_is_made_once_and_every_repeat_and_query_is_answered_the_same()
    {
        var paid = Assert.IsType<BillerAnswer.Paid>(await PayAsync(Order));
        Assert.Equal(20, paid.Token!.Length);
        Assert.Equal(paid, await PayAsync(Order));
        Assert.Equal(paid, await FindAsync(Order));
        var booked = Assert.Single(await _admin.PaymentsAsync("electricity"));
        Assert.Equal((Order.Reference, paid.BillerReference, Meter, 1500.50m, PaymentStatus.Successful), (booked.Reference, booked.BillerReference, booked.CustomerReference, booked.Amount, booked.Status));
    }

    [Fact]
    public async Task What_the_biller_refuses_did_nothing_and_what_it_declines_has_failed_for_ever()
    {
        Assert.Equal("UNKNOWN_CUSTOMER", await RefusalAsync(Order with { CustomerReference = "stranger" }));
        Assert.Equal("AMOUNT_OUT_OF_BOUNDS", await RefusalAsync(Order with { Amount = Naira(100) }));
        Assert.Equal("WRONG_CURRENCY", await RefusalAsync(Order with { Amount = new Money(100_000, Currency.Parse("USD")) }));
        Assert.Empty(await _admin.PaymentsAsync("electricity"));

        var declined = Order with { CustomerReference = "45021234999" };
        Assert.Equal(new BillerAnswer.Failed("DECLINED", "DECLINED"), await PayAsync(declined));
        Assert.Equal(new BillerAnswer.Failed("DECLINED", "DECLINED"), await FindAsync(declined));
    }

    [Fact]
    public async Task A_payment_is_pending_until_the_biller_says_how_it_ended()
    {
        await _admin.SetFaultsAsync(new FaultRule(Pay, FaultKind.Late) { Queries = 1 });
        var pending = Assert.IsType<BillerAnswer.Pending>(await PayAsync(Order));
        Assert.NotNull(pending.BillerReference);
        Assert.Equal(pending, await FindAsync(Order));
        Assert.Equal(pending.BillerReference, Assert.IsType<BillerAnswer.Paid>(await FindAsync(Order)).BillerReference);
    }

    [Fact]
    public async Task A_payment_that_the_biller_does_not_know_is_not_found_and_may_be_sent()
    {
        Assert.Equal(new BillerAnswer.NotFound(), await FindAsync(Order));
        Assert.IsType<BillerAnswer.Paid>(await PayAsync(Order));
    }

    [Theory]
    [InlineData(FaultKind.ErrorBefore, "Biller electricity answered 500 INTERNAL.", false)]
    [InlineData(FaultKind.ErrorAfter, "Biller electricity answered 500 INTERNAL.", true)]
    [InlineData(FaultKind.Malformed, "Biller electricity gave an answer that cannot be read: It is malformed.", true)]
    [InlineData(FaultKind.WrongAmount, "Biller electricity gave an answer that cannot be read: It is about another payment, customer or amount.", true)]
    public async Task A_call_that_goes_wrong_says_nothing_of_the_payment(FaultKind fault, string reason, bool isDone)
    {
        await _admin.SetFaultsAsync(new FaultRule("electricity.*", fault) { Times = 2 });
        Assert.Equal(new BillerAnswer.Unknown(reason), await PayAsync(Order));
        Assert.Equal(isDone ? 1 : 0, (await _admin.PaymentsAsync("electricity")).Count);
        Assert.Equal(new BillerAnswer.Unknown(reason), await FindAsync(Order));
        Assert.IsType<BillerAnswer.Paid>(await PayAsync(Order));
        Assert.Single(await _admin.PaymentsAsync("electricity"));
    }

    [Theory]
    [InlineData(FaultKind.TimeoutBefore, 0)]
    [InlineData(FaultKind.TimeoutAfter, 1)]
    [InlineData(FaultKind.Held, 0)]
    public async Task A_call_that_is_not_answered_is_given_up_when_its_time_is_over_and_says_nothing(FaultKind fault, int done)
    {
        await _admin.SetFaultsAsync(new FaultRule(Pay, fault) { Times = 1 });
        var call = PayAsync(Order);
        Assert.Equal(1, await _admin.WaitForCallsAsync(Pay, 1));
        _time.Advance(Limit);
        Assert.Equal(new BillerAnswer.Unknown("Biller electricity did not answer within 10000 ms."), await call);
        Assert.Equal(done, (await _admin.PaymentsAsync("electricity")).Count);
    }

    [Fact]
    public async Task A_slow_call_that_was_given_up_may_pay_after_it_was_not_found()
    {
        await _admin.SetFaultsAsync(new FaultRule(Pay, FaultKind.Held) { Times = 1 });
        var call = PayAsync(Order);
        Assert.Equal(1, await _admin.WaitForCallsAsync(Pay, 1));
        _time.Advance(Limit);
        Assert.IsType<BillerAnswer.Unknown>(await call);
        Assert.Equal(new BillerAnswer.NotFound(), await FindAsync(Order));

        var paid = await PayAsync(Order);
        await _admin.ReleaseAsync();
        Assert.Equal(2, await _admin.WaitForCallsAsync(Pay, 2, answered: true));
        Assert.Equal(paid, await FindAsync(Order));
        Assert.Single(await _admin.PaymentsAsync("electricity"));
    }

    [Fact]
    public async Task A_call_that_its_caller_gives_up_is_cancelled_and_counts_against_nobody()
    {
        await _admin.SetFaultsAsync(new FaultRule(Pay, FaultKind.Held));
        for (var i = 1; i <= BillerLimits.BreakerCalls + 1; i++)
        {
            using var cancellation = new CancellationTokenSource();
            var call = _client.PayAsync(Order, cancellation.Token);
            Assert.Equal(i, await _admin.WaitForCallsAsync(Pay, i));
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        }

        await _admin.SetFaultsAsync();
        Assert.IsType<BillerAnswer.Paid>(await PayAsync(Order));
    }

    [Fact]
    public async Task While_it_asks_for_a_pause_nothing_is_sent_to_it()
    {
        await _admin.SetFaultsAsync(new FaultRule(Pay, FaultKind.Throttled) { Times = 1, RetryAfterSeconds = 7 });
        Assert.Equal(new BillerAnswer.NotSent(TimeSpan.FromSeconds(7), "Biller electricity answered 429."), await PayAsync(Order));
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(new BillerAnswer.NotSent(TimeSpan.FromSeconds(4), "Biller electricity asked for a pause."), await FindAsync(Order));
        Assert.Equal((1, 0), ((await _admin.CallsAsync(Pay)).Count, (await _admin.CallsAsync(Status)).Count));
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.IsType<BillerAnswer.Paid>(await PayAsync(Order));
    }

    [Fact]
    public async Task Nobody_is_left_alone_for_longer_than_ten_minutes_because_he_asked_for_it()
    {
        await _admin.SetFaultsAsync(new FaultRule(Pay, FaultKind.Throttled) { Times = 1, RetryAfterSeconds = 3_600 });
        Assert.Equal(TimeSpan.FromMinutes(10), Assert.IsType<BillerAnswer.NotSent>(await PayAsync(Order)).RetryAfter);
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.IsType<BillerAnswer.Paid>(await PayAsync(Order));
    }

    [Fact]
    public async Task After_too_many_failures_it_is_left_alone_and_one_call_finds_out_whether_it_is_back()
    {
        await _admin.SetFaultsAsync(new FaultRule(Pay, FaultKind.ErrorBefore) { Times = BillerLimits.BreakerCalls + 1 });
        for (var i = 0; i < BillerLimits.BreakerCalls; i++)
        {
            Assert.IsType<BillerAnswer.Unknown>(await PayAsync(Order));
        }

        var left = Assert.IsType<BillerAnswer.NotSent>(await PayAsync(Order));
        Assert.InRange(left.RetryAfter!.Value, TimeSpan.FromSeconds(1), BillerLimits.BreakerPause);
        Assert.IsType<BillerAnswer.NotSent>(await FindAsync(Order));
        _time.Advance(BillerLimits.BreakerPause);
        Assert.IsType<BillerAnswer.Unknown>(await PayAsync(Order));
        Assert.IsType<BillerAnswer.NotSent>(await PayAsync(Order));
        Assert.Equal((BillerLimits.BreakerCalls + 1, 0), ((await _admin.CallsAsync(Pay)).Count, (await _admin.CallsAsync(Status)).Count));

        _time.Advance(BillerLimits.BreakerPause);
        for (var i = 0; i < 2 * BillerLimits.BreakerCalls; i++)
        {
            Assert.IsType<BillerAnswer.Paid>(await PayAsync(Order));
        }
    }

    [Fact]
    public async Task Honest_refusals_do_not_count_against_it()
    {
        for (var i = 0; i < 2 * BillerLimits.BreakerCalls; i++)
        {
            Assert.IsType<BillerAnswer.Failed>(await PayAsync(Order with { CustomerReference = "45021234999" }));
            Assert.IsType<BillerAnswer.NotFound>(await FindAsync(Order with { Reference = "payment-2" }));
        }
    }

    [Fact]
    public async Task A_biller_that_fails_hinders_no_other()
    {
        using var billers = new WalletGrains.Grains.Bills.Billers(
            _metrics, _time, NullLogger<CounterpartCalls>.Instance, BillerSettings.Configure(SimulatorServer.BillerCodes.Select(code => (code, _server.BillerSettings(code)))));
        Assert.Equal(["airtime", "electricity", "water"], billers.All.Select(biller => biller.Code));
        Assert.Null(billers.Find("gas"));
        await _admin.SetFaultsAsync(new FaultRule(Pay, FaultKind.ErrorBefore));
        for (var i = 0; i <= BillerLimits.BreakerCalls; i++)
        {
            Assert.IsNotType<BillerAnswer.Paid>(await billers.Find("electricity")!.PayAsync(Order, Cancelled));
        }

        Assert.IsType<BillerAnswer.NotSent>(await billers.Find("electricity")!.PayAsync(Order, Cancelled));
        var paid = Assert.IsType<BillerAnswer.Paid>(await billers.Find("airtime")!.PayAsync(Order with { CustomerReference = "08031234567" }, Cancelled));
        Assert.Null(paid.Token);
    }

    [Fact]
    public async Task One_that_does_not_take_our_key_has_not_done_anything_and_no_log_and_no_text_has_the_key()
    {
        var log = new ListedLog<CounterpartCalls>();
        var options = Options() with { ApiKey = "hush-hush" };
        using var stranger = new BillerClient(options, _metrics, _time, log);
        for (var i = 0; i < BillerLimits.BreakerCalls; i++)
        {
            Assert.Equal(
                new BillerAnswer.NotSent(null, "Biller electricity does not accept Billers:electricity:ApiKey: it answered 401."), await stranger.PayAsync(Order, Cancelled));
        }

        Assert.StartsWith("Biller electricity is not asked for 00:00:15: Biller electricity does not accept Billers:electricity:ApiKey", Assert.Single(log.Texts), StringComparison.Ordinal);
        Assert.DoesNotContain("hush", log.Texts[0] + options, StringComparison.Ordinal);
        Assert.Empty(await _admin.PaymentsAsync("electricity"));
    }

    [Fact]
    public async Task A_path_that_is_wrong_says_nothing_of_a_payment()
    {
        using var lost = NewClient(Options() with { BaseUrl = new Uri(_server.Address, "elsewhere/") });
        Assert.Equal(new BillerAnswer.Unknown("Biller electricity answered 404."), await lost.PayAsync(Order, Cancelled));
        Assert.Equal(new BillerAnswer.Unknown("Biller electricity answered 404."), await lost.FindAsync(Order, Cancelled));
    }

    [Fact]
    public async Task One_that_nobody_listens_for_was_not_asked()
    {
        using var nowhere = NewClient(Options() with { BaseUrl = new Uri("http://127.0.0.1:1") });
        var answer = Assert.IsType<BillerAnswer.NotSent>(await nowhere.PayAsync(Order, Cancelled));
        Assert.Null(answer.RetryAfter);
        Assert.StartsWith("Biller electricity cannot be reached: ", answer.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_payment_under_our_reference_is_an_operator_s_question()
    {
        Assert.IsType<BillerAnswer.Paid>(await PayAsync(Order));
        var other = Order with { Amount = Naira(200_000) };
        Assert.Equal(new BillerAnswer.Unknown("Biller electricity answered 409 REFERENCE_REUSED."), await PayAsync(other));
        Assert.IsType<BillerAnswer.Unknown>(await FindAsync(other));
        Assert.IsType<BillerAnswer.Unknown>(await FindAsync(Order with { CustomerReference = "45021234568" }));
    }

    [Fact]
    public async Task A_name_is_told_and_what_goes_wrong_says_nothing()
    {
        var name = Assert.IsType<CustomerAnswer.Known>(await _client.EnquireAsync(Meter, Cancelled)).Name;
        Assert.Matches("^[A-Z][a-z]+ [A-Z][a-z]+$", name);
        await _admin.SetFaultsAsync(new FaultRule("electricity.enquire", FaultKind.Malformed) { Times = 1 });
        Assert.IsType<CustomerAnswer.NotSaid>(await _client.EnquireAsync(Meter, Cancelled));

        using var wider = NewClient(Options() with { Profile = Options().Profile with { ReferencePattern = @"\d+" } });
        Assert.Equal(new CustomerAnswer.Nobody(), await wider.EnquireAsync("1", Cancelled));
    }

    [Theory]
    [InlineData("45021234567", true)]
    [InlineData("4502123456789", true)]
    [InlineData("450212345678", false)]
    [InlineData("45021234567\n", false)]
    [InlineData("x45021234567", false)]
    [InlineData("٤٥٠٢١٢٣٤٥٦٧", false)]
    [InlineData("", false)]
    public void A_reference_has_to_match_as_a_whole(string reference, bool isAccepted) => Assert.Equal(isAccepted, _client.Accepts(reference));

    [Theory]
    [InlineData("..", false)]
    [InlineData(".", false)]
    [InlineData("../payments", true)]
    public void No_reference_leads_out_of_its_place_in_an_address(string reference, bool isAccepted)
    {
        using var any = NewClient(Options() with { Profile = Options().Profile with { ReferencePattern = ".*" } });
        Assert.Equal(isAccepted, any.Accepts(reference));
    }

    private static Money Naira(long minorUnits) => new(minorUnits, Currency.Parse("NGN"));

    private BillerOptions Options() => BillerSettings.Read("electricity", _server.BillerSettings("electricity"));

    private BillerClient NewClient(BillerOptions options) => new(options, _metrics, _time, NullLogger<CounterpartCalls>.Instance);

    private Task<BillerAnswer> PayAsync(BillOrder order) => _client.PayAsync(order, Cancelled);

    private Task<BillerAnswer> FindAsync(BillOrder order) => _client.FindAsync(order, Cancelled);

    [Theory]
    [InlineData(FaultKind.Throttled)]
    [InlineData(FaultKind.ErrorBefore)]
    public async Task Whatever_becomes_of_enquiries_holds_up_no_payment(FaultKind fault)
    {
        await _admin.SetFaultsAsync(new FaultRule("electricity.enquire", fault) { RetryAfterSeconds = 600 });
        for (var i = 0; i <= BillerLimits.BreakerCalls; i++)
        {
            Assert.IsType<CustomerAnswer.NotSaid>(await _client.EnquireAsync(Meter, Cancelled));
        }

        Assert.IsType<BillerAnswer.Paid>(await PayAsync(Order));
    }

    private async Task<string> RefusalAsync(BillOrder order) => Assert.IsType<BillerAnswer.Refused>(await PayAsync(order)).Code;
}
