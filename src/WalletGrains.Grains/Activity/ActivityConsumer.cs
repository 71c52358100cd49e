using Microsoft.Extensions.Logging;
using WalletGrains.Contracts.Activity;
using WalletGrains.Journal;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Grains.Activity;

/// <summary>
/// Follows one partition for one consumer and has the effect of each event exactly once: effects collect in memory while the
/// consumer runs ahead of its durable position, and are written together with it, a few times a second. Whatever is lost in between is
/// made again from the journal.
/// </summary>
/// <remarks>
/// The durable place is the fence. When it does not stand where this activation left it, another one works, or a write whose answer
/// was lost has happened after all: then everything in memory is dropped, and it goes on from what is durable. For the turns of one activation.
/// An event that cannot be applied becomes a job, in the transaction of the position that passes it; its neighbours go on, however many fail. When all of a page
/// fails it is no event's fault, and the consumer waits instead, longer each time.
/// </remarks>
internal sealed partial class ActivityConsumer(
    string name,
    int partition,
    IActivityEffects effects,
    IActivityLog log,
    IActivityPositions positions,
    ActivityOptions options,
    ActivityMetrics metrics,
    IdGenerator ids,
    TimeProvider time,
    ILogger logger)
{
    private readonly List<NewJob> _failed = [];
    private ActivityFollower? _follower;
    private ConsumerPlace _written;
    private long _writtenAt;
    private long _heardAt;
    private long _failedAt;
    private TimeSpan _pause;

    /// <summary>How long until <see cref="GoOnAsync"/> has something to do, if no message comes before.</summary>
    public TimeSpan NextDue
    {
        get
        {
            if (IsPaused)
            {
                return _pause;
            }

            if (_follower is null || _follower.IsBehind)
            {
                return GrainLimits.ConsumerRetryPause;
            }

            var silence = GrainLimits.ConsumerSilence - time.GetElapsedTime(_heardAt);
            var left = _follower.Position == _written.Position || silence < LeftToWrite ? silence : LeftToWrite;
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    private TimeSpan LeftToWrite => (effects.Count + _failed.Count) switch
    {
        0 => GrainLimits.IdlePositionPeriod,
        < GrainLimits.ManyEffects => GrainLimits.EffectsPeriod,
        _ => GrainLimits.ManyEffectsPeriod,
    } - time.GetElapsedTime(_writtenAt);

    private bool IsPaused => _pause > TimeSpan.Zero && time.GetElapsedTime(_failedAt) < _pause;

    /// <summary>Hears of a batch by a message, and takes what it can. While it waits after a failure it hears of nothing: what it misses it reads.</summary>
    public Task HearAsync(ActivityBatch batch) => IsPaused ? Task.CompletedTask : GoOnAsync(batch);

    /// <summary>Takes what is there, up to a few pages, and writes the effects when their time has come.</summary>
    public async Task GoOnAsync(ActivityBatch? heard = null)
    {
        try
        {
            var follower = await GetFollowerAsync();
            if (heard is not null)
            {
                if (follower.Hear(heard))
                {
                    _heardAt = time.GetTimestamp();
                }
            }
            else if (time.GetElapsedTime(_heardAt) >= GrainLimits.ConsumerSilence)
            {
                // A relay tells at least twice a second that nothing has happened: its messages do not arrive.
                follower.Look();
                _heardAt = time.GetTimestamp();
            }

            // The jobs of one page are written before the next one is taken.
            for (var page = 0; page < GrainLimits.MaxConsumerPages && effects.Count < GrainLimits.MaxWaitingEffects && _failed.Count == 0; page++)
            {
                if (!await follower.AdvanceAsync(ReadAsync, TakeAsync))
                {
                    break;
                }
            }

            if (LeftToWrite <= TimeSpan.Zero || effects.Count >= GrainLimits.MaxWaitingEffects || _failed.Count > 0)
            {
                await WriteAsync();
            }

            _pause = TimeSpan.Zero;
        }
        catch (Exception e) when (e is JournalUnavailableException or JournalOutcomeUnknownException)
        {
            // A later message or tick goes on; what is in memory is kept, and its position is the fence.
            Wait(e, GrainLimits.ConsumerOutagePause);
        }
        catch (Exception e)
        {
            // Not the fault of an event: a batch may be half applied, so it begins anew from what is durable.
            BeginAnew();
            var longer = 2 * _pause;
            Wait(e, longer < GrainLimits.ConsumerOutagePause ? GrainLimits.ConsumerOutagePause
                : longer < GrainLimits.MaxConsumerPause ? longer
                : GrainLimits.MaxConsumerPause);
        }
    }

    /// <summary>Writes the effects that wait.</summary>
    public async Task WriteAsync()
    {
        if (_follower is null || _follower.Position == _written.Position)
        {
            return;
        }

        _writtenAt = time.GetTimestamp();
        var move = new PositionMove(name, partition, options.Partitions, _written, _follower.Position);
        if (!await effects.WriteAsync(move, _failed))
        {
            LogOvertaken(logger, name, partition);
            BeginAnew();
            return;
        }

        _written = _written with { Position = move.To };
        effects.Clear();
        _failed.Clear();
    }

    private void Wait(Exception cause, TimeSpan pause)
    {
        LogWaits(logger, cause, name, partition, pause);
        (_failedAt, _pause) = (time.GetTimestamp(), pause);
    }

    private void BeginAnew()
    {
        _follower = null;
        effects.Reset();
        _failed.Clear();
    }

    private async Task<ActivityFollower> GetFollowerAsync()
    {
        if (_follower is null)
        {
            _written = await positions.LoadAsync(name, partition, options.Partitions, CancellationToken.None);
            _follower = new ActivityFollower(options.Partitions, _written.Position);
            _writtenAt = _heardAt = time.GetTimestamp();
        }

        return _follower;
    }

    private async Task<ActivityBatch> ReadAsync(long from)
    {
        var query = new ActivityQuery(partition, options.Partitions, from, GrainLimits.ActivityPage);
        return ActivityRows.ToBatch(query, await log.ReadAsync(query, CancellationToken.None));
    }

    private async Task TakeAsync(ActivityBatch batch)
    {
        var events = batch.Events!;
        await effects.PrepareAsync(events);
        Exception? first = null;
        foreach (var happened in events)
        {
            try
            {
                effects.Apply(happened);
            }
            catch (Exception e)
            {
                first ??= e;
                effects.Skip(happened);
                _failed.Add(EventJob.Of(ids.NewId(), name, happened.WalletId, happened.Version));
            }
        }

        if (first is not null)
        {
            if (_failed.Count == events.Count && events.Count > GrainLimits.FewEvents)
            {
                throw new InvalidOperationException($"None of {events.Count} events can be taken.", first);
            }

            LogFailed(logger, first, name, partition, _failed.Count, events.Count, _failed[0].Key);
        }

        metrics.Taken(name, batch, time.GetUtcNow());
    }

    [LoggerMessage(1921, LogLevel.Warning, "Consumer {Consumer} of partition {Partition} cannot go on now and tries again in {Pause}")]
    private static partial void LogWaits(ILogger logger, Exception exception, string consumer, int partition, TimeSpan pause);

    [LoggerMessage(1923, LogLevel.Error, "Consumer {Consumer} of partition {Partition} cannot take {Failed} of {Count} events, the first of them {Key}: jobs try them again")]
    private static partial void LogFailed(ILogger logger, Exception exception, string consumer, int partition, int failed, int count, string key);

    [LoggerMessage(1922, LogLevel.Information, "Consumer {Consumer} of partition {Partition} was overtaken by another activation and goes on from there")]
    private static partial void LogOvertaken(ILogger logger, string consumer, int partition);
}
