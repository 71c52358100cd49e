using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Journal;
using Xunit;
using static WalletGrains.Grains.Tests.Wallets.WalletBench;

namespace WalletGrains.Grains.Tests.Wallets;

/// <summary>Outages in virtual time: nobody waits for ever, and nobody is told more than is known.</summary>
public sealed class WalletPipelineDeadlineTests
{
    private static readonly TimeSpan AlmostDeadline = Limits.DecisionDeadline - TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PastDeadline = Limits.DecisionDeadline + (2 * DeadlineClock.Resolution);
    private static readonly JournalUnavailableException Away = new("Scripted.");

    [Fact]
    public void While_the_journal_is_away_a_command_is_tried_until_the_deadline_and_then_unavailable()
    {
        var bench = Opened();
        var deposit = bench.Deposit("r", 100);
        bench.Journal.ReadFailure = Away;
        bench.Journal.InFlight[0].Drop();
        bench.Run();
        bench.Advance(AlmostDeadline);
        Assert.False(deposit.IsCompleted);
        bench.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(NotDecidedReason.Unavailable, NotDecided(deposit));

        bench.Journal.ReadFailure = null;
        bench.Advance(TimeSpan.FromSeconds(2));
        Assert.Empty(bench.Journal.InFlight);
        Assert.Empty(bench.Journal.Applied);
    }

    [Fact]
    public void Commands_that_were_answered_are_not_kept_behind_one_that_waits_for_a_read_whose_deadline_holds_all_the_same()
    {
        var bench = Opened();
        Accepted(CommitOne("again"));
        bench.Journal.HoldReads = true;
        var repeat = bench.Deposit("again", 1);
        var most = 0;
        for (var i = 0; i < 1_000; i++)
        {
            Accepted(CommitOne($"r{i}"));
            most = Math.Max(most, bench.Watched);
        }

        Assert.InRange(most, 1, GrainLimits.AnsweredKept + 4);
        Assert.False(repeat.IsCompleted);
        bench.Advance(PastDeadline);
        Assert.Equal(NotDecidedReason.Unavailable, NotDecided(repeat));

        Task<WalletOutcome> CommitOne(string id)
        {
            var answer = bench.Deposit(id, 1);
            bench.Commit();
            return answer;
        }
    }

    [Fact]
    public void A_journal_that_returns_before_the_deadline_decides_everything_in_its_order()
    {
        var bench = Opened(100);
        var first = bench.Withdraw("a", 80);
        var second = bench.Withdraw("b", 80);
        bench.Journal.ReadFailure = Away;
        foreach (var held in bench.Journal.InFlight.ToList())
        {
            held.Drop();
        }

        bench.Run();
        bench.Advance(TimeSpan.FromSeconds(5));
        var late = bench.Deposit("c", 60);
        bench.Journal.ReadFailure = null;
        bench.Advance(TimeSpan.FromSeconds(1));
        bench.Commit();
        Accepted(first);
        Refused(second);
        Assert.Equal(80, Accepted(late).Entry.BalanceAfterMinor);
    }

    [Fact]
    public void After_a_lost_answer_the_deadline_says_unknown_and_a_retry_finds_out()
    {
        var bench = Opened();
        var deposit = bench.Deposit("r", 100);
        bench.Journal.ReadFailure = Away;
        bench.Journal.InFlight[0].CommitAndLoseAnswer();
        bench.Run();
        bench.Advance(PastDeadline);
        Assert.Equal(NotDecidedReason.OutcomeUnknown, NotDecided(deposit));

        bench.Journal.ReadFailure = null;
        bench.Advance(TimeSpan.FromSeconds(1));
        var retry = bench.Deposit("r", 100);
        bench.Commit();
        Assert.Equal((100, true), (Accepted(retry).Entry.BalanceAfterMinor, Accepted(retry).Replayed));
    }

    [Fact]
    public void After_a_lost_answer_no_later_failure_is_told_as_definite()
    {
        var bench = Opened();
        var deposit = bench.Deposit("r", 100);
        bench.Journal.InFlight[0].LoseAnswer();
        bench.Run();
        bench.Advance(TimeSpan.FromSeconds(1));
        bench.Journal.InFlight[0].Reject();
        bench.Run();
        Assert.Equal(NotDecidedReason.OutcomeUnknown, NotDecided(deposit));
    }

