using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Grains.Tests.Wallets;
using Xunit;

namespace WalletGrains.Grains.Tests.Bulks;

/// <summary>
/// What the release of a bulk rests on: a hold of nothing under the request id of a hold uses that id up or finds it taken, also
/// when the two are decided by activations that know nothing of each other.
/// </summary>
[Collection<WalletClusterTests>]
public sealed class HoldOfNothingTests(WalletCluster cluster)
{
    private static readonly Guid BulkId = Guid.CreateVersion7();

    [Fact]
    public async Task It_finds_the_hold_that_is_there()
    {
        var (walletId, hold) = await OpenAsync(100);
        var placed = Assert.IsType<WalletOutcome.Accepted>(await cluster.Wallet(walletId).ExecuteAsync(hold));
        Assert.Equal(
            new WalletOutcome.NotDecided(NotDecidedReason.RequestIdReused, placed.Entry.EntryId),
            await new WalletActivation(walletId, cluster.Journal).ExecuteAsync(Nothing(hold)));
        Assert.Equal(100, (await cluster.Wallet(walletId).GetAsync())!.HeldMinor);
    }

    [Fact]
    public async Task It_finds_the_hold_that_was_refused()
    {
        var (walletId, hold) = await OpenAsync(99);
        Assert.IsType<WalletOutcome.Refused>(await cluster.Wallet(walletId).ExecuteAsync(hold));
        Assert.Equal(
            new WalletOutcome.NotDecided(NotDecidedReason.RequestIdReused),
            await new WalletActivation(walletId, cluster.Journal).ExecuteAsync(Nothing(hold)));
    }

    [Fact]
    public async Task It_leaves_no_id_for_a_hold_that_comes_late()
    {
        var (walletId, hold) = await OpenAsync(100);
        var late = new WalletActivation(walletId, cluster.Journal);
        Assert.IsType<WalletOutcome.Accepted>(await late.ExecuteAsync(new Deposit(WalletCluster.NewRequest(), WalletCluster.Usd(1))));
        Assert.Equal(new WalletOutcome.Refused(WalletRefusal.AmountNotPositive, false), await cluster.Wallet(walletId).ExecuteAsync(Nothing(hold)));
        Assert.Equal(new WalletOutcome.Refused(WalletRefusal.AmountNotPositive, true), await cluster.Wallet(walletId).ExecuteAsync(Nothing(hold)));
        Assert.Equal(new WalletOutcome.NotDecided(NotDecidedReason.RequestIdReused), await late.ExecuteAsync(hold));
        Assert.Equal(0, (await cluster.Journal.FindHeadAsync(walletId, TestContext.Current.CancellationToken))!.HeldMinor);
    }

    [Fact]
    public async Task Of_the_two_at_the_same_time_one_is_decided()
    {
        for (var i = 0; i < 20; i++)
        {
            var (walletId, hold) = await OpenAsync(100);
            var answers = await Task.WhenAll(
                cluster.Wallet(walletId).ExecuteAsync(hold), new WalletActivation(walletId, cluster.Journal).ExecuteAsync(Nothing(hold)));
            var isHeld = answers[0] is WalletOutcome.Accepted;
            Assert.True(isHeld
                ? answers[1] is WalletOutcome.NotDecided { Reason: NotDecidedReason.RequestIdReused, OriginalEntryId: not null }
                : answers is [WalletOutcome.NotDecided { Reason: NotDecidedReason.RequestIdReused, OriginalEntryId: null }, WalletOutcome.Refused]);
            Assert.Equal(isHeld ? 100 : 0, (await cluster.Journal.FindHeadAsync(walletId, TestContext.Current.CancellationToken))!.HeldMinor);
        }
    }

    private static PlaceHold Nothing(PlaceHold hold) => hold with { Amount = WalletCluster.Usd(0) };

    private async Task<(Guid WalletId, PlaceHold Hold)> OpenAsync(long balanceMinor) =>
        (await cluster.OpenAsync(balanceMinor), new PlaceHold(RequestId.ForBulkHold(BulkId, 3), WalletCluster.Usd(100), Guid.CreateVersion7()));
}
