using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Grains.Wallets;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Grains.Tests.Wallets;

public sealed class RecentDecisionsTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly RecentDecisions _recent;

    public RecentDecisionsTests() => _recent = new RecentDecisions(_time);

    [Fact]
    public void A_busy_wallet_remembers_so_many_decisions_and_no_more()
    {
        Add(0, GrainLimits.MaxRememberedDecisions + 10);
        Assert.Equal(GrainLimits.MaxRememberedDecisions, Remembered(GrainLimits.MaxRememberedDecisions + 10));
        Assert.False(Remembers(9));
        Assert.True(Remembers(10));
    }

    [Fact]
    public void A_decision_is_remembered_as_long_as_its_caller_may_still_wait()
    {
        Add(0, 1_000);
        _time.Advance(GrainLimits.RememberDecisions);
        Add(1_000, 1);
        Assert.Equal(1_001, Remembered(1_001));
    }

    [Fact]
    public void Older_ones_are_forgotten_down_to_the_smallest_number()
    {
        Add(0, 1_000);
        _time.Advance(GrainLimits.RememberDecisions + TimeSpan.FromMilliseconds(1));
        Add(1_000, 1);
        Assert.Equal(GrainLimits.MinRememberedDecisions, Remembered(1_001));
        Assert.True(Remembers(1_000));
    }

    [Fact]
    public void The_first_decision_under_an_id_stays()
    {
        var first = new DecidedCommand(new byte[16], WalletRefusal.InsufficientFunds);
        _recent.Add(Id(0), first);
        _recent.Add(Id(0), new DecidedCommand(new byte[16], WalletRefusal.AmountTooLarge));
        Assert.True(_recent.TryFind(Id(0), out var found));
        Assert.Same(first, found);
    }

    private static RequestId Id(int number) => RequestId.FromClient($"r{number}");

    private void Add(int first, int count)
    {
        for (var i = first; i < first + count; i++)
        {
            _recent.Add(Id(i), new DecidedCommand(new byte[16], WalletRefusal.InsufficientFunds));
        }
    }

    private bool Remembers(int number) => _recent.TryFind(Id(number), out _);

    private int Remembered(int count) => Enumerable.Range(0, count).Count(Remembers);
}
