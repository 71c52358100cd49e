using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using Xunit;

namespace WalletGrains.Grains.Tests.Wallets;

/// <summary>Holds on the runtime in force and real PostgreSQL.</summary>
[Collection<WalletClusterTests>]
public sealed class WalletHoldTests(WalletCluster cluster)
{
    [Fact]
    public async Task A_hold_is_placed_captured_in_part_and_found()
    {
        var wallet = await cluster.OpenAsync(5_000);
        var hold = (await PlaceAsync(wallet, 1_000)).Hold!;
        var read = (await cluster.Wallet(wallet).GetAsync())!;
        Assert.Equal((5_000, 1_000, 4_000), (read.BalanceMinor, read.HeldMinor, read.AvailableMinor));
        Assert.Equal(hold, await cluster.Queries.FindHoldAsync(hold.HoldId));

        var captured = Accepted(await cluster.Wallet(wallet).ExecuteAsync(new CaptureHold(WalletCluster.NewRequest(), hold.HoldId, WalletCluster.Usd(300))));
        Assert.Equal((HoldStatus.Captured, 300), (captured.Hold!.Status, captured.Hold.CapturedMinor));
        Assert.Equal(captured.Hold, await cluster.Queries.FindHoldAsync(hold.HoldId));
        Assert.Equal(4_700, (await cluster.Wallet(wallet).GetAsync())!.AvailableMinor);
        Assert.Equal([EntryType.Fund, EntryType.Hold, EntryType.Capture], (await cluster.CheckStoredAsync(wallet)).Select(entry => entry.Type));
    }

