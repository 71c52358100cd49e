using FsCheck;
using FsCheck.Fluent;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Fraud;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Fraud;
using WalletGrains.Domain.Tests.Wallets;
using WalletGrains.Domain.Wallets;
using Xunit;

namespace WalletGrains.Domain.Tests.Fraud;

public sealed class FraudGateTests
{
    private static readonly HashSet<string> Types = ["WITHDRAW", "TRANSFER_OUT", "BILL_PAYMENT"];
    private static readonly FraudGate Gate = new(new LargeAmountRule(10_000, new Dictionary<string, decimal>(), Types, FraudAction.Refuse), null);

    private static readonly Gen<(int Kind, int SecondsLater)[]> Walks =
        (from kind in Gen.Choose(0, 9) from later in Gen.Choose(0, 40) select (kind, later)).ArrayOf(60);

    private static readonly Guid Other = TestedWallet.Other;

    private static readonly Hold Hold = new(Other, Other, TestedWallet.Usd(1_000_000), 0, HoldStatus.Active, null, Samples.Now);

    public static TheoryData<WalletEvent, bool> Events => new()
    {
        { new WalletEvent.Withdrawn(Other, Id, 999_999, null, null, Samples.Now), false },
        { new WalletEvent.Withdrawn(Other, Id, 1_000_000, null, null, Samples.Now), true },
        { new WalletEvent.TransferDebited(Other, Id, 1_000_000, null, null, Samples.Now, Other, Other), true },
        { new WalletEvent.HoldPlaced(Other, RequestId.ForBulkHold(Other, 0), 1_000_000, null, null, Samples.Now, Hold), true },
        { new WalletEvent.HoldPlaced(Other, RequestId.ForBillHold(Other), 1_000_000, null, null, Samples.Now, Hold), true },
        { new WalletEvent.BillPaid(Other, Id, 1_000_000, null, null, Samples.Now, "water", Hold), false },
        { new WalletEvent.BillReversed(Other, Id, 1_000_000, null, null, Samples.Now, Hold), false },
        { new WalletEvent.HoldPlaced(Other, Id, 1_000_000, null, null, Samples.Now, Hold), false },
        { new WalletEvent.HoldCaptured(Other, Id, 1_000_000, null, null, Samples.Now, Hold), false },
        { new WalletEvent.HeldTransferDebited(Other, Id, 1_000_000, null, null, Samples.Now, Other, Other, Hold), false },
        { new WalletEvent.ReversalDebited(Other, Id, 1_000_000, null, null, Samples.Now, Other, Other, Other), false },
        { new WalletEvent.Funded(Other, Id, 1_000_000, null, null, Samples.Now), false },
        { new WalletEvent.TransferRefunded(Other, Id, 1_000_000, null, null, Samples.Now, Other, Other, DebitedAt: null), false },
    };

    private static RequestId Id => RequestId.FromClient("one");

    [Theory]
    [MemberData(nameof(Events), DisableDiscoveryEnumeration = true)]
    public void Large_amounts_that_leave_are_refused_and_what_was_begun_is_not(WalletEvent happened, bool refused)
    {
        Assert.Equal(refused, Gate.Refuses(happened, new TestedWallet().State, Withdrawals.None));
        Assert.False(FraudGate.Open.Refuses(happened, new TestedWallet().State, Withdrawals.None));
    }

