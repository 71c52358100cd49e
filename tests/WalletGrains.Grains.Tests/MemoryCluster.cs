using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Bills;
using WalletGrains.Contracts.Bulks;
using WalletGrains.Contracts.Fraud;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Contracts.Schedules;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Grains.Bills;
using WalletGrains.Grains.Bulks;
using WalletGrains.Grains.Fraud;
using WalletGrains.Grains.BalanceSync;
using WalletGrains.Grains.Jobs;
using WalletGrains.Grains.Tests.BalanceSync;
using WalletGrains.Grains.Tests.Bills;
using WalletGrains.Grains.Tests.Jobs;
using WalletGrains.Journal;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.BalanceSync;
using WalletGrains.Journal.Bills;
using WalletGrains.Journal.Bulks;
using WalletGrains.Journal.Fraud;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.Schedules;
using WalletGrains.Journal.Statistics;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Grains.Tests;

/// <summary>The grains on the runtime in force, over stores in memory, with faults at the steps that a test chooses.</summary>
public sealed partial class MemoryCluster : IAsyncLifetime
{
    /// <summary>Older than any bulk: a recovery with it takes also those of this very millisecond.</summary>
    public static readonly TimeSpan AnyAge = TimeSpan.FromMinutes(-1);

    /// <summary>A kind of jobs for tests.</summary>
    public const string WorkKind = "work";

    private TaskCompletionSource _jobWritten = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isStarted;
    private TaskCompletionSource _written = NewWritten();

    public MemoryCluster()
    {
        BulkStore = new MemoryBulkStore((point, _) => Faults.OnWriteAsync(point));
        JobStore = new MemoryJobStore(TimeProvider.System, (point, _) => OnJobWrite(point));
        ScheduleStore = new MemoryScheduleStore(JobStore, (point, _) => Faults.OnWriteAsync(point));
        BillStore = new MemoryBillStore(JobStore, (point, _) => Faults.OnWriteAsync(point));
        Positions = new MemoryActivityPositions((point, _) =>
        {
            if (point is CommitPoint.After)
            {
                Interlocked.Exchange(ref _written, NewWritten()).SetResult();
            }

            return Task.CompletedTask;
        });
        Statistics = new MemoryStatisticsStore(Positions, JobStore);
        Alerts = new MemoryFraudStore(Positions, JobStore);
        MobileUsers = new MemoryMobileUserStore(Journal, Positions, JobStore);
    }

    public StepFaults Faults { get; } = new();

    public MemoryJournal Journal { get; } = new();

    public MemoryActivityPositions Positions { get; }

    public MemoryStatisticsStore Statistics { get; }

    public MemoryFraudStore Alerts { get; }

    public MemoryBulkStore BulkStore { get; }

    public MemoryScheduleStore ScheduleStore { get; }

    public MemoryJobStore JobStore { get; }

    public MemoryBillStore BillStore { get; }

    /// <summary>Completes with the next write of a job.</summary>
    public Task JobWritten => Volatile.Read(ref _jobWritten).Task;

    /// <summary>The jobs of tests do not wait for rates and backoffs.</summary>
    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Jobs:Kinds:balance-sync:RatePerSecond"] = "1000",
        ["Jobs:Kinds:balance-sync:FirstBackoff"] = "00:00:00.001",
        ["Jobs:Kinds:bill-payment:FirstBackoff"] = "00:00:00.001",
        ["Jobs:Kinds:bill-payment:MaxBackoff"] = "00:00:00.020",
        ["Jobs:Kinds:bill-status:FirstBackoff"] = "00:00:00.001",
        ["Jobs:Kinds:bill-status:MaxBackoff"] = "00:00:00.020",
        ["Jobs:Kinds:bill-reversal:FirstBackoff"] = "00:00:00.001",
        ["Jobs:Kinds:bill-reversal:MaxBackoff"] = "00:00:00.020",
        ["Jobs:Kinds:bill-reversal:MaxAttempts"] = "100",
        ["Bills:ReversalDelay"] = "00:00:00",
        ["Bills:StatusDelay"] = "00:00:00",

