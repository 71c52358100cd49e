using FsCheck;
using FsCheck.Fluent;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Statistics;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Statistics;
using WalletGrains.Domain.Wallets;
using Xunit;

namespace WalletGrains.Domain.Tests.Wallets;

/// <summary>Laws over random walks of all commands.</summary>
public sealed class WalletWalks
{
    private static readonly Gen<(int Kind, long Amount, int Pick, int SecondsLater)[]> Walks =
        (from kind in Gen.Choose(0, 19)
         from amount in Gen.Frequency((8, Samples.Between(1, 500)), (1, Samples.AnyMinorUnits))
         from pick in Gen.Choose(0, 1_000)
         from later in Gen.Choose(0, 3_000)
         select (kind, amount, pick, later)).ArrayOf(80);

    [Fact]
    public void Every_prefix_of_every_walk_keeps_the_invariants_and_is_the_fold_of_its_entries() => Law.Holds(Walks, walk =>
    {
        var wallet = new TestedWallet(2_000);
        var holds = new List<Guid> { TestedWallet.Other };
        foreach (var (kind, amount, pick, later) in walk)
        {
            wallet.Now += TimeSpan.FromSeconds(later);
            var command = Command(kind, amount, holds[pick % holds.Count], wallet);
            var (version, balance) = (wallet.State.Version, wallet.State.BalanceMinor);
            if (wallet.Refusal(command) is not null)
            {
                Assert.Equal((version, balance), (wallet.State.Version, wallet.State.BalanceMinor));
                continue;
            }

            if (command is PlaceHold)
            {
                holds.Add(wallet.Entries[^1].Hold!.HoldId);
            }

            var state = wallet.State;
            Assert.Equal(version + 1, state.Version);
            Assert.True(state.BalanceMinor >= 0 && state.HeldMinor >= 0 && state.HeldMinor <= state.BalanceMinor);
            Assert.Equal(state.HeldMinor, state.Details.Holds.All.Sum(hold => hold.AmountMinor));
            Assert.True(state.Status is not WalletStatus.Closed || state.BalanceMinor == 0);
            var entry = wallet.Entries[^1];
            Assert.Equal((state.BalanceMinor, state.HeldMinor, state.Status), (entry.BalanceAfterMinor, entry.HeldAfterMinor, entry.StatusAfter));
            Assert.Equal(state.Details, DetailsContent.Decode(DetailsContent.Encode(state.Details)));
        }

        var none = System.Collections.Immutable.ImmutableDictionary<Guid, long>.Empty;
        Assert.Equal(wallet.State with { ReversedMinor = none }, wallet.Folded() with { ReversedMinor = none });
    });

    [Fact]
    public void The_statistics_of_every_prefix_sum_up_to_its_balance() => Law.Holds(Walks, walk =>
    {
        var wallet = new TestedWallet(2_000);
        var holds = new List<Guid> { TestedWallet.Other };
        foreach (var (kind, amount, pick, later) in walk)
        {
            wallet.Now += TimeSpan.FromSeconds(later);
            if (wallet.Refusal(Command(kind, amount, holds[pick % holds.Count], wallet)) is null && wallet.Entries[^1].Hold is { } hold)
            {
                holds.Add(hold.HoldId);
            }
        }

        var statistics = WalletStatistics.None;
        foreach (var entry in wallet.Entries)
        {
            statistics = StatisticsRules.After(statistics, entry);
            Assert.Equal(
                entry.BalanceAfterMinor,
                statistics.DepositedMinor - statistics.WithdrawnMinor + statistics.TransferredInMinor - statistics.TransferredOutMinor);
        }

        Assert.Equal(wallet.Entries.Count(entry => EntryTypes.IsTransaction(entry.Type)), statistics.TransactionCount);
    });

    [Fact]
    public void An_entry_tells_its_event() => Law.Holds(Walks, walk =>
    {
        var wallet = new TestedWallet(2_000);
        foreach (var (kind, amount, _, later) in walk)
        {
            wallet.Now += TimeSpan.FromSeconds(later);
            var before = wallet.State;
            var hold = before.Details.Holds.All.FirstOrDefault()?.HoldId ?? TestedWallet.Other;
            if (WalletDecider.Decide(Command(kind, amount, hold, wallet), before, TestedWallet.Other, wallet.Now).Event is { } happened)
            {
                Assert.Equal(happened, Postings.EventOf(Postings.EntryOf(happened, before, WalletDecider.Evolve(before, happened))));
                wallet.Accept(Command(kind, amount, hold, wallet));
            }
        }
    });

    private static PlaceHold Bill(Money amount, Guid paymentId) => new(RequestId.ForBillHold(paymentId), amount, paymentId, null, "water WB-1");

    private static WalletCommand Command(int kind, long minor, Guid hold, TestedWallet wallet)
    {
        var (id, amount, other) = (wallet.NextId(), TestedWallet.Usd(minor), TestedWallet.Other);
        Metadata.TryCreate([new("order", "17"), new("channel", "ussd")], out var metadata);
        return kind switch
        {
            0 => new Deposit(id, amount, "words", metadata),
            1 => new Withdraw(id, amount),
            2 => new DebitTransfer(id, amount, other, other, null, metadata),
            3 => new CreditTransfer(amount, other, other, IsSettlement: minor % 2 == 0),
            4 => new RefundTransfer(amount, other, other, WalletRefusal.WalletClosed, Samples.Now),
            5 or 6 => new PlaceHold(id, amount, new Guid((int)wallet.State.Version, 7, 0, new byte[8]), minor % 2 == 0 ? TimeSpan.FromSeconds(600) : null),
            7 => new CaptureHold(id, hold, minor % 3 == 0 ? null : amount),
            8 => new ReleaseHold(id, hold),
            9 => new ExpireHold(hold),
            10 => new DebitHeldTransfer(TestedWallet.Usd(wallet.State.Details.Holds.Find(hold)?.AmountMinor ?? minor), other, other, hold, other),
            11 => new DebitReversal(id, amount, other, other, other, 10_000, minor % 2 == 0),
            12 => new FreezeWallet(id, "words"),
            13 => new UnfreezeWallet(id),
            14 => new CloseWallet(id),
            15 => new SetLimits(id, new WalletLimits(minor % 2 == 0 ? 400 : null, minor % 3 == 0 ? 900 : null, minor % 5 == 0 ? 3 : null)),
            16 => new ReceiveBankCredit(id, amount, "words", metadata),
            17 => Bill(amount, new Guid((int)wallet.State.Version, 8, 0, new byte[8])),
            18 => new CaptureBill(hold, "water", "water WB-1"),
            19 => new ReverseBill(hold, "water WB-1"),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
    }
}
