using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;
using WalletGrains.Journal;
using Xunit;

namespace WalletGrains.Grains.Tests.Wallets;

/// <summary>A thousand random lives against a model that knows nothing but deposits, withdrawals and request ids.</summary>
public sealed class WalletScheduleTests
{
    private const int SeedsPerCase = 100;

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(200)]
    [InlineData(300)]
    [InlineData(400)]
    [InlineData(500)]
    [InlineData(600)]
    [InlineData(700)]
    [InlineData(800)]
    [InlineData(900)]
    public void Whatever_happens_in_whatever_order_each_request_has_one_effect_and_one_answer(int firstSeed)
    {
        for (var seed = firstSeed; seed < firstSeed + SeedsPerCase; seed++)
        {
            try
            {
                var schedule = new WalletSchedule(seed);
                schedule.Run();
                CheckJournal(schedule.Applied);
                CheckAnswers(schedule);
                CheckNotDecided(schedule);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {seed} fails: {e.Message}", e);
            }
        }
    }

    /// <summary>What is durable is what a wallet would have done that decides one command after the other.</summary>
    private static void CheckJournal(IReadOnlyList<WalletAppend> applied)
    {
        var (balance, version, revision) = (0L, 0L, 0L);
        var ids = new HashSet<string>();
        byte[]? hash = null;
        foreach (var append in applied)
        {
            Assert.True(ids.Add(append.RequestId), $"Request {append.RequestId} is decided twice.");
            Assert.Equal(++revision, append.Head.Revision);
            if (append.Entry is { } row)
            {
                var entry = EntryContent.Decode(row.Content);
                Assert.Equal((++version, balance), (entry.Version, entry.BalanceBeforeMinor));
                balance += entry.Type is EntryType.Fund ? entry.Amount.MinorUnits : -entry.Amount.MinorUnits;
                Assert.True(balance >= 0, "The balance is negative.");
                Assert.Equal(balance, entry.BalanceAfterMinor);
                Assert.True(hash is null || HashChain.Next(hash, row.Content.Span).AsSpan().SequenceEqual(row.Hash.Span), "The hash chain is broken.");
                hash = row.Hash.ToArray();
            }

            Assert.Equal((balance, version), (append.Head.BalanceMinor, append.Head.Version));
        }
    }

    private static void CheckAnswers(WalletSchedule schedule)
    {
        var durable = schedule.Applied.ToDictionary(append => append.RequestId);
        var balanceBefore = schedule.Applied.Zip(schedule.Applied.Skip(1)).ToDictionary(pair => pair.Second.RequestId, pair => pair.First.Head.BalanceMinor);
        foreach (var request in schedule.Calls.GroupBy(call => call.Command.RequestId))
        {
            Assert.All(request, call => Assert.True(call.Answer.IsCompletedSuccessfully, $"{request.Key} has no answer."));
            var answers = request.Select(call => (call.Command, Outcome: WalletBench.Answered(call.Answer))).ToList();
            var decision = durable.GetValueOrDefault(request.Key.Value);
            Assert.NotNull(decision);
            foreach (var (command, outcome) in answers)
            {
                CheckAnswer(command, outcome, decision, balanceBefore.GetValueOrDefault(request.Key.Value));
            }

            Assert.True(answers.Count(answer => answer.Outcome is WalletOutcome.Accepted { Replayed: false }) <= 1, $"{request.Key} is new twice.");
        }
    }

    /// <summary>Not decided means that nothing happened, unless it is said to be unknown; in good health everything is decided.</summary>
    private static void CheckNotDecided(WalletSchedule schedule)
    {
        var durable = schedule.Applied.Take(schedule.AppliedBeforeRepeats).Select(append => append.RequestId).ToHashSet();
        foreach (var request in schedule.Calls.Take(schedule.CallsBeforeRepeats).GroupBy(call => call.Command.RequestId))
        {
            var nothingHappened = request.All(call =>
                WalletBench.Answered(call.Answer) is WalletOutcome.NotDecided { Reason: NotDecidedReason.Unavailable or NotDecidedReason.Overloaded });
            Assert.False(nothingHappened && durable.Contains(request.Key.Value), $"{request.Key} was said not to have happened, and is durable.");
        }

        Assert.All(schedule.Calls.Skip(schedule.CallsBeforeRepeats), call => Assert.True(
            WalletBench.Answered(call.Answer) is WalletOutcome.Accepted or WalletOutcome.Refused or WalletOutcome.NotDecided { Reason: NotDecidedReason.RequestIdReused },
            $"{call.Command.RequestId} is not decided in good health."));
    }

    private static void CheckAnswer(MoneyCommand command, WalletOutcome outcome, WalletAppend decision, long balanceBefore)
    {
        var isSame = Fingerprint.Of(command).AsSpan().SequenceEqual((decision.Entry?.Fingerprint ?? decision.Refusal!.Fingerprint).Span);
        switch (outcome)
        {
            case WalletOutcome.Accepted accepted:
                Assert.True(isSame && decision.Entry is not null);
                Assert.Equal(EntryContent.Decode(decision.Entry.Content), accepted.Entry);
                break;
            case WalletOutcome.Refused refused:
                Assert.True(isSame && decision.Refusal is not null);
                Assert.Equal(WalletRefusal.InsufficientFunds, refused.Refusal);
                Assert.True(command is Withdraw && command.Amount.MinorUnits > balanceBefore, "A refusal without a reason.");
                break;
            case WalletOutcome.NotDecided { Reason: NotDecidedReason.RequestIdReused } reused:
                Assert.False(isSame);
                Assert.Equal(decision.Entry?.EntryId, reused.OriginalEntryId);
                break;
            default:
                Assert.IsType<WalletOutcome.NotDecided>(outcome);
                break;
        }
    }
}
