using WalletGrains.Contracts;
using WalletGrains.Contracts.Bulks;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;
using Xunit;
using static WalletGrains.Grains.Tests.MemoryCluster;

namespace WalletGrains.Grains.Tests.Bulks;

/// <summary>Bulk transfers while nothing fails.</summary>
[Collection<MemoryClusterTests>]
public sealed class BulkTransferGrainTests(MemoryCluster cluster)
{
    [Fact]
    public async Task A_bulk_pays_every_leg_and_leaves_nothing_held()
    {
        var (a, b, c) = (await cluster.OpenAsync(1_000), await cluster.OpenAsync(50), await cluster.OpenAsync());
        var completed = Completed(await StartAsync(new BulkLeg(a, b, Usd(300), "rent"), new BulkLeg(a, c, Usd(700)), new BulkLeg(b, c, Usd(50))));

        Assert.False(completed.Replayed);
        Assert.Equal([(0, 0), (300, 0), (750, 0)], await cluster.MoneyAsync(a, b, c));
        var transfers = await Task.WhenAll(completed.TransferIds.Select(cluster.Transfers.FindAsync));
        Assert.All(transfers, transfer => Assert.Equal((TransferStatus.Completed, completed.BulkId), (transfer!.Status, transfer.BulkId!.Value)));
        Assert.Equal([(a, b, 300), (a, c, 700), (b, c, 50)], transfers.Select(t => (t!.FromWalletId, t.ToWalletId, t.Amount.MinorUnits)));
        Assert.Equal(["rent", null, null], transfers.Select(transfer => transfer!.Description));
        Assert.Equal(BulkStatus.Completed, await cluster.Bulks.FindAsync(completed.BulkId));
    }

    [Fact]
    public async Task A_hundred_legs_of_one_payer_fit_and_a_hundred_and_one_are_none()
    {
        var (from, to) = (await cluster.OpenAsync(5_050), await cluster.OpenAsync());
        var legs = Enumerable.Range(1, Limits.MaxBulkLegs).Select(i => new BulkLeg(from, to, Usd(i))).ToArray();
        Completed(await StartAsync(legs));
        Assert.Equal([(0, 0), (5_050, 0)], await cluster.MoneyAsync(from, to));
        await Assert.ThrowsAsync<ArgumentException>(() => StartAsync([.. legs, legs[0]]));
        await Assert.ThrowsAsync<ArgumentException>(() => StartAsync());
        await Assert.ThrowsAsync<ArgumentException>(() => StartAsync(legs[0] with { Description = "\0" }));
    }

