using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Journal;
using Xunit;
using static WalletGrains.Grains.Tests.Wallets.WalletBench;

namespace WalletGrains.Grains.Tests.Wallets;

/// <summary>Conflicts, lost answers, refused rows: every command ends one way.</summary>
public sealed class WalletPipelineFaultTests
{
    [Fact]
    public void After_a_conflict_all_is_decided_anew_in_the_order_it_came()
    {
        var bench = Opened(100);
        var other = AnotherActivationOf(bench);
        var all = new[] { bench.Withdraw("a", 100), bench.Withdraw("b", 50), bench.Deposit("c", 30), bench.Withdraw("d", 30) };
        _ = other.Withdraw("theirs", 60);
        other.Commit();
        bench.Commit();

        // 40 are left: a and b do not fit any more, c and d do.
        Refused(all[0]);
        Refused(all[1]);
        Assert.Equal(70, Accepted(all[2]).Entry.BalanceAfterMinor);
        Assert.Equal(40, Accepted(all[3]).Entry.BalanceAfterMinor);
    }

    [Fact]
    public void A_request_that_another_activation_has_decided_is_a_replay()
    {
        var bench = Opened(100);
        var other = AnotherActivationOf(bench);
        var mine = bench.Withdraw("r", 60);
        var theirs = other.Withdraw("r", 60);
        other.Commit();
        bench.Commit();
        Assert.False(Accepted(theirs).Replayed);
        Assert.Equal(Accepted(theirs) with { Replayed = true }, Accepted(mine));
        Assert.Equal(40, bench.Balance());
    }

    [Fact]
    public void An_append_whose_answer_is_lost_and_that_is_durable_is_found_and_is_no_replay()
    {
        var bench = Opened();
        var deposit = bench.Deposit("r", 100);
        bench.Journal.InFlight[0].CommitAndLoseAnswer();
        bench.Run();
        Assert.False(deposit.IsCompleted);
        bench.Advance(TimeSpan.FromSeconds(1));
        bench.Commit();
        Assert.False(Accepted(deposit).Replayed);
        Assert.Equal(100, bench.Balance());
    }

