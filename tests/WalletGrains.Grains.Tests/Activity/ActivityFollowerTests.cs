using WalletGrains.Contracts.Activity;
using Xunit;

namespace WalletGrains.Grains.Tests.Activity;

/// <summary>Whatever becomes of messages, a follower takes every event once and in order.</summary>
public sealed class ActivityFollowerTests
{
    private readonly List<long> _taken = [];
    private readonly List<long> _reads = [];
    private long _end;

    [Fact]
    public async Task Batches_that_follow_one_another_are_taken_from_the_messages()
    {
        var follower = new ActivityFollower(1, 0);
        foreach (var batch in Messages(4))
        {
            await HearAsync(follower, batch);
        }

        Assert.Equal([0, 1, 2, 3], _taken);
        Assert.Empty(_reads);
    }

    [Fact]
    public async Task A_message_that_comes_twice_or_late_is_ignored()
    {
        var follower = new ActivityFollower(1, 0);
        var messages = Messages(3);
        foreach (var batch in new[] { messages[0], messages[0], messages[1], messages[0], messages[2], messages[1] })
        {
            await HearAsync(follower, batch);
        }

        Assert.Equal([0, 1, 2], _taken);
        Assert.Empty(_reads);
    }

    [Fact]
    public async Task What_a_lost_message_told_is_read()
    {
        var follower = new ActivityFollower(1, 0);
        var messages = Messages(5);
        await HearAsync(follower, messages[0]);
        await HearAsync(follower, messages[3]);
        await HearAsync(follower, messages[4]);
        Assert.Equal([0, 1, 2, 3, 4], _taken);
        Assert.Equal([1, 2, 3], _reads);
    }

    [Fact]
    public async Task A_message_without_events_tells_where_there_are_some()
    {
        var follower = new ActivityFollower(1, 0);
        var message = Messages(1)[0];
        await HearAsync(follower, message with { Events = null });
        Assert.Equal([0], _taken);
        Assert.Equal([0], _reads);
    }

    [Fact]
    public async Task A_batch_that_could_not_be_taken_comes_again()
    {
        var follower = new ActivityFollower(1, 0);
        follower.Hear(Messages(1)[0]);
        await Assert.ThrowsAsync<InvalidOperationException>(() => follower.AdvanceAsync(ReadAsync, _ => throw new InvalidOperationException("away")));
        Assert.Equal(0, follower.Position);
        Assert.True(follower.IsBehind);
        await follower.AdvanceAsync(ReadAsync, TakeAsync);
        Assert.Equal([0], _taken);
    }

    [Fact]
    public async Task What_cannot_be_read_yet_is_left_to_the_next_message()
    {
        var follower = new ActivityFollower(1, 0);
        var messages = Messages(2);
        _end = 0;
        follower.Hear(messages[1]);
        Assert.False(await follower.AdvanceAsync(ReadAsync, TakeAsync));
        Assert.Empty(_taken);

        _end = 2;
        await HearAsync(follower, messages[1]);
        Assert.Equal([0, 1], _taken);
    }

    [Fact]
    public async Task A_message_that_nothing_has_happened_hides_nothing_that_happens_later()
    {
        var follower = new ActivityFollower(1, 0);
        var messages = Messages(3);
        await HearAsync(follower, new ActivityBatch(0, 1, 0, 0, []));
        await HearAsync(follower, messages[2]);
        Assert.Equal([0, 1, 2], _taken);

        await HearAsync(follower, new ActivityBatch(0, 1, 3, 3, []));
        _end = 5;
        await HearAsync(follower, Batch(4));
        Assert.Equal([0, 1, 2, 3, 4], _taken);
    }

    [Fact]
    public async Task Where_no_message_comes_a_look_finds_what_is_there()
    {
        var follower = new ActivityFollower(1, 0);
        follower.Look();
        Assert.False(await follower.AdvanceAsync(ReadAsync, TakeAsync));
        Assert.False(follower.IsBehind);

        _end = 2;
        follower.Look();
        await follower.AdvanceAsync(ReadAsync, TakeAsync);
        follower.Look();
        await follower.AdvanceAsync(ReadAsync, TakeAsync);
        Assert.Equal([0, 1], _taken);
    }

    [Fact]
    public async Task Batches_of_another_division_of_the_wallets_are_not_taken()
    {
        var follower = new ActivityFollower(1, 0);
        var messages = Messages(2);
        Assert.False(follower.Hear(messages[0] with { Partitions = 2, Events = [] }));
        Assert.False(follower.IsBehind);
        Assert.True(follower.Hear(messages[0]));
        await HearAsync(follower, messages[1]);
        Assert.Equal([0, 1], _taken);

        follower.Look();
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => follower.AdvanceAsync(from => Task.FromResult(new ActivityBatch(0, 2, from, from + 1, [])), TakeAsync));
        Assert.Equal(2, follower.Position);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task In_any_order_with_repeats_and_losses_each_event_is_taken_once(int seed)
    {
        var random = new Random(seed);
        var follower = new ActivityFollower(1, 0);
        var messages = Messages(200);
        foreach (var batch in messages.Concat(messages).Where(_ => random.Next(3) > 0).OrderBy(batch => batch.From + random.Next(20)).Append(messages[^1]))
        {
            await HearAsync(follower, batch);
        }

        Assert.Equal(Enumerable.Range(0, 200).Select(version => (long)version), _taken);
    }

    private async Task HearAsync(ActivityFollower follower, ActivityBatch batch)
    {
        follower.Hear(batch);
        while (await follower.AdvanceAsync(ReadAsync, TakeAsync))
        {
        }
    }

    private List<ActivityBatch> Messages(int count)
    {
        _end = count;
        return Enumerable.Range(0, count).Select(position => Batch(position)).ToList();
    }

    private static ActivityBatch Batch(long position) => new(0, 1, position, position + 1, [new ActivityEvent(Guid.Empty, position, null)]);

    private Task<ActivityBatch> ReadAsync(long from)
    {
        _reads.Add(from);
        return Task.FromResult(from < _end ? Batch(from) : new ActivityBatch(0, 1, from, from, []));
    }

    private Task TakeAsync(ActivityBatch batch)
    {
        _taken.AddRange(batch.Events!.Select(happened => happened.Version));
        return Task.CompletedTask;
    }
}