    [Fact]
    public async Task Of_twenty_captures_at_the_same_time_exactly_one_takes_the_money()
    {
        var wallet = await cluster.OpenAsync(5_000);
        var hold = (await PlaceAsync(wallet, 1_000)).Hold!;
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => cluster.Wallet(wallet).ExecuteAsync(
            i % 2 == 0 ? new CaptureHold(WalletCluster.NewRequest(), hold.HoldId) : new ReleaseHold(WalletCluster.NewRequest(), hold.HoldId))));
        Assert.Single(outcomes.OfType<WalletOutcome.Accepted>());
        Assert.Equal(19, outcomes.Count(outcome => outcome is WalletOutcome.Refused { Refusal: WalletRefusal.HoldNotActive }));
        Assert.Equal(3, (await cluster.CheckStoredAsync(wallet)).Count);
    }

    [Fact]
    public async Task Nobody_makes_a_hold_expire_before_its_time()
    {
        var wallet = await cluster.OpenAsync(5_000);
        var hold = (await PlaceAsync(wallet, 1_000)).Hold!;
        await Assert.ThrowsAsync<ArgumentException>(() => cluster.Wallet(wallet).ExecuteAsync(new ExpireHold(hold.HoldId)));
        Assert.Equal(hold, await cluster.Queries.FindHoldAsync(hold.HoldId));
        Assert.Equal(4_000, (await cluster.Wallet(wallet).GetAsync())!.AvailableMinor);
    }

    [Fact]
    public async Task The_same_hold_and_the_same_capture_again_are_answered_as_they_were()
    {
        var wallet = await cluster.OpenAsync(5_000);
        var place = new PlaceHold(WalletCluster.NewRequest(), WalletCluster.Usd(1_000), Guid.CreateVersion7(), TimeSpan.FromHours(1));
        var placed = Accepted(await cluster.Wallet(wallet).ExecuteAsync(place));
        var capture = new CaptureHold(WalletCluster.NewRequest(), placed.Hold!.HoldId);
        var captured = Accepted(await cluster.Wallet(wallet).ExecuteAsync(capture));

        Assert.Equal(new WalletOutcome.Accepted(placed, true), await cluster.Wallet(wallet).ExecuteAsync(place with { HoldId = Guid.CreateVersion7() }));
        Assert.Equal(new WalletOutcome.Accepted(captured, true), await cluster.Wallet(wallet).ExecuteAsync(capture));
        Assert.Equal(4_000, await cluster.BalanceAsync(wallet));
    }

    [Fact]
    public async Task Holds_and_limits_are_there_after_a_restart()
    {
        var wallet = await cluster.OpenAsync(5_000);
        Accepted(await cluster.Wallet(wallet).ExecuteAsync(new SetLimits(WalletCluster.NewRequest(), new WalletLimits(2_000, 1_500, 9))));
        var hold = (await PlaceAsync(wallet, 1_000)).Hold!;

        await using var journal = cluster.NewJournal();
        var restarted = new WalletActivation(wallet, journal);
        Assert.Equal(
            WalletRefusal.LimitExceeded,
            Refused(await restarted.ExecuteAsync(new Withdraw(WalletCluster.NewRequest(), WalletCluster.Usd(501)))));
        Accepted(await restarted.ExecuteAsync(new Withdraw(WalletCluster.NewRequest(), WalletCluster.Usd(500))));
        Accepted(await restarted.ExecuteAsync(new CaptureHold(WalletCluster.NewRequest(), hold.HoldId)));
        Assert.Equal(3_500, (await cluster.CheckStoredAsync(wallet))[^1].BalanceAfterMinor);
    }

    [Fact]
    public async Task The_expiry_ends_what_is_overdue_and_nothing_else()
    {
        var wallet = await cluster.OpenAsync(5_000);
        var (overdue, later, never) = (await PlaceAsync(wallet, 1, TimeSpan.FromSeconds(1)), await PlaceAsync(wallet, 10, TimeSpan.FromDays(1)), await PlaceAsync(wallet, 100));
        var expiry = cluster.HoldExpiry;

        // The wallet's own clock decides: run until it has passed the second.
        for (var runs = 0; await cluster.Queries.FindHoldAsync(overdue.Hold!.HoldId) is { Status: HoldStatus.Active }; runs++)
        {
            Assert.True(runs < 100_000, "The hold does not expire.");
            await expiry.RunAsync();
        }

        Assert.Equal(110, (await cluster.Wallet(wallet).GetAsync())!.HeldMinor);
        var entries = await cluster.CheckStoredAsync(wallet);
        Assert.Equal((EntryType.Release, HoldStatus.Expired), (entries[^1].Type, entries[^1].Hold!.Status));
        Assert.True(entries[^1].CreatedAt >= overdue.Hold!.ExpiresAt);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => expiry.RunAsync()));
        Assert.Equal(entries.Count, (await cluster.CheckStoredAsync(wallet)).Count);
        Assert.Equal(HoldStatus.Active, (await cluster.Queries.FindHoldAsync(later.Hold!.HoldId))!.Status);
        Assert.Equal(HoldStatus.Active, (await cluster.Queries.FindHoldAsync(never.Hold!.HoldId))!.Status);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(0.5)]
    [InlineData(367 * 24 * 3600)]
    public async Task A_duration_that_is_none_uses_no_request_id_up(double seconds)
    {
        var wallet = await cluster.OpenAsync(5_000);
        var place = new PlaceHold(WalletCluster.NewRequest(), WalletCluster.Usd(1), Guid.CreateVersion7(), TimeSpan.FromSeconds(seconds));
        await Assert.ThrowsAsync<ArgumentException>(() => cluster.Wallet(wallet).ExecuteAsync(place));
        Accepted(await cluster.Wallet(wallet).ExecuteAsync(place with { ExpiresAfter = null }));
    }

    [Fact]
    public async Task The_history_shows_what_concerns_money_and_the_metadata_that_came_with_it()
    {
        var wallet = await cluster.OpenAsync(5_000);
        Assert.True(Metadata.TryCreate([new("order", "17 €"), new("a", "")], out var metadata));
        var hold = Accepted(await cluster.Wallet(wallet).ExecuteAsync(
            new PlaceHold(WalletCluster.NewRequest(), WalletCluster.Usd(1_000), Guid.CreateVersion7(), null, "words", metadata)));
        Accepted(await cluster.Wallet(wallet).ExecuteAsync(new FreezeWallet(WalletCluster.NewRequest())));
        Accepted(await cluster.Wallet(wallet).ExecuteAsync(new ReleaseHold(WalletCluster.NewRequest(), hold.Hold!.HoldId)));
        Assert.Equal(WalletStatus.Frozen, (await cluster.Wallet(wallet).GetAsync())!.Status);

        var history = await cluster.Queries.GetHistoryAsync(new HistoryQuery(wallet, null, 50));
        Assert.Equal([EntryType.Release, EntryType.Hold, EntryType.Fund], history.Items.Select(entry => entry.Type));
        Assert.Equal(metadata, history.Items[1].Metadata);
        Assert.Equal(4, (await cluster.CheckStoredAsync(wallet)).Count);
    }

    private static Entry Accepted(WalletOutcome outcome) => Assert.IsType<WalletOutcome.Accepted>(outcome).Entry;

    private static WalletRefusal Refused(WalletOutcome outcome) => Assert.IsType<WalletOutcome.Refused>(outcome).Refusal;

    private async Task<Entry> PlaceAsync(Guid wallet, long minor, TimeSpan? duration = null) => Accepted(await cluster.Wallet(wallet).ExecuteAsync(
        new PlaceHold(WalletCluster.NewRequest(), WalletCluster.Usd(minor), Guid.CreateVersion7(), duration)));
}
