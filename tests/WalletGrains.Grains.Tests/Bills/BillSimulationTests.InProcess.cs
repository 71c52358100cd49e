using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Orleans.InProcess.Simulation;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Activity;
using WalletGrains.Contracts.Bills;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Grains.Bills;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Bills;
using WalletGrains.Journal.Jobs;
using Xunit;
using static WalletGrains.Grains.Tests.MemoryCluster;

namespace WalletGrains.Grains.Tests.Bills;

/// <summary>How long payments wait for what, on three virtual silos in virtual time, with the settings that nobody has changed.</summary>
public sealed class BillSimulationTests
{
    private const string Customer = "WB-1";

    private readonly SimulatedWorld _world = new(seed: 1);
    private readonly SimulatedClient _client;
    private readonly MemoryJobStore _jobs;
    private readonly MemoryBillStore _bills;
    private readonly MemoryJournal _journal;
    private readonly List<(int Event, string Text, TimeSpan Wait, TimeSpan At)> _log = [];
    private readonly ScriptedBillers _biller = new();
    private readonly List<TimeSpan> _asked = [];
    private TimeSpan _callTime = TimeSpan.FromMilliseconds(20);
    private bool _isConfigured = true;
    private bool _isJournalAway;
    private int _settlements;

    public BillSimulationTests()
    {
        var database = _world.AddProcess("database");
        _journal = new MemoryJournal((point, _) => point is CommitPoint.Before && _isJournalAway ? throw new JournalUnavailableException("away") : Task.CompletedTask);
        _jobs = new MemoryJobStore(database.Clock, (point, jobId) =>
        {
            _settlements += point is CommitPoint.After && jobId != Guid.Empty ? 1 : 0;
            return Task.CompletedTask;
        });
        _bills = new MemoryBillStore(_jobs);
        var options = new SimulatedClusterOptions();
        options.Silo.GrainAssemblies.Add(typeof(BillPaymentGrain).Assembly);
        _client = new SimulatedCluster(_world, options, AddServices).AddClient("client");
        foreach (var kind in new[] { BillJobs.Payment, BillJobs.Status, BillJobs.Reversal })
        {
            _world.Call(_client, () => _client.Cluster.GetGrain<IJobGrain>(kind).StartAsync());
        }
    }

    private IBillGrain Bills => _client.Cluster.GetGrain<IBillGrain>(0);

    private IJobListGrain Jobs => _client.Cluster.GetGrain<IJobListGrain>(0);

