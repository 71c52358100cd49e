using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Journal.Tests.Embedded;

public sealed class ManualTimeProviderTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public void Time_stands_still_until_it_is_moved()
    {
        var time = new ManualTimeProvider();
        var begin = time.GetTimestamp();
        Assert.Equal(TimeSpan.Zero, time.GetElapsedTime(begin));

        time.Advance(3 * Second);

        Assert.Equal(3 * Second, time.GetElapsedTime(begin));
    }

    [Fact]
    public void Timers_fire_in_order_of_their_due_times_with_the_clock_at_each()
    {
        var time = new ManualTimeProvider();
        var begin = time.GetUtcNow();
        var fired = new List<(string, TimeSpan)>();
        using var late = time.CreateTimer(_ => fired.Add(("late", time.GetUtcNow() - begin)), null, 3 * Second, Timeout.InfiniteTimeSpan);
        using var early = time.CreateTimer(_ => fired.Add(("early", time.GetUtcNow() - begin)), null, Second, Timeout.InfiniteTimeSpan);
        using var periodic = time.CreateTimer(_ => fired.Add(("periodic", time.GetUtcNow() - begin)), null, 2 * Second, 2 * Second);

        time.Advance(4 * Second);

        Assert.Equal([("early", Second), ("periodic", 2 * Second), ("late", 3 * Second), ("periodic", 4 * Second)], fired);
        Assert.Equal(4 * Second, time.GetUtcNow() - begin);
    }

    [Fact]
    public void A_disposed_timer_never_fires_and_a_changed_one_at_its_new_time()
    {
        var time = new ManualTimeProvider();
        var fired = 0;
        var disposed = time.CreateTimer(_ => fired += 100, null, Second, Second);
        using var changed = time.CreateTimer(_ => fired++, null, Second, Timeout.InfiniteTimeSpan);
        disposed.Dispose();
        changed.Change(5 * Second, Timeout.InfiniteTimeSpan);

        time.Advance(4 * Second);
        Assert.Equal(0, fired);
        time.Advance(Second);
        Assert.Equal(1, fired);
    }

    [Fact]
    public async Task A_delay_ends_when_the_clock_gets_there()
    {
        var time = new ManualTimeProvider();
        var delay = Task.Delay(TimeSpan.FromMinutes(10), time, Cancelled);
        await time.WaitForTimersAsync(1, Cancelled);

        time.Advance(TimeSpan.FromMinutes(9));
        Assert.False(delay.IsCompleted);
        time.Advance(TimeSpan.FromMinutes(1));
        await delay;
    }

    [Fact]
    public void A_cancellation_deadline_follows_the_clock()
    {
        var time = new ManualTimeProvider();
        using var deadline = new CancellationTokenSource(Second, time);

        time.Advance(Second);

        Assert.True(deadline.IsCancellationRequested);
    }

    [Fact]
    public async Task Waiting_for_a_timer_ends_when_the_code_under_test_makes_one()
    {
        var time = new ManualTimeProvider();
        var waiting = time.WaitForTimersAsync(2, Cancelled);
        using var one = time.CreateTimer(_ => { }, null, Second, Timeout.InfiniteTimeSpan);
        Assert.False(waiting.IsCompleted);

        using var two = time.CreateTimer(_ => { }, null, Second, Timeout.InfiniteTimeSpan);

        await waiting;
    }
}