    [Fact]
    public void A_commit_that_gives_no_sign_of_life_is_unknown_after_the_deadline_and_recalled_when_it_ends()
    {
        var bench = Opened();
        var deposit = bench.Deposit("r", 100);
        bench.Advance(AlmostDeadline);
        Assert.False(deposit.IsCompleted);
        bench.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(NotDecidedReason.OutcomeUnknown, NotDecided(deposit));
        Assert.Equal(NotDecidedReason.OutcomeUnknown, NotDecided(bench.Deposit("r", 100)));
        Assert.Equal(NotDecidedReason.Unavailable, NotDecided(bench.Deposit("r", 200)));

        bench.Commit();
        Assert.True(Accepted(bench.Deposit("r", 100)).Replayed);
        Assert.Equal(NotDecidedReason.RequestIdReused, NotDecided(bench.Deposit("r", 200)));
        Assert.Equal(100, bench.Balance());
    }

    [Fact]
    public void A_command_whose_caller_has_gone_is_not_tried_again()
    {
        var bench = Opened();
        var gone = bench.Deposit("r", 100);
        bench.Advance(PastDeadline);
        NotDecided(gone);
        bench.Journal.InFlight[0].Drop();
        bench.Run();
        bench.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(bench.Journal.InFlight);
        var again = bench.Deposit("r", 100);
        bench.Advance(TimeSpan.FromSeconds(1));
        bench.Commit();
        Assert.False(Accepted(again).Replayed);
        Assert.Equal(100, bench.Balance());
    }

    [Fact]
    public void Commands_that_wait_for_a_commit_without_a_sign_of_life_are_unavailable_after_the_deadline()
    {
        var bench = Opened();
        var stuck = bench.Deposit("stuck", 1);
        var rejected = bench.Deposit("rejected", 2);
        bench.Journal.InFlight[1].Reject();
        bench.Run();
        var waiting = bench.Deposit("waiting", 4);
        bench.Advance(PastDeadline);
        Assert.True(rejected.IsFaulted);
        Assert.Equal(NotDecidedReason.OutcomeUnknown, NotDecided(stuck));
        Assert.Equal(NotDecidedReason.Unavailable, NotDecided(waiting));
        bench.Commit();
        Assert.Equal(1, bench.Balance());
    }

    [Fact]
    public void A_reader_of_a_wallet_that_is_not_in_memory_is_told_when_the_journal_is_away()
    {
        var bench = new WalletBench();
        bench.Open();
        var cold = new WalletBench(bench.Journal, bench.Time, bench.WalletId);
        cold.Journal.ReadFailure = Away;
        Assert.IsType<UnavailableException>(cold.Get().Exception!.InnerException);
    }

    [Fact]
    public void A_reader_waits_no_longer_than_the_deadline_however_many_commands_wait_with_it()
    {
        var bench = new WalletBench();
        bench.Open();
        var cold = new WalletBench(bench.Journal, bench.Time, bench.WalletId);
        cold.Journal.ReadFailure = Away;
        _ = cold.Deposit("first", 1);
        var reader = cold.Get();
        for (var i = 0; i < 11; i++)
        {
            _ = cold.Deposit($"r{i}", 1);
            cold.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.IsType<UnavailableException>(reader.Exception!.InnerException);
    }

    [Fact]
    public void A_load_that_fails_for_another_reason_reaches_the_reader_and_every_command()
    {
        var bench = new WalletBench();
        bench.Open();
        var cold = new WalletBench(bench.Journal, bench.Time, bench.WalletId);
        cold.Journal.ReadFailure = new FormatException("Scripted.");
        cold.Journal.HoldReads = true;
        var (reader, command) = (cold.Get(), cold.Deposit("r", 1));
        cold.Journal.ReleaseReads();
        cold.Run();
        Assert.IsType<FormatException>(reader.Exception!.InnerException);
        Assert.IsType<FormatException>(command.Exception!.InnerException);

        cold.Journal.ReadFailure = null;
        var again = cold.Deposit("r", 1);
        cold.Commit();
        Accepted(again);
    }

    [Fact]
    public void A_journal_that_reads_and_cannot_write_is_not_stormed()
    {
        var bench = Opened();
        var deposit = bench.Deposit("r", 100);
        var attempts = 0;
        for (var elapsed = TimeSpan.Zero; elapsed < PastDeadline; elapsed += TimeSpan.FromMilliseconds(50))
        {
            while (bench.Journal.InFlight.Count > 0 && attempts < 1_000)
            {
                attempts++;
                bench.Journal.InFlight[0].Drop();
                bench.Run();
            }

            bench.Advance(TimeSpan.FromMilliseconds(50));
        }

        Assert.Equal(NotDecidedReason.Unavailable, NotDecided(deposit));
        Assert.InRange(attempts, 10, 40);
    }
}