    [Fact]
    public void What_the_biller_declines_is_given_back_after_five_seconds()
    {
        _biller.WhenPaid(Customer, _ => new BillerAnswer.Failed("DECLINED", "The account is closed."));
        var (wallet, paymentId) = Pay();
        _world.Await(() => StatusOf(paymentId) is BillStatus.Reversing, TimeSpan.FromSeconds(1));
        _world.Run(TimeSpan.FromSeconds(4.9));
        Assert.Equal((BillStatus.Reversing, (1_000, 300)), (StatusOf(paymentId), Money(wallet)));
        _world.Await(() => StatusOf(paymentId) is BillStatus.Reversed, TimeSpan.FromSeconds(0.3));
        Assert.Equal((1_000, 0), Money(wallet));
        Assert.InRange(TimeOf(paymentId, BillStatus.Reversed) - TimeOf(paymentId, BillStatus.Reversing), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5.2));
    }

    [Fact]
    public void A_reversal_that_cannot_be_written_is_tried_five_times_ever_later_and_is_an_operators_then()
    {
        _biller.WhenPaid(Customer, _ => new BillerAnswer.Failed("DECLINED", "The account is closed."));
        var (wallet, paymentId) = Pay();
        _world.Await(() => StatusOf(paymentId) is BillStatus.Reversing, TimeSpan.FromSeconds(1));
        _isJournalAway = true;
        _world.Await(() => JobOf(BillJobs.Reversal, paymentId).State is JobState.Dead, TimeSpan.FromMinutes(5));

        // Between a half and the whole of 3 s, 6 s, 12 s and 24 s.
        var tried = _log.Where(entry => entry.Event == 1802 && entry.Text.StartsWith("Job bill-reversal", StringComparison.Ordinal)).ToList();
        Assert.Collection(tried.Select(entry => entry.Wait.TotalSeconds), For(3), For(6), For(12), For(24));
        var letter = Assert.Single(_log, entry => entry.Event == 1801);
        Assert.StartsWith($"[DEAD LETTER] Job {JobOf(BillJobs.Reversal, paymentId).JobId} of kind bill-reversal about {paymentId} was given up after 5 attempts", letter.Text, StringComparison.Ordinal);
        for (var i = 0; i < tried.Count; i++)
        {
            var next = i + 1 < tried.Count ? tried[i + 1].At : letter.At;
            Assert.InRange(next - tried[i].At, tried[i].Wait, TimeSpan.MaxValue);
        }

        // It stays as it is, whatever time passes, until somebody has it tried again.
        _isJournalAway = false;
        _world.Run(TimeSpan.FromHours(1));
        Assert.Equal((BillStatus.Reversing, (1_000, 300)), (StatusOf(paymentId), Money(wallet)));
        Assert.Null(_world.Call(_client, () => Jobs.RetryAsync(JobOf(BillJobs.Reversal, paymentId).JobId)).Refusal);
        _world.Await(() => StatusOf(paymentId) is BillStatus.Reversed, TimeSpan.FromSeconds(1));
        Assert.Equal((1_000, 0), Money(wallet));

        static Action<double> For(double seconds) => wait => Assert.InRange(wait, seconds / 2, seconds);
    }

    [Fact]
    public void A_payment_of_which_nobody_knows_is_asked_for_from_five_seconds_on_for_a_day_and_is_an_operators_then()
    {
        var knows = false;
        Lose(() => knows);
        var (wallet, paymentId) = Pay();
        _world.Await(() => StatusOf(paymentId) is BillStatus.Unknown, TimeSpan.FromSeconds(1));
        var since = _world.Now;
        _world.Await(() => _asked.Count == 1, TimeSpan.FromSeconds(6));
        Assert.InRange(_asked[0] - since, TimeSpan.FromSeconds(4.9), TimeSpan.FromSeconds(5.2));

        // However long nobody has to ask for it by himself.
        _world.Run(since + TimeSpan.FromHours(24) - TimeSpan.FromMinutes(1) - _world.Now);
        Assert.All(_asked.Zip(_asked.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, TimeSpan.FromSeconds(2.4), TimeSpan.FromMinutes(30.1)));
        Assert.InRange(_asked[^1] - since, TimeSpan.FromHours(23.4), TimeSpan.FromHours(24));

        // A minute before the day is over, and when it is.
        Ask(paymentId);
        Assert.Equal((BillStatus.Unknown, JobState.Queued), (StatusOf(paymentId), JobOf(BillJobs.Status, paymentId).State));
        _world.Run(since + TimeSpan.FromHours(24) - _world.Now);
        Ask(paymentId);
        Assert.Equal(JobState.Dead, JobOf(BillJobs.Status, paymentId).State);
        Assert.Single(_log, entry => entry.Text.StartsWith("[DEAD LETTER]", StringComparison.Ordinal) && entry.Text.Contains("find out from the biller", StringComparison.Ordinal));
        Assert.Equal((BillStatus.Unknown, (1_000, 300)), (StatusOf(paymentId), Money(wallet)));

        // Its biller's late word ends it right.
        knows = true;
        Assert.Null(_world.Call(_client, () => Jobs.RetryAsync(JobOf(BillJobs.Status, paymentId).JobId)).Refusal);
        _world.Await(() => StatusOf(paymentId) is BillStatus.Completed, TimeSpan.FromSeconds(1));
        Assert.Equal((700, 0), Money(wallet));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_biller_that_is_not_reached_is_called_for_ten_minutes_also_when_it_is_taken_out_of_the_configuration(bool isConfigured)
    {
        _biller.WhenPaid(Customer, [.. Enumerable.Repeat<Func<BillOrder, BillerAnswer>>(_ => new BillerAnswer.NotSent(null, "no connection"), 1_000)]);
        var (wallet, paymentId) = Pay();
        _world.Await(() => StatusOf(paymentId) is BillStatus.Processing && _biller.CallsFor(Customer) > 0, TimeSpan.FromSeconds(1));
        _isConfigured = isConfigured;
        _world.Run(TimeSpan.FromMinutes(9.9));
        Assert.Equal((BillStatus.Processing, (1_000, 300)), (StatusOf(paymentId), Money(wallet)));
        _world.Await(() => StatusOf(paymentId) is BillStatus.Reversed, TimeSpan.FromMinutes(1.5));
        Assert.Equal("BILLER_UNAVAILABLE", Find(paymentId).Failure!.Code);
        Assert.Equal((1_000, 0), Money(wallet));
        Assert.InRange(TimeOf(paymentId, BillStatus.Reversing) - TimeOf(paymentId, BillStatus.Pending), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(11.1));
    }

    [Fact]
    public void What_a_biller_may_have_that_is_taken_out_of_the_configuration_stays_unknown_and_is_an_operators_after_a_day()
    {
        Lose(static () => false);
        var (wallet, paymentId) = Pay();
        _world.Await(() => StatusOf(paymentId) is BillStatus.Unknown, TimeSpan.FromSeconds(1));
        _isConfigured = false;
        _world.Await(() => _log.Any(entry => entry.Event == 1802 && entry.Text.EndsWith("There is no biller water any more.", StringComparison.Ordinal)), TimeSpan.FromMinutes(1));
        _world.Run(TimeSpan.FromHours(23.9));
        Assert.Equal((BillStatus.Unknown, JobState.Queued), (StatusOf(paymentId), JobOf(BillJobs.Status, paymentId).State));
        _world.Await(() => JobOf(BillJobs.Status, paymentId).State is JobState.Dead, TimeSpan.FromHours(0.7));
        Assert.StartsWith("There is no biller water any more. It has been asked since", JobOf(BillJobs.Status, paymentId).LastError, StringComparison.Ordinal);
        Assert.Equal((BillStatus.Unknown, (1_000, 300)), (StatusOf(paymentId), Money(wallet)));

        // Somebody finds out by other means.
        Assert.True(_world.Call(_client, () => Bills.SettleAsync(new SettleBill(paymentId, IsPaid: false, Guid.CreateVersion7(), "by telephone")))!.IsAsDecided);
        _world.Await(() => StatusOf(paymentId) is BillStatus.Reversed, TimeSpan.FromSeconds(6));
        Assert.Equal((1_000, 0), Money(wallet));
    }

    [Fact]
    public void Payments_that_wait_for_a_slow_biller_wait_as_long_as_those_before_them_take()
    {
        const int Waiting = 240;
        _callTime = TimeSpan.FromSeconds(10);
        var payments = Enumerable.Range(0, Waiting).Select(_ => Pay().PaymentId).ToList();
        var since = _world.Now;
        _settlements = 0;
        _world.Run(TimeSpan.FromMinutes(1));

        // Each of them has been looked at twice to four times in that minute, and not sixty times.
        Assert.InRange(_settlements, Waiting / 2, Waiting * 4);

        // Eight at a time: nothing else has held them up.
        var least = TimeSpan.FromSeconds(10.0 * Waiting / 8);
        _world.Await(() => payments.TrueForAll(payment => StatusOf(payment) is BillStatus.Completed), least + TimeSpan.FromSeconds(40));
        Assert.InRange(_world.Now - since, least - TimeSpan.FromSeconds(10), TimeSpan.MaxValue);
    }

    /// <summary>Has the biller lose a payment that it has, and say nothing of it before it knows.</summary>
    private void Lose(Func<bool> knows)
    {
        _biller.WhenPaid(Customer, order => new BillerAnswer.Unknown($"lost: {_biller.Take(order)}"));
        _biller.WhenAsked(Customer, [.. Enumerable.Repeat<Func<BillOrder, BillerAnswer>>(order => knows() ? _biller.Take(order) : new BillerAnswer.Unknown("broken"), 1_000)]);
    }

    /// <summary>Has a payment asked for at once.</summary>
    private void Ask(Guid paymentId)
    {
        var asked = _asked.Count;
        _world.Call(_client, () => Bills.RetryAsync(paymentId));
        _world.Await(() => _asked.Count > asked && JobOf(BillJobs.Status, paymentId).State is not JobState.Running, TimeSpan.FromSeconds(1));
    }

    /// <summary>Opens a wallet with 1,000 and pays 300 from it.</summary>
    private (Guid Wallet, Guid PaymentId) Pay()
    {
        var walletId = Guid.CreateVersion7();
        var wallet = _client.Cluster.GetGrain<IWalletGrain>(walletId);
        _world.Call(_client, () => wallet.OpenAsync(new OpenWallet(Currency.Parse("USD"), null)));
        Assert.IsType<WalletOutcome.Accepted>(_world.Call(_client, () => wallet.ExecuteAsync(new Deposit(NewRequest(), Usd(1_000)))));
        var paid = _world.Call(_client, () => Bills.PayAsync(new PayBill(NewRequest(), walletId, ScriptedBillers.Code, Customer, Usd(300))));
        return (walletId, Assert.IsType<BillOutcome.Accepted>(paid).PaymentId);
    }

    private BillPayment Find(Guid paymentId) => StoredBill.Of(_bills.FindAsync(paymentId, CancellationToken.None).Result!).ToPayment();

    private BillStatus StatusOf(Guid paymentId) => Find(paymentId).Status;

    private DateTimeOffset TimeOf(Guid paymentId, BillStatus status) => Find(paymentId).History.First(step => step.Status == status).At;

    private JobRow JobOf(string kind, Guid paymentId) =>
        _jobs.ReadAsync(new JobQuery(kind, null, null, JournalLimits.MaxPage), CancellationToken.None).Result.Single(job => job.Key == paymentId.ToString());

    private (long Balance, long Held) Money(Guid walletId) =>
        _journal.FindHeadAsync(walletId, CancellationToken.None).Result is { } head ? (head.BalanceMinor, head.HeldMinor) : default;

    private void AddServices(InProcessSiloBuilder builder, SimulatedSilo silo) => builder.AddMemoryStreams(ActivityStreams.Provider).Services
        .AddSingleton<IJournal>(_journal)
        .AddSingleton<IActivityLog>(_journal)
        .AddSingleton<IJobStore>(_jobs)
        .AddSingleton<IBillStore>(_bills)
        .AddSingleton<IBillers>(new Configured(this, silo.Process))
        .AddSingleton<ILoggerFactory>(_ => new Log(this))
        .AddWalletGrains()
        .RemoveAll<IJobHandler>()
        .AddSingleton<IJobHandler, BillCalling>()
        .AddSingleton<IJobHandler, BillAsking>()
        .AddSingleton<IJobHandler, BillReversing>();

    /// <summary>The biller as a silo reaches it: its calls take time, and it may be taken out of the configuration.</summary>
    private sealed class Configured(BillSimulationTests test, SimulatedProcess silo) : IBillers, IBiller
    {
        public IReadOnlyList<Biller> All => [Profile];

        public Biller Profile { get; } = test._biller.Profile with { NameEnquiry = false };

        public IBiller? Find(string code) => test._isConfigured && code == ScriptedBillers.Code ? this : null;

        public bool Accepts(string customerReference) => test._biller.Accepts(customerReference);

        public async Task<BillerAnswer> PayAsync(BillOrder order, CancellationToken cancellationToken)
        {
            await Task.Delay(test._callTime, silo.Clock, cancellationToken);
            return await test._biller.PayAsync(order, cancellationToken);
        }

        public async Task<BillerAnswer> FindAsync(BillOrder order, CancellationToken cancellationToken)
        {
            test._asked.Add(test._world.Now);
            await Task.Delay(test._callTime, silo.Clock, cancellationToken);
            return await test._biller.FindAsync(order, cancellationToken);
        }

        public Task<CustomerAnswer> EnquireAsync(string customerReference, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    /// <summary>What is logged, with the time of the world.</summary>
    private sealed class Log(BillSimulationTests test) : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var wait = (state as IReadOnlyList<KeyValuePair<string, object?>>)?.FirstOrDefault(member => member.Key == "Wait").Value as TimeSpan?;
            test._log.Add((eventId.Id, formatter(state, exception), wait ?? TimeSpan.Zero, test._world.Now));
        }
    }
}
