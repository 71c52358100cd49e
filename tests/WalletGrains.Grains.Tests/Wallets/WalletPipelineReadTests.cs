using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Journal;
using Xunit;
using static WalletGrains.Grains.Tests.Wallets.WalletBench;

namespace WalletGrains.Grains.Tests.Wallets;

/// <summary>How fresh a balance is while two activations of a wallet live.</summary>
public sealed class WalletPipelineReadTests
{
    [Fact]
    public void A_balance_is_read_from_memory_as_long_as_it_is_fresh()
    {
        var bench = Opened(100);
        bench.Advance(Limits.ReadFreshness);
        Assert.Equal(100, bench.Balance());
        Assert.Equal(0, bench.Journal.HeadReads);
    }

    [Fact]
    public void A_stale_activation_shows_what_another_one_has_decided()
    {
        var bench = Opened(100);
        var other = new WalletBench(bench.Journal.OtherSilo(), bench.Time, bench.WalletId);
        var elsewhere = other.Deposit("elsewhere", 50);
        other.Commit();
        Accepted(elsewhere);

        bench.Advance(Limits.ReadFreshness + TimeSpan.FromMilliseconds(50));
        Assert.Equal(150, bench.Balance());
        Assert.Equal(150, bench.Balance());
        Assert.Equal(1, bench.Journal.HeadReads);

        // What it decides next is decided on what it has shown.
        var withdrawal = bench.Withdraw("all", 150);
        bench.Commit();
        Assert.Equal(0, Accepted(withdrawal).Entry.BalanceAfterMinor);
    }

    [Fact]
    public void Many_readers_share_one_look_at_the_journal()
    {
        var bench = Opened(100);
        bench.Advance(TimeSpan.FromSeconds(2));
        bench.Journal.HoldReads = true;
        var reads = Enumerable.Range(0, 10).Select(_ => bench.Get()).ToList();
        Assert.All(reads, read => Assert.False(read.IsCompleted));
        bench.Journal.ReleaseReads();
        bench.Run();
        Assert.All(reads, read => Assert.Equal(100, Answered(read)!.BalanceMinor));
        Assert.Equal(1, bench.Journal.HeadReads);
    }

    [Fact]
    public void A_reader_does_not_take_the_answer_of_a_look_that_was_asked_for_long_ago()
    {
        var bench = Opened(100);
        bench.Advance(TimeSpan.FromSeconds(2));
        bench.Journal.HoldReads = true;
        var first = bench.Get();
        var other = new WalletBench(bench.Journal.OtherSilo(), bench.Time, bench.WalletId);
        _ = other.Deposit("elsewhere", 50);
        other.Commit();
        bench.Advance(TimeSpan.FromSeconds(2));
        var second = bench.Get();
        bench.Journal.ReleaseReads();
        bench.Run();
        Assert.Equal(100, Answered(first)!.BalanceMinor);
        Assert.Equal(150, Answered(second)!.BalanceMinor);
        Assert.Equal(2, bench.Journal.HeadReads);
    }

    [Fact]
    public void A_balance_that_cannot_be_confirmed_is_not_shown_and_the_next_reader_asks_again()
    {
        var bench = Opened(100);
        bench.Advance(TimeSpan.FromSeconds(2));
        bench.Journal.ReadFailure = new JournalUnavailableException("Scripted.");
        var read = bench.Get();
        Assert.IsType<UnavailableException>(read.Exception!.InnerException);
        bench.Journal.ReadFailure = null;
        Assert.Equal(100, bench.Balance());
    }

    [Fact]
    public void What_a_reader_finds_between_the_sum_of_reversals_and_their_decision_is_not_decided_on()
    {
        var bench = Opened(1_000);
        bench.Advance(TimeSpan.FromSeconds(2));
        var (transferId, payer) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        DebitReversal Reversal(string requestId) =>
            new(RequestId.FromClient(requestId), Usd(60), Guid.CreateVersion7(), payer, transferId, 100, UpToWhatIsLeft: false);

        // The head row is read, and then what was given back so far: nothing. Its answer is on the way.
        bench.Journal.HoldReads = true;
        var reversal = bench.Execute(Reversal("here"));
        bench.Journal.ReleaseReads();
        bench.Journal.HoldReads = true;
        bench.Run();
        bench.Journal.HoldReads = false;

        // Meanwhile another activation gives back 60 of 100, and a reader of this one finds its head row.
        var other = new WalletBench(bench.Journal.OtherSilo(), bench.Time, bench.WalletId);
        var elsewhere = other.Execute(Reversal("elsewhere"));
        other.Commit();
        Accepted(elsewhere);
        bench.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(940, bench.Balance());

        bench.Journal.ReleaseReads();
        bench.Run();
        bench.Commit();
        Assert.Equal(WalletRefusal.ReversalExceedsOriginal, Refused(reversal).Refusal);
        Assert.Equal(940, bench.Balance());
    }

    [Fact]
    public void What_never_changes_needs_no_confirmation()
    {
        var bench = Opened(100);
        bench.Advance(TimeSpan.FromHours(1));
        bench.Journal.ReadFailure = new JournalUnavailableException("Scripted.");
        Assert.Equal(new WalletProfile(bench.WalletId, null, Currency.Parse("USD")), Answered(bench.Call(pipeline => pipeline.GetProfileAsync())));
    }

    [Fact]
    public void A_confirmation_that_finds_an_append_of_its_own_shows_it_and_loses_nothing_in_flight()
    {
        var bench = Opened(100);
        bench.Advance(TimeSpan.FromSeconds(2));
        var first = bench.Deposit("first", 10);
        var second = bench.Deposit("second", 1);

        // Durable, and its answer is still on the way.
        Assert.Equal(AppendStatus.Applied, bench.Journal.InFlight[0].CommitLate());
        Assert.Equal(110, bench.Balance());
        Assert.False(first.IsCompleted);
        bench.Journal.InFlight[0].AnswerApplied();
        bench.Run();
        Assert.Equal(110, Accepted(first).Entry.BalanceAfterMinor);
        bench.Commit();
        Assert.Equal(111, Accepted(second).Entry.BalanceAfterMinor);
        Assert.Equal(2, bench.Journal.Loads);
    }
}