    /// <summary>
    /// What is begun counts, and no window of a minute has four of it. What the entries tell, read back from the newest, decides the same as what was
    /// remembered on the way.
    /// </summary>
    [Fact]
    public void The_one_too_many_in_any_window_is_refused_and_nothing_else_on_every_walk() => Law.Holds(Walks, walk =>
    {
        var gate = new FraudGate(null, new FrequencyRule(4, TimeSpan.FromSeconds(60), Types, FraudAction.Refuse));
        var wallet = new TestedWallet(1_000_000);
        var (lately, begun, holds) = (Withdrawals.None, new List<DateTimeOffset>(), new Dictionary<int, Queue<Guid>> { [2] = [], [3] = [], [4] = [] });
        foreach (var (kind, later) in walk)
        {
            wallet.Now += TimeSpan.FromSeconds(later);
            var (command, begins) = Command(kind, holds, wallet);
            if (WalletDecider.Decide(command, wallet.State, Other, wallet.Now).Event is not { } happened)
            {
                continue;
            }

            var isTooOften = begins && begun.Count(at => (wallet.Now - at).TotalSeconds < 60) >= 3;
            Assert.Equal(isTooOften, gate.Refuses(happened, wallet.State, lately));
            Assert.Equal(isTooOften, gate.Refuses(happened, wallet.State, ReadBack(gate, wallet.Entries)));
            if (isTooOften)
            {
                continue;
            }

            wallet.Accept(command);
            lately = gate.After(lately, happened, wallet.State.Version);
            Assert.InRange(lately.Ordered.Count, 0, 4);
            begun.AddRange(begins ? [wallet.Now] : Array.Empty<DateTimeOffset>());
            if (command is PlaceHold placed)
            {
                holds[kind].Enqueue(placed.HoldId);
            }
        }
    });

    [Fact]
    public void What_counts_can_be_named_and_a_hold_is_what_it_will_be()
    {
        var captures = new FraudGate(null, new FrequencyRule(2, TimeSpan.FromSeconds(60), new HashSet<string> { "CAPTURE" }, FraudAction.Refuse));
        Assert.Equal(["CAPTURE"], captures.CountedTypes);
        Assert.Equal(["HOLD"], new FraudGate(null, new FrequencyRule(2, TimeSpan.FromSeconds(60), new HashSet<string> { "BILL_PAYMENT" }, FraudAction.Refuse)).CountedTypes);
        Assert.Equal(["WITHDRAW", "TRANSFER_OUT", "HOLD"], new FraudGate(null, new FrequencyRule(2, TimeSpan.FromSeconds(60), Types, FraudAction.Refuse)).CountedTypes);
        Assert.Empty(Gate.CountedTypes);

        // A capture counts where it is named, and is never refused: its hold was accepted.
        var captured = new WalletEvent.HoldCaptured(Other, Id, 5, null, null, Samples.Now, Hold);
        var lately = captures.After(captures.After(Withdrawals.None, captured, 1), captured, 2);
        Assert.Equal([1, 2], lately.Ordered.Select(entry => entry.Version));
        Assert.False(captures.Refuses(captured, new TestedWallet().State, lately));
    }

    private static Withdrawals ReadBack(FraudGate gate, IEnumerable<Entry> entries) => entries.Reverse()
        .Where(entry => gate.CountedTypes.Contains(EntryTypes.NameOf(entry.Type)))
        .Select(entry => gate.Seen(Postings.EventOf(entry), entry.Version))
        .OfType<Withdrawal>()
        .Take(gate.Reach)
        .Aggregate(Withdrawals.None, (window, seen) => window.With(seen));

    private static (WalletCommand Command, bool Begins) Command(int kind, Dictionary<int, Queue<Guid>> holds, TestedWallet wallet)
    {
        var (id, amount, fresh) = (wallet.NextId(), TestedWallet.Usd(5), new Guid((int)wallet.State.Version, 9, 0, new byte[8]));
        return kind switch
        {
            0 => (new Withdraw(id, amount), true),
            1 => (new DebitTransfer(id, amount, fresh, Other), true),
            2 => (new PlaceHold(id, amount, fresh, null), false),
            3 => (new PlaceHold(RequestId.ForBulkHold(fresh, 0), amount, fresh, null), true),
            4 => (new PlaceHold(RequestId.ForBillHold(fresh), amount, fresh, null), true),
            5 => (new CaptureHold(id, Next(holds[2]), null), false),
            6 => (new DebitHeldTransfer(amount, fresh, Other, Next(holds[3]), Other), false),
            7 => (new CaptureBill(Next(holds[4]), "water", "water WB-1"), false),
            8 => (new DebitReversal(id, amount, fresh, Other, Other, 1_000_000, UpToWhatIsLeft: false), false),
            _ => (new Deposit(id, amount), false),
        };

        static Guid Next(Queue<Guid> ids) => ids.TryDequeue(out var holdId) ? holdId : Other;
    }
}
