using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using Xunit;
using static WalletGrains.Grains.Tests.Wallets.WalletBench;

namespace WalletGrains.Grains.Tests.Wallets;

/// <summary>Holds that end by themselves, on a clock that the test moves; and reversals in the middle of other traffic.</summary>
public sealed class WalletPipelineHoldTests
{
    private static readonly Guid Hold = Guid.CreateVersion7();

    [Fact]
    public void A_hold_ends_when_its_time_is_over_and_not_before()
    {
        var bench = Opened(100);
        var placed = bench.Execute(new PlaceHold(RequestId.FromClient("hold"), Usd(40), Hold, TimeSpan.FromSeconds(2)));
        bench.Commit();
        Accepted(placed);

        bench.Advance(TimeSpan.FromSeconds(2) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, Answered(bench.Call(pipeline => pipeline.ExpireHoldsAsync())));
        bench.Advance(TimeSpan.FromMilliseconds(1));
        var expired = bench.Call(pipeline => pipeline.ExpireHoldsAsync());
        var again = bench.Call(pipeline => pipeline.ExpireHoldsAsync());
        bench.Commit();
        Assert.Equal(1, Answered(expired) + Answered(again));
        Assert.Equal(0, Answered(bench.Call(pipeline => pipeline.ExpireHoldsAsync())));
        Assert.Equal(("RELEASE", 3), (bench.Journal.Applied[^1].Entry!.Type, bench.Journal.Applied.Count));
        Assert.Equal(0, Answered(bench.Get())!.HeldMinor);
    }

    [Fact]
    public void An_expiry_that_fails_is_made_up_for_by_the_next_one()
    {
        var bench = Opened(100);
        var placed = bench.Execute(new PlaceHold(RequestId.FromClient("hold"), Usd(40), Hold, TimeSpan.FromSeconds(1)));
        bench.Commit();
        Accepted(placed);
        bench.Advance(TimeSpan.FromSeconds(1));

        var lost = bench.Call(pipeline => pipeline.ExpireHoldsAsync());
        bench.Journal.InFlight[0].CommitAndLoseAnswer();
        bench.Advance(TimeSpan.FromSeconds(1));
        Assert.True(lost.IsCompletedSuccessfully);
        Assert.Equal(0, Answered(bench.Get())!.HeldMinor);
        Assert.Equal(3, bench.Journal.Applied.Count);
    }

    [Fact]
    public void A_hold_that_is_placed_again_long_after_is_found_by_its_request_id()
    {
        var before = Opened(100);
        var place = new PlaceHold(RequestId.FromClient("hold"), Usd(40), Hold);
        var placed = before.Execute(place);
        before.Commit();
        var after = new WalletBench(before.Journal, before.Time, before.WalletId);
        Assert.Equal(100, after.Balance());
        after.Advance(TimeSpan.FromMilliseconds(500));
        var again = after.Execute(place);
        var next = after.Withdraw("next", 60);
        after.Commit();
        Assert.Equal(Accepted(placed) with { Replayed = true }, Accepted(again));
        Assert.Equal((40, 40), (Accepted(next).Entry.BalanceAfterMinor, Accepted(next).Entry.HeldAfterMinor));
    }

    [Fact]
    public void Reversals_that_come_while_others_are_summed_up_hold_up_nobody()
    {
        var bench = Opened(10_000);
        bench.Journal.HoldReads = true;
        var first = Enumerable.Range(0, 6).Select(i => bench.Execute(Reversal($"first{i}"))).ToList();
        for (var i = 0; i < 10; i++)
        {
            // The head row, and then the sums, a few at a time.
            bench.Journal.ReleaseReads();
            bench.Journal.HoldReads = true;
            bench.Run();
            first.Add(bench.Execute(Reversal($"later{i}")));
        }

        bench.Journal.ReleaseReads();
        bench.Commit();
        Assert.All(first, reversal => Accepted(reversal));
    }

    [Fact]
    public void A_reversal_waits_for_what_is_in_flight_and_what_comes_after_waits_for_it()
    {
        var bench = Opened(1_000);
        var transfer = Guid.CreateVersion7();
        var before = bench.Withdraw("before", 100);
        Assert.True(RequestId.TryFromReversal("r", out var requestId));
        var reversal = bench.Execute(new DebitReversal(requestId, Usd(500), Guid.CreateVersion7(), Guid.CreateVersion7(), transfer, 500, UpToWhatIsLeft: false));
        var after = bench.Withdraw("after", 400);
        Assert.Single(bench.Journal.InFlight);
        bench.Commit();
        Assert.Equal(900, Accepted(before).Entry.BalanceAfterMinor);
        Assert.Equal(400, Accepted(reversal).Entry.BalanceAfterMinor);
        Assert.Equal(0, Accepted(after).Entry.BalanceAfterMinor);
    }

    private static DebitReversal Reversal(string text)
    {
        Assert.True(RequestId.TryFromReversal(text, out var requestId));
        return new(requestId, Usd(10), Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), 10, UpToWhatIsLeft: false);
    }

    [Fact]
    public void Reversals_that_wait_together_are_decided_on_each_other()
    {
        var bench = Opened(10_000);
        var transfer = Guid.CreateVersion7();
        var reversals = Enumerable.Range(0, 5).Select(i =>
        {
            Assert.True(RequestId.TryFromReversal($"r{i}", out var requestId));
            return bench.Execute(new DebitReversal(requestId, Usd(200), Guid.CreateVersion7(), Guid.CreateVersion7(), transfer, 500, UpToWhatIsLeft: false));
        }).ToList();
        bench.Commit();
        Assert.Equal(2, reversals.Count(reversal => Answered(reversal) is WalletOutcome.Accepted));
        Assert.Equal(3, reversals.Count(reversal => Answered(reversal) is WalletOutcome.Refused { Refusal: WalletRefusal.ReversalExceedsOriginal }));
        Assert.Equal(9_600, bench.Balance());
    }
}
