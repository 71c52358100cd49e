using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Reconciliation;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Jobs;
using WalletGrains.Grains.Reconciliation;
using WalletGrains.Grains.Tests.Wallets;
using WalletGrains.Grains.Verification;
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
    public async Task One_that_did_not_get_through_is_gone_on_with_when_it_is_looked_for_again()
    {
        var grain = Grain;
        Assert.True(await grain.RunFullIfDueAsync());
        var newest = (await grain.FindNewestAsync(isFull: true))!;
        await Audits.AppendAsync(
            "FULL_RECONCILIATION", newest.RanAt, JsonSerializer.SerializeToUtf8Bytes(newest with { IsComplete = false }, AuditJson.Default.ReconciliationResult), TestContext.Current.CancellationToken);

        _time.Advance(GrainLimits.FullReconciliationLookPeriod);
        Assert.True(await grain.RunFullIfDueAsync());
        var next = (await grain.FindNewestAsync(isFull: true))!;
        Assert.Equal((true, _time.GetUtcNow()), (next.IsComplete, next.RanAt));
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

    /// <summary>Somebody holds the full run up at its first step.</summary>
    [Fact]
    public async Task Ordinary_runs_go_on_while_one_is_under_way()
    {
        var grain = Grain;
        var walletId = await _books.OpenWithHistoryAsync();
        Task<ReconciliationResult?> full;
        await using (var other = await _books.Cluster.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            await using var holding = await other.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await using var hold = new NpgsqlCommand("lock table full_reconciliation", other, holding);
            await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            full = grain.RunAsync(isFull: true);
            for (var i = 0; i < 3; i++)
            {
                await _books.DoAsync(walletId, new Deposit(WalletCluster.NewRequest(), WalletCluster.Usd(5)));
                var news = await grain.RunAsync(isFull: false).WaitAsync(Signal.DefaultLimit, TestContext.Current.CancellationToken);
                Assert.Equal((false, true, 0L), (news!.IsFull, news.IsComplete, news.DifferenceCount));
            }

            Assert.False(full.IsCompleted);
        }

        var result = (await full)!;
        Assert.Equal((true, true, 0L), (result.IsFull, result.IsComplete, result.DifferenceCount));
        Assert.True(new ReconciliationJob(null!).Policy.Timeout < GrainLimits.FullReconciliationBudget);
    }

    [Fact]
    public async Task What_it_found_is_not_lost_when_its_result_could_not_be_kept()
    {
        var grain = Grain;
        var walletId = await _books.OpenWithHistoryAsync();
        await grain.RunAsync(isFull: false);
        await _books.FalsifyAsync("delete from entries where wallet_id = $1 and version = 14", walletId);
        await _books.FalsifyAsync("update transfers set amount_minor = amount_minor + 1 where from_wallet_id = $1", walletId);
        await ExecuteAsync("alter table audits add constraint full_disk check (kind <> 'FULL_RECONCILIATION') not valid");
        await Assert.ThrowsAsync<UnavailableException>(() => grain.RunFullIfDueAsync());
        Assert.Equal("TRANSFER_ENTRY", Assert.Single((await grain.FindNewestAsync(isFull: false))!.Differences).What);

        await ExecuteAsync("alter table audits drop constraint full_disk");
        Assert.True(await grain.RunFullIfDueAsync());
        var kept = (await grain.FindNewestAsync(isFull: true))!;
        Assert.Equal(0, kept.EntriesChecked);
        Assert.Equal(["TRANSFER_ENTRY", "ENTRIES_MISSING"], kept.Differences.Select(difference => difference.What));
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

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _books.Cluster.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