    [Fact]
    public void An_append_whose_answer_is_lost_and_that_is_not_durable_is_appended_again()
    {
        var bench = Opened();
        var deposit = bench.Deposit("r", 100);
        bench.Journal.InFlight[0].LoseAnswer();
        bench.Run();
        bench.Advance(TimeSpan.FromSeconds(1));
        Assert.False(deposit.IsCompleted);
        Assert.Equal("c:r", Assert.Single(bench.Journal.InFlight).Append.RequestId);
        bench.Commit();
        Assert.False(Accepted(deposit).Replayed);
        Assert.Equal(100, bench.Balance());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_lost_append_that_is_committed_after_the_reload_takes_effect_once(bool refused)
    {
        var bench = Opened(50);
        var command = bench.Withdraw("r", refused ? 60 : 50);
        var zombie = bench.Journal.InFlight[0];
        zombie.LoseAnswer();
        bench.Run();
        bench.Advance(TimeSpan.FromSeconds(1));
        var again = Assert.Single(bench.Journal.InFlight);
        Assert.Equal(AppendStatus.Applied, zombie.CommitLate());
        again.Commit();
        bench.Run();
        bench.Commit();
        Assert.False(refused ? Refused(command).Replayed : Accepted(command).Replayed);
        Assert.Equal(refused ? 50 : 0, bench.Balance());
        Assert.Equal(2, bench.Journal.Applied.Count);
    }

    [Fact]
    public void An_old_request_whose_repeat_gets_no_answer_is_still_a_replay()
    {
        var bench = Opened();
        var original = bench.Deposit("old", 100);
        bench.Commit();
        for (var i = 0; i < 40; i++)
        {
            _ = bench.Deposit($"fill{i}", 1);
        }

        bench.Commit();
        var after = new WalletBench(bench.Journal, bench.Time, bench.WalletId);
        Assert.Equal(140, after.Balance());
        var repeat = after.Deposit("old", 100);
        after.Journal.InFlight[0].LoseAnswer();
        after.Run();
        after.Advance(TimeSpan.FromSeconds(1));
        after.Commit();
        Assert.Equal(Accepted(original) with { Replayed = true }, Accepted(repeat));
    }

    [Fact]
    public void An_append_that_was_not_written_is_tried_again()
    {
        var bench = Opened();
        var deposit = bench.Deposit("r", 100);
        bench.Journal.InFlight[0].Drop();
        bench.Run();
        bench.Advance(TimeSpan.FromSeconds(1));
        bench.Commit();
        Assert.False(Accepted(deposit).Replayed);
        Assert.Equal(100, bench.Balance());
    }

    [Fact]
    public void An_append_that_the_database_rejects_fails_only_its_caller()
    {
        var bench = Opened(100);
        var before = bench.Deposit("before", 1);
        var rejected = bench.Deposit("rejected", 2);
        var after = bench.Deposit("after", 4);
        bench.Journal.InFlight[0].Commit();
        bench.Journal.InFlight[0].Reject();
        bench.Run();
        bench.Commit();
        Accepted(before);
        Assert.IsType<JournalRejectedException>(rejected.Exception!.InnerException);
        Assert.Equal(105, Accepted(after).Entry.BalanceAfterMinor);
    }

    [Fact]
    public void A_journal_that_fails_at_the_call_fails_only_its_caller_and_leaves_nothing_pending()
    {
        var bench = Opened();
        bench.Journal.AppendFailure = new InvalidOperationException("Scripted.");
        var failed = bench.Deposit("r", 100);
        Assert.True(failed.IsFaulted);
        bench.Journal.AppendFailure = null;
        var again = bench.Deposit("r", 100);
        bench.Commit();
        Assert.False(Accepted(again).Replayed);
    }

    [Fact]
    public void A_failure_while_commands_are_decided_anew_leaves_none_without_an_answer()
    {
        var bench = Opened(100);
        var all = new[] { bench.Deposit("a", 1), bench.Deposit("b", 2), bench.Deposit("c", 4) };
        foreach (var held in bench.Journal.InFlight.ToList())
        {
            held.Drop();
        }

        bench.Journal.AppendFailure = new InvalidOperationException("Scripted.");
        bench.Run();
        bench.Advance(TimeSpan.FromSeconds(1));
        Assert.All(all, answer => Assert.True(answer.IsFaulted));
    }

    [Fact]
    public void A_full_journal_is_told_at_once_and_uses_the_request_id_not_up()
    {
        var bench = Opened();
        bench.Journal.AppendFailure = new JournalOverloadedException("Scripted.");
        Assert.Equal(NotDecidedReason.Overloaded, NotDecided(bench.Deposit("r", 100)));
        bench.Journal.AppendFailure = null;
        var again = bench.Deposit("r", 200);
        bench.Commit();
        Assert.Equal(200, Accepted(again).Entry.BalanceAfterMinor);
    }

    [Fact]
    public void A_wallet_takes_only_so_many_commands_at_a_time()
    {
        var bench = Opened();
        var pending = Enumerable.Range(0, Limits.MaxPendingPerWallet).Select(i => bench.Deposit($"r{i}", 1)).ToList();
        Assert.Equal(NotDecidedReason.Overloaded, NotDecided(bench.Deposit("one more", 1)));
        var joined = bench.Deposit("r0", 1);
        bench.Commit();
        Assert.All(pending, answer => Accepted(answer));
        Accepted(joined);
        var again = bench.Deposit("one more", 1);
        bench.Commit();
        Accepted(again);
    }

    [Fact]
    public void A_wallet_that_is_not_there_answers_so_and_can_be_opened_afterwards()
    {
        var bench = new WalletBench();
        Assert.Equal(NotDecidedReason.WalletNotFound, NotDecided(bench.Deposit("r", 100)));
        Assert.Null(Answered(bench.Get()));
        bench.Open();
        var again = bench.Deposit("r", 100);
        bench.Commit();
        Assert.False(Accepted(again).Replayed);
    }

    private static WalletBench AnotherActivationOf(WalletBench bench) =>
        new(bench.Journal.OtherSilo(), bench.Time, bench.WalletId);
}
