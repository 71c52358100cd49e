using Microsoft.Extensions.Logging.Abstractions;
using WalletGrains.Domain.Jobs;
using WalletGrains.Grains.Reconciliation;
using WalletGrains.Journal.Verifying;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Grains.Tests.Verification;

/// <summary>The daily reconciliation of everything: when it is due, and that what it finds stays to be seen.</summary>
public sealed class FullReconciliationTests : IAsyncLifetime
{
    private readonly Books _books = new();
    private readonly ManualTimeProvider _time = new();

    private PostgresAudits Audits => new(_books.Cluster.DataSource);

    private ReconciliationGrain Grain => new(_books.Reconciliation, Audits, _time, NullLogger<ReconciliationGrain>.Instance);

    public ValueTask InitializeAsync() => _books.InitializeAsync();

    public ValueTask DisposeAsync() => _books.DisposeAsync();

    [Fact]
    public async Task There_is_one_a_day_however_often_it_is_looked_for()
    {
        var grain = Grain;
        Assert.Null(await grain.FindNewestAsync(isFull: true));
        var began = new HashSet<DateTimeOffset>();
        for (var hour = 0; hour <= 48; hour += 4)
        {
            Assert.True(await grain.RunFullIfDueAsync());
            Assert.NotNull(await grain.RunAsync(isFull: false));
            began.Add((await grain.FindNewestAsync(isFull: true))!.RanAt);
            _time.Advance(TimeSpan.FromHours(4));
        }

        Assert.Equal(3, began.Count);
    }

    [Fact]
    public async Task What_only_a_full_run_finds_is_found_within_a_day_and_stays_to_be_seen()
    {
        var grain = Grain;
        var walletId = await _books.OpenWithHistoryAsync();
        Assert.True(await grain.RunFullIfDueAsync());
        Assert.Equal(0, (await grain.FindNewestAsync(isFull: true))!.DifferenceCount);
        await _books.FalsifyAsync("delete from entries where wallet_id = $1 and version = 14", walletId);

        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, (await grain.RunAsync(isFull: false))!.DifferenceCount);
        _time.Advance(TimeSpan.FromHours(23));
        Assert.True(await grain.RunFullIfDueAsync());
        Assert.Equal(["ENTRIES_MISSING"], (await grain.FindNewestAsync(isFull: false))!.Differences.Select(difference => difference.What));

        await grain.RunAsync(isFull: false);
        Assert.False((await grain.FindNewestAsync(isFull: false))!.IsFull);
        var kept = (await grain.FindNewestAsync(isFull: true))!;
        Assert.Equal((true, true), (kept.IsFull, kept.IsComplete));
        Assert.Equal(["ENTRIES_MISSING"], kept.Differences.Select(difference => difference.What));
    }

    [Fact]
    public void One_that_failed_does_not_come_back_the_next_minute()
    {
        var policy = new FullReconciliationJob(null!).Policy;
        Assert.All(Enumerable.Range(1, 20), attempt => Assert.InRange(
            JobBackoff.After(Guid.NewGuid(), attempt, policy.FirstBackoff, policy.MaxBackoff), TimeSpan.FromMinutes(30), TimeSpan.FromHours(1)));
    }

    [Fact]
    public async Task One_of_a_clock_that_was_ahead_does_not_count()
    {
        var ahead = new ReconciliationGrain(
            _books.Reconciliation, Audits, new ManualTimeProvider(_time.GetUtcNow().AddDays(365)), NullLogger<ReconciliationGrain>.Instance);
        Assert.True(await ahead.RunFullIfDueAsync());
        Assert.True(await Grain.RunFullIfDueAsync());
        Assert.Equal(_time.GetUtcNow(), (await Grain.FindNewestAsync(isFull: true))!.RanAt);
    }
}
