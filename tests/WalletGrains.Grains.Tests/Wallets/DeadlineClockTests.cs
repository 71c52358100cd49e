using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Grains.Tests.Wallets;

public sealed class DeadlineClockTests
{
    private readonly ManualTimeProvider _time = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(249)]
    [InlineData(250)]
    [InlineData(251)]
    [InlineData(10_000)]
    public void A_waiter_is_woken_no_earlier_than_it_asked_for_and_no_later_than_the_resolution(int milliseconds)
    {
        _time.Advance(TimeSpan.FromMilliseconds(137));
        var wait = new DeadlineClock(_time).WaitAsync(TimeSpan.FromMilliseconds(milliseconds));

        _time.Advance(TimeSpan.FromMilliseconds(Math.Max(0, milliseconds - 1)));
        Assert.False(wait.IsCompleted);

        _time.Advance(DeadlineClock.Resolution + TimeSpan.FromMilliseconds(2));
        Assert.True(wait.IsCompletedSuccessfully);
    }

    [Fact]
    public void Waiters_of_the_same_quarter_of_a_second_share_a_timer_and_later_ones_do_not()
    {
        var clock = new DeadlineClock(_time);
        var first = clock.WaitAsync(TimeSpan.FromMilliseconds(1_010));

        Assert.Same(first, clock.WaitAsync(TimeSpan.FromMilliseconds(1_200)));
        Assert.NotSame(first, clock.WaitAsync(TimeSpan.FromMilliseconds(1_300)));
    }

    [Fact]
    public void A_time_that_was_waited_for_is_forgotten()
    {
        var clock = new DeadlineClock(_time);
        var first = clock.WaitAsync(TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(first.IsCompletedSuccessfully);

        var second = clock.WaitAsync(TimeSpan.FromSeconds(1));
        Assert.False(second.IsCompleted);
    }
}
