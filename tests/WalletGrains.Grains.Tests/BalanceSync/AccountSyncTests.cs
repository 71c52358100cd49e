using System.Diagnostics.Metrics;
using System.Reflection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Grains.BalanceSync;
using WalletGrains.Grains.Jobs;
using WalletGrains.Journal;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.BalanceSync;
using WalletGrains.Journal.Jobs;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Grains.Tests.BalanceSync;

/// <summary>What operators see of balances: log lines and measurements.</summary>
public sealed class AccountSyncTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly MemoryJobStore _jobs;
    private readonly MemoryMobileUserStore _users;
    private readonly ScriptedCore _core = new();
    private readonly ListedLog<AccountSync> _log = new();
    private readonly List<string> _measured = [];
    private readonly MeterListener _listener = new();
    private readonly BalanceSyncMetrics _metrics;
    private readonly IGrainFactory _grains = DispatchProxy.Create<IGrainFactory, Idle>();
    private readonly AccountSync _sync;

    public AccountSyncTests()
    {
        _jobs = new MemoryJobStore(_time);
        _users = new MemoryMobileUserStore(new MemoryJournal(), new MemoryActivityPositions(), _jobs);
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => _measured.Add($"{Name(instrument)} {value}{Tags(tags)}"));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => _measured.Add(FormattableString.Invariant($"{Name(instrument)} {value}{Tags(tags)}")));
        _listener.Start();

        // Other tests have instruments of the same names.
        var here = Environment.CurrentManagedThreadId;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "WalletGrains.BalanceSync" && Environment.CurrentManagedThreadId == here)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _metrics = new BalanceSyncMetrics(_time);
        _listener.InstrumentPublished = null;
        _sync = new AccountSync(_core, _users, _grains, _time, _metrics, _log);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _listener.Dispose();
        _metrics.Dispose();
    }

    [Fact]
    public async Task Each_call_is_counted_by_its_answer_and_timed_and_an_account_that_is_given_up_is_counted_and_logged()
    {
        var account = await CreateAsync("100");
        await AskAsync(account, new CoreAnswer.Balance(1m, "MWK"));
        await AskAsync(account, new CoreAnswer.Failed("status 500"));
        Assert.Empty(_log.Lines);
        await AskAsync(account, new CoreAnswer.Failed("status 500"), isLast: true);
        await AskAsync(account, new CoreAnswer.NotNow(TimeSpan.FromSeconds(1), "429"));
        Assert.Equal(
            ["calls 1 balance", "call_duration 0.25", "calls 1 failed", "call_duration 0.25", "calls 1 failed", "call_duration 0.25", "given_up 1", "calls 1 not_now"],
            _measured);
        Assert.Equal([(1962, LogLevel.Warning)], _log.Lines);
    }

    [Fact]
    public async Task An_account_that_is_gone_is_counted_and_logged_and_when_too_many_are_that_is_said_once()
    {
        for (var i = 0; i < BalanceSyncLimits.MaxGoneInARow; i++)
        {
            await AskAsync(await CreateAsync($"{100 + i}"), new CoreAnswer.Gone("closed"));
        }

        Assert.Equal(Enumerable.Repeat((1961, LogLevel.Warning), BalanceSyncLimits.MaxGoneInARow), _log.Lines);
        Assert.Equal(BalanceSyncLimits.MaxGoneInARow, _measured.Count(measured => measured == "calls 1 gone"));
        _log.Lines.Clear();
        for (var i = 0; i < 3; i++)
        {
            await AskAsync(await CreateAsync($"{200 + i}"), new CoreAnswer.Gone("closed"));
        }

        Assert.Equal([(1964, LogLevel.Error)], _log.Lines);
        Assert.Equal(3, _measured.Count(measured => measured == "calls 1 failed"));
    }

    [Fact]
    public async Task The_age_of_the_oldest_balance_is_told_by_the_silo_that_sweeps_for_as_long_as_it_does()
    {
        var options = new CoreBankingOptions { Interval = TimeSpan.FromMinutes(5) };
        JobKinds? kinds = null;
        var sweep = new BalanceSweep(options, _core, _users, _jobs, _grains, new IdGenerator(_time), _metrics, () => kinds!);
        kinds = new JobKinds([sweep, _sync]);
        var account = await CreateAsync("100");
        await _users.RecordBalanceAsync(account, 1m, "MWK", _time.GetUtcNow(), Cancelled);
        Assert.Empty(Lag());

        // It begins, and has queued all.
        _time.Advance(TimeSpan.FromMinutes(1));
        await SweepAsync();
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(["lag 180"], Lag());

        // Another silo has it; the balances it brings are nothing this one knows of.
        var kind = kinds.Find(BalanceSyncJobs.SweepKind)!;
        using var jobMetrics = new JobMetrics();
        await new JobDriver(kind, new JobOptions(), "test", _jobs, new IdGenerator(_time), _time, jobMetrics, _ => { }, NullLogger.Instance).StopAsync(Cancelled);
        Assert.Empty(Lag());

        // And comes back in the middle of a sweep.
        await _users.RecordBalanceAsync(account, 1m, "MWK", _time.GetUtcNow(), Cancelled);
        await _users.MoveSweepAsync(await _users.ReadSweepAsync(Cancelled), new SweepRow(true, _time.GetUtcNow(), null, null), Cancelled);
        _time.Advance(TimeSpan.FromSeconds(7));
        await SweepAsync();
        Assert.Equal(["lag 7"], Lag());

        Task<JobOutcome> SweepAsync() => sweep.RunAsync(Run("recurring", 1, isLast: false), Cancelled);
    }

    private List<string> Lag()
    {
        _measured.Clear();
        _listener.RecordObservableInstruments();
        return _measured;
    }

    private async Task AskAsync(AccountKey account, CoreAnswer answer, bool isLast = false)
    {
        _core.Answer = _ =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(250));
            return Task.FromResult(answer);
        };
        await _sync.RunAsync(Run($"{account.MobileUserId:D}/{account.AccountNumber}", isLast ? 3 : 1, isLast), Cancelled);
    }

    private JobRun Run(string key, int attempt, bool isLast) =>
        new(Guid.CreateVersion7(), key, ReadOnlyMemory<byte>.Empty, _time.GetUtcNow(), _time.GetUtcNow(), attempt) { IsLastAttempt = isLast };

    private async Task<AccountKey> CreateAsync(string account)
    {
        var (user, now) = (Guid.CreateVersion7(), _time.GetUtcNow());
        await _users.CreateAsync(
            new MobileUserRow(user, MobileUserRow.MobileBanking, $"{user}", $"{user}", "Ada Banda", "C-1", account, true, now, now),
            MobileUserRecords.ToAccount(user, account, "SAVINGS", true, now),
            Cancelled);
        return new AccountKey(user, account);
    }

    private static string Name(Instrument instrument) => instrument.Name["walletgrains.balance_sync.".Length..];

    private static string Tags(ReadOnlySpan<KeyValuePair<string, object?>> tags) => string.Concat(tags.ToArray().Select(tag => $" {tag.Value}"));

    /// <summary>Grains of which nobody is woken; the factory, and each of them.</summary>
    public class Idle : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.ReturnType == typeof(Task) ? Task.CompletedTask : Create<IJobGrain, Idle>();
    }
}
