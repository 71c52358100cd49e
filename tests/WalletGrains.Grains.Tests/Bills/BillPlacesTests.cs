using System.Text;
using WalletGrains.Grains.Bills;
using WalletGrains.Grains.Jobs;
using WalletGrains.Testing;
using Xunit;

namespace WalletGrains.Grains.Tests.Bills;

public sealed class BillPlacesTests
{
    private const int Places = 8;

    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Fast = TimeSpan.FromMilliseconds(20);

    private readonly ManualTimeProvider _time = new();
    private readonly PriorityQueue<Func<Task>, DateTimeOffset> _events = new();
    private int _looks;
    private int _ended;

    [Fact]
    public async Task A_slow_biller_has_its_places_and_leaves_the_others_theirs()
    {
        var (places, slow) = (new BillPlaces(2, _time), new TaskCompletionSource<JobOutcome>());
        var running = new[] { places.RunAsync(Of("slow"), () => slow.Task), places.RunAsync(Of("slow"), () => slow.Task) };
        Assert.IsType<JobOutcome.Postponed>(await places.RunAsync(Of("slow"), () => throw new InvalidOperationException("There is no place.")));
        Assert.IsType<JobOutcome.Done>(await places.RunAsync(Of("other"), Done));

        // A place is free again, also of one that threw.
        slow.SetException(new TimeoutException());
        foreach (var run in running)
        {
            await Assert.ThrowsAsync<TimeoutException>(() => run);
        }

        Assert.IsType<JobOutcome.Done>(await places.RunAsync(Of("slow"), Done));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(2_000)]
    public async Task However_many_wait_for_a_slow_biller_each_is_looked_at_a_few_times_a_minute_and_no_place_stays_empty_for_long(int jobs)
    {
        Begin(jobs, () => Slow);
        await RunAsync(TimeSpan.FromMinutes(1));
        Assert.InRange(_looks, jobs, jobs * 5);
        Assert.InRange(_ended, 4 * Places, 6 * Places);
        await RunAsync(TimeSpan.FromMinutes(1));
        Assert.InRange(_looks, jobs, jobs * 9);
        Assert.InRange(_ended, 10 * Places, 12 * Places);
    }

    [Fact]
    public async Task A_biller_that_becomes_slow_is_noticed_while_its_calls_are_under_way()
    {
        const int Jobs = 2_000;
        var becomesSlow = _time.GetUtcNow() + TimeSpan.FromSeconds(2);
        Begin(Jobs, () => _time.GetUtcNow() < becomesSlow ? Fast : Slow);
        await RunAsync(TimeSpan.FromSeconds(2));
        Assert.InRange(_ended, 500, 800);
        _looks = 0;
        await RunAsync(TimeSpan.FromMinutes(1));
        Assert.InRange(_looks, 0, Jobs * 5);
    }

    [Fact]
    public async Task A_fast_biller_is_kept_busy()
    {
        Begin(1_000, () => Fast);
        await RunAsync((1_000 / Places * Fast) + TimeSpan.FromSeconds(1));
        Assert.Equal(1_000, _ended);
        Assert.InRange(_looks, 1_000, 4_000);
    }

    [Fact]
    public async Task That_a_biller_is_left_alone_says_nothing_of_how_long_its_calls_take()
    {
        var places = new BillPlaces(1, _time);
        for (var i = 0; i < 10; i++)
        {
            await places.RunAsync(Of("slow"), () => Task.FromResult<JobOutcome>(new JobOutcome.Postponed(TimeSpan.FromSeconds(15))));
        }

        var call = new TaskCompletionSource<JobOutcome>();
        _ = places.RunAsync(Of("slow"), () => call.Task);
        var waits = Assert.IsType<JobOutcome.Postponed>(await places.RunAsync(Of("slow"), Done));
        Assert.Equal(BillerLimits.AssumedCallTime, waits.Wait);
    }

    /// <summary>Has a job looked at in each millisecond, and each again when it is to be.</summary>
    private void Begin(int jobs, Func<TimeSpan> callTime)
    {
        var places = new BillPlaces(Places, _time);
        for (var i = 0; i < jobs; i++)
        {
            var job = Of("biller");
            At(TimeSpan.FromMilliseconds(i), LookAsync);

            async Task LookAsync()
            {
                _looks++;
                var call = new TaskCompletionSource<JobOutcome>();
                var run = places.RunAsync(job, () => call.Task);
                if (run.IsCompleted && await run is JobOutcome.Postponed postponed)
                {
                    At(postponed.Wait, LookAsync);
                    return;
                }

                At(callTime(), async () =>
                {
                    call.SetResult(new JobOutcome.Done());
                    await run;
                    _ended++;
                });
            }
        }
    }

    private void At(TimeSpan wait, Func<Task> happens) => _events.Enqueue(happens, _time.GetUtcNow() + wait);

    /// <summary>Lets everything happen that does within so long.</summary>
    private async Task RunAsync(TimeSpan time)
    {
        var end = _time.GetUtcNow() + time;
        while (_events.TryPeek(out _, out var at) && at < end)
        {
            _time.Advance(at - _time.GetUtcNow());
            await _events.Dequeue()();
        }

        _time.Advance(end - _time.GetUtcNow());
    }

    private static Task<JobOutcome> Done() => Task.FromResult<JobOutcome>(new JobOutcome.Done());

    private static JobRun Of(string biller) => new(Guid.CreateVersion7(), "key", Encoding.UTF8.GetBytes(biller), default, default, 1);
}
