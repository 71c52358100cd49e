using WalletGrains.Contracts;
using WalletGrains.Contracts.Fraud;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Fraud;
using WalletGrains.Domain.Wallets;
using WalletGrains.Grains.Fraud;
using WalletGrains.Grains.Tests.Wallets;
using WalletGrains.Journal;
using Xunit;
using static WalletGrains.Grains.Tests.Wallets.WalletBench;

namespace WalletGrains.Grains.Tests.Fraud;

/// <summary>The rule that refuses what leaves too often counts what is durable and what is on its way, on whichever activation.</summary>
public sealed class FrequencyRefusalTests
{
    private static readonly FraudGate Gate = Options.ToGate();

    private static FraudOptions Options => new() { Frequency = new() { Count = 3, WindowSeconds = 60, Action = FraudAction.Refuse } };

    [Fact]
    public void The_one_too_many_is_refused_in_the_batch_of_those_before_it_and_stays_refused()
    {
        Options.Validate();
        var bench = OpenedWith(new ScriptedJournal());
        var answers = new[] { "one", "two", "three", "four" }.Select(id => bench.Withdraw(id, 10)).ToList();
        Assert.Equal(4, bench.Journal.InFlight.Count);
        Assert.DoesNotContain(answers, answer => answer.IsCompleted);
        bench.Commit();
        Accepted(answers[0]);
        Accepted(answers[1]);
        Assert.All(answers[2..], answer => Assert.Equal(WalletRefusal.LimitExceeded, Refused(answer).Refusal));

        // Its id is used up, an accepted one is answered as it was, and another is taken when the window has moved on.
        bench.Advance(TimeSpan.FromSeconds(60));
        var (again, first, next) = (bench.Withdraw("three", 10), bench.Withdraw("one", 10), bench.Withdraw("five", 10));
        bench.Commit();
        Assert.True(Refused(again).Replayed);
        Assert.True(Accepted(first).Replayed);
        Accepted(next);
        Assert.Equal(970, bench.Balance());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(JournalLimits.MaxPage)]
    public void A_wallet_that_is_loaded_anew_counts_what_its_journal_has(int depositsBefore)
    {
        var bench = OpenedWith(new ScriptedJournal());
        for (var i = 0; i < depositsBefore; i++)
        {
            _ = bench.Deposit($"deposit {i}", 1);
            bench.Commit();
        }

        _ = bench.Withdraw("one", 10);
        bench.Commit();
        bench.Advance(TimeSpan.FromSeconds(30));
        _ = bench.Withdraw("two", 10);
        bench.Commit();

        var anew = new WalletBench(bench.Journal.OtherSilo(), bench.Time, bench.WalletId, Gate);
        var third = anew.Withdraw("three", 10);
        anew.Commit();
        Assert.Equal(WalletRefusal.LimitExceeded, Refused(third).Refusal);

        anew.Advance(TimeSpan.FromSeconds(30));
        var later = new WalletBench(bench.Journal.OtherSilo(), bench.Time, bench.WalletId, Gate);
        var (fourth, fifth) = (later.Withdraw("four", 10), later.Withdraw("five", 10));
        later.Commit();
        Accepted(fourth);
        Assert.Equal(WalletRefusal.LimitExceeded, Refused(fifth).Refusal);
    }

    [Fact]
    public void What_another_activation_let_go_counts_as_well()
    {
        var bench = OpenedWith(new ScriptedJournal());
        var other = new WalletBench(bench.Journal.OtherSilo(), bench.Time, bench.WalletId, Gate);
        foreach (var id in new[] { "one", "two" })
        {
            var gone = other.Withdraw(id, 10);
            other.Commit();
            Accepted(gone);
        }

        // Decided on what it knows, it would be accepted; the fence has it decided again.
        var third = bench.Withdraw("three", 10);
        bench.Commit();
        Assert.Equal(WalletRefusal.LimitExceeded, Refused(third).Refusal);
        Assert.Equal(980, bench.Balance());
    }

    [Fact]
    public void A_journal_that_is_away_while_withdrawals_are_counted_keeps_the_command_waiting()
    {
        var bench = OpenedWith(new ScriptedJournal());
        _ = bench.Withdraw("one", 10);
        _ = bench.Withdraw("two", 10);
        bench.Commit();
        var anew = new WalletBench(bench.Journal.OtherSilo(), bench.Time, bench.WalletId, Gate);
        anew.Journal.EntriesFailure = new JournalUnavailableException("Scripted.");
        var third = anew.Withdraw("three", 10);
        Assert.Empty(anew.Journal.InFlight);
        anew.Journal.EntriesFailure = null;
        anew.Advance(GrainLimits.MaxReloadDelay);
        anew.Commit();
        Assert.Equal(WalletRefusal.LimitExceeded, Refused(third).Refusal);
    }

    [Fact]
    public void An_entry_that_no_event_makes_counts_for_nothing_and_its_wallet_goes_on()
    {
        var bench = OpenedWith(new ScriptedJournal());
        _ = bench.Withdraw("one", 10);
        _ = bench.Withdraw("two", 10);
        bench.Commit();
        var anew = new WalletBench(bench.Journal.OtherSilo(), bench.Time, bench.WalletId, Gate);
        anew.Journal.Misread = row => EntryContent.Decode(row.Content) is var entry && entry.RequestId == RequestId.FromClient("one")
            ? row with { Content = EntryContent.Encode(entry with { Type = EntryType.BillPayment }) }
            : row;

        var (third, fourth) = (anew.Withdraw("three", 10), anew.Withdraw("four", 10));
        anew.Commit();
        Accepted(third);
        Assert.Equal(WalletRefusal.LimitExceeded, Refused(fourth).Refusal);
    }

    [Fact]
    public void A_wallet_without_the_rule_reads_no_history()
    {
        var bench = Opened(1_000);
        bench.Journal.EntriesFailure = new InvalidOperationException("Nobody asks for it.");
        var anew = new WalletBench(bench.Journal, bench.Time, bench.WalletId);
        var gone = anew.Withdraw("one", 10);
        anew.Commit();
        Accepted(gone);
    }

    private static WalletBench OpenedWith(ScriptedJournal journal)
    {
        var bench = new WalletBench(journal, gate: Gate);
        bench.Open();
        var opening = bench.Deposit("opening", 1_000);
        bench.Commit();
        Accepted(opening);
        return bench;
    }
}
