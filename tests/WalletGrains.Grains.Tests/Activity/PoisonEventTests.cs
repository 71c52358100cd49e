using WalletGrains.Contracts.Activity;
using WalletGrains.Contracts.Statistics;
using WalletGrains.Grains.Activity;
using WalletGrains.Grains.Fraud;
using WalletGrains.Grains.Jobs;
using WalletGrains.Grains.Statistics;
using WalletGrains.Journal;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Fraud;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.Statistics;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Grains.Tests.Activity;

/// <summary>An event that a consumer cannot take becomes a job, and its neighbours go on.</summary>
[Collection<MemoryClusterTests>]
public sealed class PoisonEventTests
{
    private readonly MemoryCluster _cluster;
    private readonly MemoryJournal _journal = new();
    private readonly MemoryActivityPositions _positions = new();
    private readonly MemoryJobStore _jobs = new(TimeProvider.System);
    private readonly MemoryStatisticsStore _statistics;
    private readonly MemoryFraudStore _alerts;
    private readonly IdGenerator _ids = new(TimeProvider.System);
    private readonly FraudOptions _rules = new();
    private readonly ListedLog<ActivityConsumer> _log = new();

    public PoisonEventTests(MemoryCluster cluster) =>
        (_cluster, _statistics, _alerts) = (cluster, new MemoryStatisticsStore(_positions, _jobs), new MemoryFraudStore(_positions, _jobs));

    private EventJob Job => new([new StatisticsRetry(_statistics, _journal), Fraud(_rules)]);

    [Fact]
    public async Task An_unreadable_entry_becomes_a_job_of_each_consumer_and_everything_else_is_counted()
    {
        var (poisoned, other) = (new WrittenWallet(_journal), new WrittenWallet(_journal));
        await poisoned.DepositAsync(100);
        await poisoned.WithdrawUnreadablyAsync(10);
        await other.DepositAsync(7);
        await poisoned.DepositAsync(5);
        for (var i = 0; i < 3; i++)
        {
            await poisoned.WithdrawAsync(1);
        }

        await FollowAsync(new StatisticsEffects(_statistics, _journal), "statistics");
        await FollowAsync(FraudEffects, "fraud");

        Assert.Equal(
            [$"fraud/{poisoned.Id}/2", $"statistics/{poisoned.Id}/2"],
            (await _jobs.ReadAsync(new JobQuery("event", JobState.Queued, null, 100), CancellationToken.None)).Select(job => job.Key).Order(StringComparer.Ordinal));
        Assert.Equal((1, 7m), await CountedAsync(other));
        Assert.Equal((6, 105m), await CountedAsync(poisoned));
        Assert.Equal(poisoned.Id, Assert.Single(await _alerts.ReadAsync(true, null, null, 10, CancellationToken.None)).WalletId);

        // It stays unreadable: every attempt fails, and then it is a dead letter.
        await Assert.ThrowsAsync<FormatException>(() => RunAsync($"statistics/{poisoned.Id}/2"));
        await Assert.ThrowsAsync<FormatException>(() => RunAsync($"fraud/{poisoned.Id}/2"));
    }

    [Fact]
    public async Task What_was_skipped_is_counted_by_its_job_and_a_repeat_counts_nothing_twice()
    {
        var wallet = new WrittenWallet(_journal);
        await wallet.DepositAsync(100);
        await wallet.WithdrawAsync(10);
        await wallet.DepositAsync(5);
        await FollowAsync(new Stumbling(new StatisticsEffects(_statistics, _journal), version: 2), "statistics");
        var expected = StatisticsRows.ToRow(wallet.Id, await StatisticsHistory.CountAsync(_journal, wallet.Id, WalletStatistics.None, 3, CancellationToken.None));
        Assert.NotEqual(expected, Assert.Single(await _statistics.FindAsync([wallet.Id], CancellationToken.None)));

        for (var attempt = 0; attempt < 2; attempt++)
        {
            Assert.IsType<JobOutcome.Done>(await RunAsync($"statistics/{wallet.Id}/2"));
            Assert.Equal(expected, Assert.Single(await _statistics.FindAsync([wallet.Id], CancellationToken.None)));
        }
    }

