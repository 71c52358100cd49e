using WalletGrains.Contracts.Wallets;
using Xunit;
using static WalletGrains.Grains.Tests.Wallets.WalletBench;

namespace WalletGrains.Grains.Tests.Wallets;

/// <summary>What is answered when: never before its commit.</summary>
public sealed class WalletPipelineCommitTests
{
    [Fact]
    public void Nothing_is_answered_before_its_commit()
    {
        var bench = Opened();
        var deposit = bench.Deposit("r", 100);
        Assert.False(deposit.IsCompleted);
        bench.Commit();
        var accepted = Accepted(deposit);
        Assert.False(accepted.Replayed);
        Assert.Equal((1, 0, 100), (accepted.Entry.Version, accepted.Entry.BalanceBeforeMinor, accepted.Entry.BalanceAfterMinor));
    }

    [Fact]
    public void A_refusal_that_depends_on_an_uncommitted_entry_waits_for_it()
    {
        var bench = Opened(100);
        var first = bench.Withdraw("first", 100);
        var second = bench.Withdraw("second", 100);
        Assert.False(second.IsCompleted);
        bench.Journal.InFlight[0].Commit();
        bench.Run();
        Accepted(first);
        Assert.False(second.IsCompleted);
        bench.Commit();
        Assert.Equal(WalletRefusal.InsufficientFunds, Refused(second).Refusal);
    }

    [Fact]
    public void A_refusal_is_decided_anew_when_the_entry_it_depends_on_was_not_applied()
    {
        var bench = Opened(100);
        var first = bench.Withdraw("first", 100);
        var second = bench.Withdraw("second", 60);
        bench.Journal.InFlight[0].Reject();
        bench.Run();
        bench.Commit();
        Assert.True(first.IsFaulted);
        Assert.Equal(40, Accepted(second).Entry.BalanceAfterMinor);
    }

    [Fact]
    public void Many_commands_are_in_flight_before_the_first_commit_and_each_sees_those_before_it()
    {
        var bench = Opened();
        var deposits = Enumerable.Range(1, 100).Select(i => bench.Deposit($"r{i}", i)).ToList();
        Assert.Equal(100, bench.Journal.InFlight.Count);
        Assert.All(deposits, deposit => Assert.False(deposit.IsCompleted));
        Assert.Equal(Enumerable.Range(1, 100).Select(i => (long)i), bench.Journal.InFlight.Select(held => held.Append.Head.Revision));
        bench.Commit();
        Assert.Equal(Enumerable.Range(1, 100).Select(i => (long)i), deposits.Select(deposit => Accepted(deposit).Entry.Version));
        Assert.Equal(5_050, bench.Balance());
        Assert.Equal(2, bench.Journal.Loads);
    }

    [Fact]
    public void Money_that_is_not_durable_yet_can_be_spent_and_neither_is_answered_before_the_other()
    {
        var bench = Opened();
        var deposit = bench.Deposit("in", 100);
        var withdrawal = bench.Withdraw("out", 100);
        bench.Commit();
        Accepted(deposit);
        Assert.Equal(0, Accepted(withdrawal).Entry.BalanceAfterMinor);
    }

    [Fact]
    public void Reads_return_what_is_committed_and_do_not_wait_for_what_is_not()
    {
        var bench = Opened(100);
        _ = bench.Deposit("r", 50);
        Assert.Equal(100, bench.Balance());
        bench.Commit();
        Assert.Equal(150, bench.Balance());
    }

    [Fact]
    public void A_refusal_takes_a_revision_and_no_version()
    {
        var bench = Opened(100);
        var refused = bench.Withdraw("too much", 101);
        var accepted = bench.Withdraw("fits", 100);
        bench.Commit();
        Refused(refused);
        Assert.Equal(2, Accepted(accepted).Entry.Version);
        Assert.Equal(3, bench.Journal.Applied[^1].Head.Revision);
    }

    [Fact]
    public void Times_are_whole_milliseconds_as_they_are_stored_and_shown()
    {
        var bench = Opened();
        bench.Time.Advance(TimeSpan.FromTicks(12_345_678));
        var deposit = bench.Deposit("r", 1);
        bench.Commit();
        Assert.Equal(0, Accepted(deposit).Entry.CreatedAt.Ticks % TimeSpan.TicksPerMillisecond);
        Assert.Equal(Accepted(deposit).Entry.CreatedAt, bench.Journal.Applied[^1].Entry!.CreatedAt);
    }
}