    [Fact]
    public async Task A_repeated_bulk_is_answered_with_the_first_one_and_moves_nothing()
    {
        var (from, to) = (await cluster.OpenAsync(1_000), await cluster.OpenAsync());
        var command = new StartBulk(Guid.CreateVersion7(), NewRequest(), [new BulkLeg(from, to, Usd(300)), new BulkLeg(from, to, Usd(1))]);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => cluster.Bulks.TransferAsync(command)));
        Assert.Single(outcomes, outcome => !Completed(outcome).Replayed);
        Assert.All(outcomes, outcome => Assert.Equal(Completed(outcomes[0]).TransferIds, Completed(outcome).TransferIds));
        Assert.Equal([(699, 0), (301, 0)], await cluster.MoneyAsync(from, to));

        foreach (var legs in new BulkLeg[][]
        {
            [command.Legs[0]], [command.Legs[1], command.Legs[0]], [command.Legs[0], command.Legs[1] with { Amount = Usd(2) }],
            [command.Legs[0], command.Legs[1] with { Description = "" }],
        })
        {
            Assert.Equal(new BulkOutcome.NotDecided(NotDecidedReason.RequestIdReused), await cluster.Bulks.TransferAsync(command with { Legs = legs }));
        }

        Assert.False(Completed(await cluster.Bulks.TransferAsync(command with { CallerId = Guid.CreateVersion7() })).Replayed);
        Assert.Equal([(398, 0), (602, 0)], await cluster.MoneyAsync(from, to));
    }

    [Theory]
    [InlineData("insufficient", WalletRefusal.InsufficientFunds)]
    [InlineData("limit", WalletRefusal.LimitExceeded)]
    [InlineData("payer frozen", WalletRefusal.WalletFrozen)]
    [InlineData("receiver frozen", WalletRefusal.WalletFrozen)]
    [InlineData("receiver closed", WalletRefusal.WalletClosed)]
    [InlineData("receiver full", WalletRefusal.AmountTooLarge)]
    [InlineData("holds", WalletRefusal.TooManyHolds)]
    public async Task One_leg_that_is_refused_moves_nothing_and_stays_refused(string cause, WalletRefusal expected)
    {
        var (rich, payer, to, receiver) = (await cluster.OpenAsync(1_000), await cluster.OpenAsync(1_000), await cluster.OpenAsync(), await cluster.OpenAsync());
        var amount = cause is "insufficient" ? 1_001 : 100;
        var full = cause is "receiver full" ? await cluster.OpenAsync(Limits.MaxAmountMinor - 50) : receiver;
        switch (cause)
        {
            case "limit":
                await cluster.ExecuteAsync(payer, new SetLimits(NewRequest(), new WalletLimits(99, null, null)));
                break;
            case "payer frozen":
                await cluster.ExecuteAsync(payer, new FreezeWallet(NewRequest()));
                break;
            case "receiver frozen":
                await cluster.ExecuteAsync(receiver, new FreezeWallet(NewRequest()));
                break;
            case "receiver closed":
                await cluster.ExecuteAsync(receiver, new CloseWallet(NewRequest()));
                break;
            case "holds":
                for (var i = 0; i < Limits.MaxOpenHolds; i++)
                {
                    await cluster.ExecuteAsync(payer, new PlaceHold(NewRequest(), Usd(1), Guid.CreateVersion7()));
                }

                break;
            default:
                break;
        }

        var before = await cluster.MoneyAsync(rich, payer, to, full);
        var command = new StartBulk(
            Guid.CreateVersion7(),
            NewRequest(),
            [new BulkLeg(rich, to, Usd(10)), new BulkLeg(rich, to, Usd(20)), new BulkLeg(payer, full, Usd(amount)), new BulkLeg(rich, to, Usd(30))]);
        Assert.Equal(new BulkOutcome.Refused(expected, 2, false), await cluster.Bulks.TransferAsync(command));
        Assert.Equal(before, await cluster.MoneyAsync(rich, payer, to, full));

        await cluster.ExecuteAsync(rich, new Deposit(NewRequest(), Usd(5)));
        Assert.Equal(new BulkOutcome.Refused(expected, 2, true), await cluster.Bulks.TransferAsync(command));
        Assert.Equal(0, (await cluster.MoneyAsync(rich))[0].Held);
    }

    [Fact]
    public async Task The_leg_that_failed_is_the_first_one_as_if_they_were_taken_in_order()
    {
        var (a, b, to, frozen) = (await cluster.OpenAsync(100), await cluster.OpenAsync(100), await cluster.OpenAsync(), await cluster.OpenAsync());
        await cluster.ExecuteAsync(frozen, new FreezeWallet(NewRequest()));
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(
                new BulkOutcome.Refused(WalletRefusal.InsufficientFunds, 3, false),
                await StartAsync(
                    new BulkLeg(a, to, Usd(60)), new BulkLeg(b, to, Usd(60)), new BulkLeg(b, to, Usd(40)), new BulkLeg(a, to, Usd(41)),
                    new BulkLeg(a, frozen, Usd(1)), new BulkLeg(b, to, Usd(1))));
            Assert.Equal(
                new BulkOutcome.Refused(WalletRefusal.WalletFrozen, 1, false),
                await StartAsync(new BulkLeg(a, to, Usd(60)), new BulkLeg(b, frozen, Usd(60)), new BulkLeg(a, to, Usd(60))));
        }

        Assert.Equal([(100, 0), (100, 0), (0, 0)], await cluster.MoneyAsync(a, b, to));
    }

    [Fact]
    public async Task Legs_to_one_receiver_are_too_much_for_it_together()
    {
        var (from, to) = (await cluster.OpenAsync(100), await cluster.OpenAsync(Limits.MaxAmountMinor - 50));
        Assert.Equal(
            new BulkOutcome.Refused(WalletRefusal.AmountTooLarge, 1, false),
            await StartAsync(new BulkLeg(from, to, Usd(30)), new BulkLeg(from, to, Usd(30))));
        Assert.Equal([(100, 0)], await cluster.MoneyAsync(from));
    }

    [Fact]
    public async Task Money_that_a_leg_brings_cannot_be_spent_by_another_leg()
    {
        var (a, b, c) = (await cluster.OpenAsync(100), await cluster.OpenAsync(), await cluster.OpenAsync());
        Assert.Equal(
            new BulkOutcome.Refused(WalletRefusal.InsufficientFunds, 1, false),
            await StartAsync(new BulkLeg(a, b, Usd(100)), new BulkLeg(b, c, Usd(100))));
    }

    [Fact]
    public async Task A_bulk_that_cannot_be_is_turned_away_and_uses_no_request_id_up()
    {
        var (from, to, naira) = (await cluster.OpenAsync(100), await cluster.OpenAsync(), await cluster.OpenAsync(currency: "NGN"));
        var good = new BulkLeg(from, to, Usd(10));
        var command = new StartBulk(Guid.CreateVersion7(), NewRequest(), [good, good]);
        foreach (var (bad, expected) in new (BulkLeg, BulkOutcome)[]
        {
            (good with { ToWalletId = from }, new BulkOutcome.Invalid(TransferInvalidReason.SameWallet, 1)),
            (good with { ToWalletId = Guid.CreateVersion7() }, new BulkOutcome.Invalid(TransferInvalidReason.ReceiverNotFound, 1)),
            (good with { ToWalletId = naira }, new BulkOutcome.Invalid(TransferInvalidReason.ReceiverCurrencyMismatch, 1)),
            (good with { FromWalletId = Guid.CreateVersion7() }, new BulkOutcome.NotDecided(NotDecidedReason.WalletNotFound, 1)),
        })
        {
            Assert.Equal(expected, await cluster.Bulks.TransferAsync(command with { Legs = [good, bad] }));
        }

        Assert.False(Completed(await cluster.Bulks.TransferAsync(command)).Replayed);
    }

    [Fact]
    public async Task Bulks_at_the_same_time_take_exactly_what_fits()
    {
        var (from, a, b) = (await cluster.OpenAsync(1_000), await cluster.OpenAsync(), await cluster.OpenAsync());
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => StartAsync(new BulkLeg(from, a, Usd(60)), new BulkLeg(from, b, Usd(40)))));
        var paid = outcomes.Count(outcome => outcome is BulkOutcome.Completed);
        Assert.All(outcomes, outcome => Assert.True(outcome is BulkOutcome.Completed or BulkOutcome.Refused { Refusal: WalletRefusal.InsufficientFunds }));
        Assert.InRange(paid, 1, 10);
        Assert.Equal([(1_000 - (paid * 100), 0), (paid * 60, 0), (paid * 40, 0)], await cluster.MoneyAsync(from, a, b));

        // One that holds a first leg may have kept another from its second one; alone, they fit until nothing is left.
        for (; paid < 10; paid++)
        {
            Completed(await StartAsync(new BulkLeg(from, a, Usd(60)), new BulkLeg(from, b, Usd(40))));
        }

        Assert.Equal([(0, 0), (600, 0), (400, 0)], await cluster.MoneyAsync(from, a, b));
    }

    [Fact]
    public async Task An_unknown_bulk_is_not_there()
    {
        Assert.Null(await cluster.Bulks.FindAsync(Guid.CreateVersion7()));
        Assert.Null(await cluster.Bulks.ResumeAsync(Guid.CreateVersion7()));
    }

    private static BulkOutcome.Completed Completed(BulkOutcome outcome) => Assert.IsType<BulkOutcome.Completed>(outcome);

    private Task<BulkOutcome> StartAsync(params BulkLeg[] legs) => cluster.Bulks.TransferAsync(new StartBulk(Guid.CreateVersion7(), NewRequest(), legs));
}