    [Fact]
    public async Task What_was_skipped_raises_its_alert_by_its_job_and_a_repeat_raises_no_other()
    {
        var wallet = new WrittenWallet(_journal);
        await wallet.DepositAsync(100);
        for (var i = 0; i < 3; i++)
        {
            await wallet.WithdrawAsync(1);
        }

        await FollowAsync(new Stumbling(FraudEffects, version: 4), "fraud");
        Assert.Empty(await _alerts.ReadAsync(null, null, null, 10, CancellationToken.None));
        for (var attempt = 0; attempt < 2; attempt++)
        {
            Assert.IsType<JobOutcome.Done>(await RunAsync($"fraud/{wallet.Id}/4"));
            var alert = Assert.Single(await _alerts.ReadAsync(null, null, null, 10, CancellationToken.None));
            Assert.Equal(1, alert.Findings);
            Assert.Equal([2, 3, 4], alert.Evidence.Select(entry => entry.Version));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Whichever_of_three_withdrawals_was_skipped_its_job_has_the_rule_fire_at_the_last(long skipped)
    {
        var wallet = await WithdrawnAsync(times: 3);
        await FollowAsync(new Stumbling(FraudEffects, skipped), "fraud");
        Assert.Empty(await AlertsAsync());

        // Long after: what was there behind it counts, and nothing else.
        wallet.Now += TimeSpan.FromHours(1);
        await wallet.WithdrawAsync(1);
        for (var attempt = 0; attempt < 2; attempt++)
        {
            Assert.IsType<JobOutcome.Done>(await RunAsync($"fraud/{wallet.Id}/{skipped}"));
            var alert = Assert.Single(await AlertsAsync());
            Assert.Equal([2, 3, 4], alert.Evidence.Select(entry => entry.Version));
            Assert.Equal(1, alert.Findings);
        }
    }

    [Fact]
    public async Task What_was_skipped_is_found_also_when_its_rule_has_fired_behind_it_since()
    {
        var wallet = new WrittenWallet(_journal);
        await wallet.DepositAsync(10_000_000);
        await wallet.WithdrawAsync(3_000_000);
        await wallet.WithdrawAsync(1_000_000);
        await FollowAsync(new Stumbling(FraudEffects, version: 2), "fraud");
        Assert.IsType<JobOutcome.Done>(await RunAsync($"fraud/{wallet.Id}/2"));
        var alert = Assert.Single(await AlertsAsync());
        Assert.Equal([2, 3], alert.Evidence.Select(entry => entry.Version));
        Assert.Equal(2, alert.Findings);
    }

    [Fact]
    public async Task What_comes_behind_a_skipped_event_sees_it_before_its_job_has_run()
    {
        var wallet = await WithdrawnAsync(times: 2);
        var consumer = Consumer(new Stumbling(FraudEffects, version: 3), "fraud");
        await consumer.HearAsync(await EverythingAsync());
        await wallet.WithdrawAsync(1);
        await consumer.HearAsync(await EverythingAsync());
        await consumer.WriteAsync();
        Assert.Equal([2, 3, 4], Assert.Single(await AlertsAsync()).Evidence.Select(entry => entry.Version));

        Assert.IsType<JobOutcome.Done>(await RunAsync($"fraud/{wallet.Id}/3"));
        Assert.Equal(1, Assert.Single(await AlertsAsync()).Findings);
    }

    [Fact]
    public async Task A_window_that_is_read_has_what_each_rule_needs_whatever_other_rules_look_at()
    {
        var rules = new FraudOptions { Frequency = new() { Types = ["WITHDRAW"] }, LargeAmount = new() { Types = ["FUND"] } };
        var wallet = new WrittenWallet(_journal);
        await wallet.DepositAsync(100);
        await wallet.WithdrawAsync(1);
        await wallet.WithdrawAsync(1);
        for (var i = 0; i < 3; i++)
        {
            await wallet.DepositAsync(1);
        }

        await wallet.WithdrawAsync(1);
        await Fraud(rules).RetryAsync(wallet.Id, 7, CancellationToken.None);
        var alert = Assert.Single(await _alerts.ReadAsync(null, null, null, 10, CancellationToken.None));
        Assert.Equal([2, 3, 7], alert.Evidence.Select(entry => entry.Version));
    }

    [Fact]
    public async Task When_everything_fails_nothing_is_passed_and_no_flood_of_jobs_is_made()
    {
        var wallet = new WrittenWallet(_journal);
        for (var i = 0; i < 150; i++)
        {
            await wallet.DepositAsync(1);
        }

        await FollowAsync(new Stumbling(new StatisticsEffects(_statistics, _journal), version: null), "statistics");
        await FollowAsync(new Stumbling(FraudEffects, version: null), "fraud");
        Assert.Equal(0, (await _positions.LoadAsync("fraud", 0, 1, CancellationToken.None)).Position);
        Assert.Equal(0, (await _positions.LoadAsync("statistics", 0, 1, CancellationToken.None)).Position);
        Assert.Empty(await _jobs.ReadAsync(new JobQuery("event", null, null, 200), CancellationToken.None));
        await FollowAsync(new StatisticsEffects(_statistics, _journal), "statistics");
        Assert.Equal((150, 150m), await CountedAsync(wallet));
    }

    [Fact]
    public async Task More_bad_events_in_one_page_than_any_limit_keep_no_neighbour_from_going_on_and_are_told_in_one_line()
    {
        for (var i = 0; i < 450; i++)
        {
            await new WrittenWallet(_journal).DepositUnreadablyAsync(1);
        }

        var neighbour = await WithdrawnAsync(times: 3);
        await FollowAsync(new StatisticsEffects(_statistics, _journal), "statistics");
        await FollowAsync(FraudEffects, "fraud");
        Assert.Equal((4, 100m), await CountedAsync(neighbour));
        Assert.Single(await AlertsAsync());
        Assert.Equal(900, await JobsAsync());
        Assert.Equal([1923, 1923], _log.Lines.Select(line => line.Event));
    }

    [Fact]
    public async Task While_everything_fails_the_consumer_looks_less_and_less_often_and_at_once_when_something_succeeds()
    {
        for (var i = 0; i < 150; i++)
        {
            await new WrittenWallet(_journal).DepositAsync(1);
        }

        var time = new ManualTimeProvider();
        var stumbling = new Stumbling(new StatisticsEffects(_statistics, _journal), version: null);
        var consumer = Consumer(stumbling, "statistics", time);
        var pauses = new List<double>();
        for (var turn = 0; turn < 8; turn++)
        {
            await consumer.GoOnAsync(await EverythingAsync());
            pauses.Add(consumer.NextDue.TotalSeconds);
            time.Advance(consumer.NextDue);
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60], pauses);
        stumbling.Version = 2;
        await consumer.GoOnAsync(await EverythingAsync());
        Assert.True(consumer.NextDue < GrainLimits.ConsumerOutagePause);
        await consumer.WriteAsync();
        Assert.Equal(150, (await _positions.LoadAsync("statistics", 0, 1, CancellationToken.None)).Position - 1);
    }

    [Fact]
    public async Task However_many_fail_in_the_end_the_consumer_goes_on_where_no_page_has_too_many()
    {
        var wallets = new List<WrittenWallet>();
        for (var i = 0; i < 1_600; i++)
        {
            wallets.Add(new WrittenWallet(_journal));
            await wallets[i].DepositAsync(1);
            if (i % 10 == 0)
            {
                await wallets[i].DepositAsync(1);
            }
        }

        await FollowAsync(new Stumbling(new StatisticsEffects(_statistics, _journal), version: 2), "statistics", turns: 4);
        Assert.Equal(160, (await _jobs.ReadAsync(new JobQuery("event", JobState.Queued, null, 200), CancellationToken.None)).Count);
        Assert.Equal(1_761, (await _positions.LoadAsync("statistics", 0, 1, CancellationToken.None)).Position);
        Assert.Equal((1, 1m), await CountedAsync(wallets[^1]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("statistics/none/2")]
    [InlineData("nobody/01234567-0123-0123-0123-012345678901/2")]
    [InlineData("statistics/01234567-0123-0123-0123-012345678901/x")]
    public async Task A_key_that_means_nothing_fails_for_good(string key) => Assert.IsType<JobOutcome.Fail>(await RunAsync(key));

    private Task<JobOutcome> RunAsync(string key) =>
        Job.RunAsync(new JobRun(Guid.NewGuid(), key, ReadOnlyMemory<byte>.Empty, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow, 1), CancellationToken.None);

    private async Task<(long Version, decimal Deposited)> CountedAsync(WrittenWallet wallet)
    {
        var row = Assert.Single(await _statistics.FindAsync([wallet.Id], CancellationToken.None));
        return (row.Version, row.DepositedMinor);
    }

    private FraudEffects FraudEffects => new(_rules.ToRules(), _alerts, _journal, _ids);

    private FraudRetry Fraud(FraudOptions rules) => new(rules, _alerts, _positions, _journal, _cluster.Client, new ActivityOptions(), _ids);

    private Task<IReadOnlyList<FraudAlertRow>> AlertsAsync() => _alerts.ReadAsync(null, null, null, 10, CancellationToken.None);

    private async Task<WrittenWallet> WithdrawnAsync(int times)
    {
        var wallet = new WrittenWallet(_journal);
        await wallet.DepositAsync(100);
        for (var i = 0; i < times; i++)
        {
            await wallet.WithdrawAsync(1);
        }

        return wallet;
    }

    private async Task FollowAsync(IActivityEffects effects, string name, int turns = 1)
    {
        var consumer = Consumer(effects, name);
        for (var turn = 0; turn < turns; turn++)
        {
            await consumer.HearAsync(await EverythingAsync());
        }

        await consumer.WriteAsync();
    }

    private ActivityConsumer Consumer(IActivityEffects effects, string name, TimeProvider? time = null) => new(
        name, 0, effects, _journal, _positions, new ActivityOptions { Partitions = 1 }, new ActivityMetrics(), _ids, time ?? TimeProvider.System, _log);

    private async Task<int> JobsAsync()
    {
        var (count, after) = (0, (Guid?)null);
        while (await _jobs.ReadAsync(new JobQuery("event", null, after, 200), CancellationToken.None) is { Count: > 0 } page)
        {
            (count, after) = (count + page.Count, page[^1].JobId);
        }

        return count;
    }

    private async Task<ActivityBatch> EverythingAsync() => await _journal.ReadBatchAsync(new ActivityQuery(0, 1, 0, ActivityQuery.MaxLimit)) with { Events = null };

    /// <summary>Effects that fail at the entries with one version, or at all.</summary>
    private sealed class Stumbling(IActivityEffects effects, long? version) : IActivityEffects
    {
        public long? Version { get; set; } = version;

        public int Count => effects.Count;

        public Task PrepareAsync(IReadOnlyList<ActivityEvent> events) => effects.PrepareAsync(events);

        public void Apply(ActivityEvent happened)
        {
            if (Version is null || happened.Version == Version)
            {
                throw new InvalidOperationException("A mistake in the code of a consumer.");
            }

            effects.Apply(happened);
        }

        public void Skip(ActivityEvent happened) => effects.Skip(happened);

        public Task<bool> WriteAsync(PositionMove move, IReadOnlyList<NewJob> jobs) => effects.WriteAsync(move, jobs);

        public void Clear() => effects.Clear();

        public void Reset() => effects.Reset();
    }
}
