using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Journal;
using Xunit;
using static WalletGrains.Grains.Tests.Wallets.WalletBench;

namespace WalletGrains.Grains.Tests.Wallets;

/// <summary>One effect for each request id, for ever.</summary>
public sealed class WalletPipelineRequestIdTests
{
    [Fact]
    public void The_same_request_in_flight_joins_the_first_and_gets_its_answer()
    {
        var bench = Opened();
        var all = Enumerable.Range(0, 50).Select(_ => bench.Deposit("r", 100)).ToList();
        Assert.Single(bench.Journal.InFlight);
        bench.Commit();
        var entry = Accepted(all[0]).Entry;
        Assert.All(all, answer => Assert.Equal(entry, Accepted(answer).Entry));
        Assert.Equal(1, all.Count(answer => !Accepted(answer).Replayed));
        Assert.Equal(100, bench.Balance());
    }

    [Fact]
    public void The_same_request_joins_a_refusal_too()
    {
        var bench = Opened();
        var first = bench.Withdraw("r", 100);
        var second = bench.Withdraw("r", 100);
        bench.Commit();
        Assert.False(Refused(first).Replayed);
        Assert.True(Refused(second).Replayed);
        Assert.Single(bench.Journal.Applied);
    }

    [Fact]
    public void The_same_id_with_other_content_is_told_so_only_when_the_first_is_durable()
    {
        var bench = Opened();
        var first = bench.Deposit("r", 100);
        var other = bench.Deposit("r", 200);
        Assert.False(other.IsCompleted);
        bench.Commit();
        Assert.Equal(NotDecidedReason.RequestIdReused, NotDecided(other));
        Assert.Equal(Accepted(first).Entry.EntryId, Assert.IsType<WalletOutcome.NotDecided>(Answered(other)).OriginalEntryId);
    }

    [Fact]
    public void The_same_id_with_other_content_takes_the_place_of_a_first_that_was_not_decided()
    {
        var bench = Opened();
        var first = bench.Deposit("r", 100);
        var other = bench.Deposit("r", 200);
        bench.Journal.InFlight[0].Reject();
        bench.Run();
        bench.Commit();
        Assert.True(first.IsFaulted);
        Assert.Equal(200, Accepted(other).Entry.BalanceAfterMinor);
    }

    [Fact]
    public void A_repeat_is_looked_up_and_answered_without_an_append_refusals_included()
    {
        var bench = Opened();
        var deposit = bench.Deposit("in", 100);
        var refusal = bench.Withdraw("out", 200);
        bench.Commit();
        _ = bench.Deposit("more", 200);
        bench.Commit();
        Assert.Equal(Accepted(deposit) with { Replayed = true }, Accepted(bench.Deposit("in", 100)));
        Assert.Equal(Refused(refusal) with { Replayed = true }, Refused(bench.Withdraw("out", 200)));
        Assert.Equal(NotDecidedReason.RequestIdReused, NotDecided(bench.Withdraw("out", 100)));
        Assert.Empty(bench.Journal.InFlight);
        Assert.Equal((2, 3), (bench.Journal.Loads, bench.Journal.LookUps));
    }

    [Fact]
    public void A_repeat_that_is_looked_up_holds_up_nobody_and_its_own_repeats_join_it()
    {
        var bench = Opened();
        _ = bench.Deposit("r", 100);
        bench.Commit();
        bench.Journal.HoldReads = true;
        var repeats = Enumerable.Range(0, 10).Select(_ => bench.Deposit("r", 100)).ToList();
        var next = bench.Deposit("next", 1);
        bench.Commit();
        Accepted(next);
        Assert.All(repeats, repeat => Assert.False(repeat.IsCompleted));
        bench.Journal.ReleaseReads();
        bench.Run();
        Assert.All(repeats, repeat => Assert.True(Accepted(repeat).Replayed));
        Assert.Equal(1, bench.Journal.LookUps);
        Assert.Equal(101, bench.Balance());
    }