        // So whatever is asked for is asked for too long already: three attempts, and it is a dead letter.
        ["Bills:UnknownPatience"] = "00:00:00",
    };

    /// <summary>What a test that has a cluster of its own sets otherwise.</summary>
    internal IReadOnlyDictionary<string, string?> OtherSettings { get; init; } = new Dictionary<string, string?>();

    /// <summary>The billers of a test that has a cluster of its own; null for <see cref="Billers"/>.</summary>
    internal IBillers? OtherBillers { get; init; }

    /// <summary>What is suspicious.</summary>
    internal FraudOptions Fraud { get; init; } = new()
    {
        LargeAmount = new LargeAmountOptions { Thresholds = { ["USD"] = 1_000_000, ["JPY"] = 4_000_000 }, Action = FraudAction.Hold },
    };

    public MemoryMobileUserStore MobileUsers { get; }

    public ScriptedCore Core { get; } = new();

    public ScriptedBillers Billers { get; } = new();

    public IBillGrain Bills => Client.GetGrain<IBillGrain>(0);

    /// <summary>What jobs of <see cref="WorkKind"/> do.</summary>
    public ScriptedHandler Work { get; } = new(WorkKind, new JobPolicy { FirstBackoff = TimeSpan.FromMilliseconds(1), MaxAttempts = 4, RatePerSecond = 1_000, Burst = 100 });

    public IJobListGrain Jobs => Client.GetGrain<IJobListGrain>(0);

    public IScheduleGrain Schedules => Client.GetGrain<IScheduleGrain>(0);

    public IScheduleRunnerGrain ScheduleRunner => Client.GetGrain<IScheduleRunnerGrain>(0);

    public IBulkTransferGrain Bulks => Client.GetGrain<IBulkTransferGrain>(0);

    public BulkRecovery BulkRecovery => new(BulkStore, Client, TimeProvider.System, NullLogger<BulkRecovery>.Instance);

    public ITransferGrain Transfers => Client.GetGrain<ITransferGrain>(0);

    public static Money Usd(long minor) => new(minor, Currency.Parse("USD"));

    public static RequestId NewRequest() => RequestId.FromClient(Guid.NewGuid().ToString());

    public async ValueTask InitializeAsync()
    {
        await StartAsync();
        _isStarted = true;
    }

    public async ValueTask DisposeAsync()
    {
        if (_isStarted)
        {
            await StopAsync();
        }
    }

    public IWalletGrain Wallet(Guid walletId) => Client.GetGrain<IWalletGrain>(walletId);

    /// <summary>Opens a wallet and puts money in.</summary>
    public async Task<Guid> OpenAsync(long balanceMinor = 0, string currency = "USD")
    {
        var walletId = Guid.CreateVersion7();
        await Wallet(walletId).OpenAsync(new OpenWallet(Currency.Parse(currency), null));
        if (balanceMinor > 0)
        {
            await ExecuteAsync(walletId, new Deposit(NewRequest(), new Money(balanceMinor, Currency.Parse(currency))));
        }

        return walletId;
    }

    /// <summary>Waits until consumers have written what is looked for.</summary>
    public async Task<T> WrittenAsync<T>(Func<Task<T?>> find)
        where T : class
    {
        while (true)
        {
            var next = Volatile.Read(ref _written).Task;
            if (await find() is { } found)
            {
                return found;
            }

            await next.WaitAsync(Signal.DefaultLimit, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits until jobs have brought about what is looked for.</summary>
    public async Task<T> SeenAsync<T>(Func<Task<T?>> find)
        where T : class
    {
        while (true)
        {
            var next = JobWritten;
            if (await find() is { } found)
            {
                return found;
            }

            await next.WaitAsync(Signal.DefaultLimit, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits until a bill's payment is at its end.</summary>
    public Task<BillPayment> EndAsync(Guid paymentId) => SeenAsync(async () =>
        await Bills.FindAsync(paymentId) is { Status: BillStatus.Completed or BillStatus.Reversed or BillStatus.Failed } payment ? payment : null);

    /// <summary>The statistics of a wallet, once its consumer has counted the entry with this version.</summary>
    public Task<StatisticsRow> StatisticsOfAsync(Guid walletId, long version) => WrittenAsync(async () =>
        (await Statistics.FindAsync([walletId], TestContext.Current.CancellationToken)).SingleOrDefault(row => row.Version >= version));

    /// <summary>Has a wallet accept a command.</summary>
    public async Task<Entry> ExecuteAsync(Guid walletId, WalletCommand command) =>
        Assert.IsType<WalletOutcome.Accepted>(await Wallet(walletId).ExecuteAsync(command)).Entry;

    /// <summary>Balance and held part of wallets, in their order, as they are durable.</summary>
    public async Task<(long Balance, long Held)[]> MoneyAsync(params Guid[] walletIds) => await Task.WhenAll(walletIds.Select(async id =>
    {
        var head = (await Journal.FindHeadAsync(id, CancellationToken.None))!;
        return (head.BalanceMinor, head.HeldMinor);
    }));

    private Task OnJobWrite(CommitPoint point)
    {
        if (point is CommitPoint.After)
        {
            Interlocked.Exchange(ref _jobWritten, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }

        return Task.CompletedTask;
    }

    private static TaskCompletionSource NewWritten() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void AddServices(IServiceCollection services) => services
        .AddSingleton<IJournal>(Journal)
        .AddSingleton<IActivityLog>(Journal)
        .AddSingleton<IActivityPositions>(Positions)
        .AddSingleton<IStatisticsStore>(Statistics)
        .AddSingleton<IFraudStore>(Alerts)
        .AddSingleton(Fraud)
        .AddSingleton<IBulkStore>(BulkStore)
        .AddSingleton<IScheduleStore>(ScheduleStore)
        .AddSingleton<IJobStore>(JobStore)
        .AddSingleton<IJobHandler>(Work)
        .AddSingleton<IBillStore>(BillStore)
        .AddSingleton(OtherBillers ?? Billers)
        .AddSingleton<IMobileUserStore>(MobileUsers)
        .AddSingleton<ICoreBanking>(Core)
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(Settings).AddInMemoryCollection(OtherSettings).Build())
        .AddWalletGrains();
}

/// <summary>Tests that share one cluster; one at a time, because of the faults.</summary>
[CollectionDefinition]
public sealed class MemoryClusterTests : ICollectionFixture<MemoryCluster>;
