using Microsoft.Extensions.Logging;
using Orleans.Streams;
using WalletGrains.Contracts.Activity;
using WalletGrains.Journal;
using WalletGrains.Journal.Activity;

namespace WalletGrains.Grains.Activity;

/// <summary>
/// The relay of one partition. It reads while there is something to read, for a moment longer, and then once a second; commits of any silo
/// wake it (<see cref="RelayWakeups"/>), and a reminder starts it again.
/// </summary>
/// <remarks>
/// Its messages are hints and its position is only where it goes on after a restart, so two relays of one partition, or one that
/// begins too early, do no harm. The position is written about once a second, not for each batch.
/// </remarks>
public sealed partial class JournalRelayGrain(
    IActivityLog log, IActivityPositions positions, ActivityOptions options, ActivityMetrics metrics, TimeProvider time, ILogger<JournalRelayGrain> logger)
    : Grain, IJournalRelayGrain, IRemindable
{
    internal const string Consumer = "relay";

    private const string ReminderName = "journal-relay";

    private IAsyncStream<ActivityBatch> _stream = null!;
    private IGrainTimer _timer = null!;
    private int _partition;
    private long _position;
    private ConsumerPlace _saved;
    private long _savedAt;
    private long _readAt;
    private long _publishedAt;
    private long _wokenAt;

    /// <inheritdoc />
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _partition = (int)this.GetPrimaryKeyLong();
        _stream = this.GetStreamProvider(ActivityStreams.Provider).GetStream<ActivityBatch>(StreamId.Create(ActivityStreams.Wallets, _partition));
        _saved = await Outage.GuardAsync(() => positions.LoadAsync(Consumer, _partition, options.Partitions, cancellationToken));
        _position = _saved.Position;
        _savedAt = _readAt = _wokenAt = time.GetTimestamp();
        _timer = this.RegisterGrainTimer(RelayAsync, new GrainTimerCreationOptions(TimeSpan.Zero, GrainLimits.RelayIdlePause) { KeepAlive = true });
    }

    /// <inheritdoc />
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        try
        {
            await SaveAsync();
        }
        catch (Exception e) when (e is JournalUnavailableException or JournalOutcomeUnknownException)
        {
            // The next one begins a little earlier.
            LogWaits(logger, e, _partition);
        }
    }

    /// <inheritdoc />
    public Task StartAsync() => this.RegisterOrUpdateReminder(ReminderName, GrainLimits.SweepPeriod, GrainLimits.SweepPeriod);

    /// <inheritdoc />
    public Task ReceiveReminder(string reminderName, TickStatus status) => Task.CompletedTask;

    /// <inheritdoc />
    public Task WakeAsync()
    {
        _wokenAt = time.GetTimestamp();
        var sinceRead = time.GetElapsedTime(_readAt);
        var pause = sinceRead < GrainLimits.RelayPause ? GrainLimits.RelayPause - sinceRead : TimeSpan.Zero;
        _timer.Change(pause, GrainLimits.RelayIdlePause);
        return Task.CompletedTask;
    }

    private async Task RelayAsync(CancellationToken cancellationToken)
    {
        try
        {
            var count = await PublishNextAsync(cancellationToken);
            if (time.GetElapsedTime(_savedAt) >= GrainLimits.RelaySavePeriod)
            {
                await SaveAsync();
            }

            if (count > 0)
            {
                _wokenAt = time.GetTimestamp();
            }

            // What was committed may be visible only when a slower neighbour has committed too.
            var pause = count >= GrainLimits.ActivityPage ? TimeSpan.Zero
                : time.GetElapsedTime(_wokenAt) < GrainLimits.RelayAfterglow ? GrainLimits.RelayPause
                : GrainLimits.RelayIdlePause;
            _timer.Change(pause, GrainLimits.RelayIdlePause);
        }
        catch (Exception e) when (e is JournalUnavailableException or JournalOutcomeUnknownException or TimeoutException or OrleansException)
        {
            // The next tick goes on where this one stood.
            LogWaits(logger, e, _partition);
        }
    }

    private async Task<int> PublishNextAsync(CancellationToken cancellationToken)
    {
        var query = new ActivityQuery(_partition, options.Partitions, _position, GrainLimits.ActivityPage);
        var page = await log.ReadAsync(query, cancellationToken);
        _readAt = time.GetTimestamp();
        if (page.Entries.Count > 0 || time.GetElapsedTime(_publishedAt) >= GrainLimits.RelayIdlePause)
        {
            var batch = page.Entries.Count <= GrainLimits.MaxPublishedEvents
                ? ActivityRows.ToBatch(query, page)
                : new ActivityBatch(_partition, options.Partitions, page.From, page.To, null);
            await _stream.OnNextAsync(batch);
            _publishedAt = _readAt;
            metrics.Published(batch, time.GetUtcNow());
            _position = page.To;
        }

        return page.Entries.Count;
    }

    private async Task SaveAsync()
    {
        _savedAt = time.GetTimestamp();
        if (_position == _saved.Position)
        {
            return;
        }

        var move = new PositionMove(Consumer, _partition, options.Partitions, _saved, _position);
        if (await positions.MoveAsync(move, CancellationToken.None))
        {
            _saved = _saved with { Position = _position };
            return;
        }

        // Another activation of this relay has moved it: one of the two is about to end.
        LogOvertaken(logger, _partition);
        _saved = await positions.LoadAsync(Consumer, _partition, options.Partitions, CancellationToken.None);
        _position = _saved.Position;
    }

    [LoggerMessage(1911, LogLevel.Warning, "The relay of partition {Partition} waits for the store or its stream")]
    private static partial void LogWaits(ILogger logger, Exception exception, int partition);

    [LoggerMessage(1912, LogLevel.Information, "The relay of partition {Partition} was overtaken by another activation and goes on from there")]
    private static partial void LogOvertaken(ILogger logger, int partition);
}