    [Fact]
    public void A_repeat_whose_look_up_fails_is_answered_when_the_journal_is_back_and_told_so_when_it_is_not()
    {
        var bench = Opened();
        _ = bench.Deposit("r", 100);
        bench.Commit();
        bench.Journal.ReadFailure = new JournalUnavailableException("Scripted.");
        var answered = bench.Deposit("r", 100);
        bench.Advance(TimeSpan.FromSeconds(1));
        Assert.False(answered.IsCompleted);
        bench.Journal.ReadFailure = null;
        bench.Advance(TimeSpan.FromSeconds(1));
        Assert.True(Accepted(answered).Replayed);

        bench.Journal.ReadFailure = new JournalUnavailableException("Scripted.");
        var given = bench.Deposit("r", 100);
        bench.Advance(Limits.DecisionDeadline + TimeSpan.FromSeconds(1));
        Assert.Equal(NotDecidedReason.Unavailable, NotDecided(given));
    }

    [Fact]
    public void A_repeat_after_a_restart_is_looked_up_with_the_head()
    {
        var before = Opened();
        var deposit = before.Deposit("r", 100);
        before.Commit();
        var after = new WalletBench(before.Journal, before.Time, before.WalletId);
        Assert.Equal(Accepted(deposit) with { Replayed = true }, Accepted(after.Deposit("r", 100)));
        Assert.Empty(after.Journal.InFlight);
    }

    [Fact]
    public void An_old_request_is_found_by_the_unique_key_and_answered_as_it_was()
    {
        var before = Opened();
        var accepted = before.Deposit("old", 100);
        var refused = before.Withdraw("old refusal", 500);
        before.Commit();
        Fill(before, 40);

        var after = new WalletBench(before.Journal, before.Time, before.WalletId);
        Assert.Equal(140, after.Balance());
        var repeat = after.Deposit("old", 100);
        var repeatOfRefusal = after.Withdraw("old refusal", 500);
        var other = after.Deposit("old refusal", 1);
        Assert.False(repeat.IsCompleted);
        after.Commit();
        Assert.Equal(Accepted(accepted) with { Replayed = true }, Accepted(repeat));
        Assert.Equal(Refused(refused) with { Replayed = true }, Refused(repeatOfRefusal));
        Assert.Equal(NotDecidedReason.RequestIdReused, NotDecided(other));
        Assert.Equal(42, after.Journal.Applied.Count);
    }

    [Fact]
    public void An_old_request_with_other_content_is_refused_with_the_id_of_its_entry()
    {
        var before = Opened();
        var accepted = before.Deposit("old", 100);
        before.Commit();
        Fill(before, 40);
        var after = new WalletBench(before.Journal, before.Time, before.WalletId);
        Assert.Equal(140, after.Balance());
        var repeat = after.Deposit("old", 101);
        Assert.Single(after.Journal.InFlight);
        after.Commit();
        Assert.Equal(new WalletOutcome.NotDecided(NotDecidedReason.RequestIdReused, Accepted(accepted).Entry.EntryId), Answered(repeat));
    }

    [Fact]
    public void What_rides_behind_an_old_request_is_decided_all_the_same_in_its_order()
    {
        var before = Opened();
        _ = before.Deposit("old", 100);
        before.Commit();
        Fill(before, 40);
        var after = new WalletBench(before.Journal, before.Time, before.WalletId);
        Assert.Equal(140, after.Balance());
        var all = new[] { after.Deposit("a", 1), after.Deposit("old", 100), after.Withdraw("b", 141), after.Deposit("c", 5) };
        after.Commit();
        Assert.Equal([141L, 100, 0, 5], all.Select(answer => Accepted(answer).Entry.BalanceAfterMinor));
    }

    private static void Fill(WalletBench bench, int entries)
    {
        for (var i = 0; i < entries; i++)
        {
            _ = bench.Deposit($"fill{i}", 1);
        }

        bench.Commit();
    }
}
