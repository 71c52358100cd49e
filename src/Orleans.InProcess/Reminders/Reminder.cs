namespace Orleans.InProcess;

/// <summary>
/// One reminder with its timer. Ticks fall on multiples of the period after the first one, whatever the delays and restarts
/// in between, and never overlap.
/// </summary>
internal sealed class Reminder : IDisposable
{
    // Then the time of day is looked at again: it may have been wrong when the next tick was reckoned.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    private readonly InProcessSilo _silo;
    private readonly ReminderEntry _entry;
    private readonly IRemindable _grain;
    private readonly SystemTurns _turns;
    private readonly ITimer _timer;
    private DateTime _next;
    private volatile bool _disposed;

    /// <param name="silo">Where the grain is called.</param>
    /// <param name="entry">The row of the table.</param>
    /// <param name="isNew">Whether it was registered just now, so that its first tick cannot have been made yet.</param>
    public Reminder(InProcessSilo silo, ReminderEntry entry, bool isNew)
    {
        _silo = silo;
        _entry = entry;
        _grain = silo.GrainFactory.GetGrain<IRemindable>(entry.GrainId);
        _turns = new SystemTurns(silo.Scheduler);
        _timer = WithoutAmbientValues.Do(() => silo.Time.CreateTimer(
            static self => ((Reminder)self!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        if (isNew)
            Wait(Now, entry.StartAt);
        else
            Schedule();
    }

    public string? ETag => _entry.ETag;

    private DateTime Now => _silo.Time.GetUtcNow().UtcDateTime;

    public void Dispose()
    {
        _disposed = true;
        _timer.Dispose();
    }

    private void Ring() => _turns.Run(TickAsync);

    private async Task TickAsync()
    {
        if (_disposed)
            return;

        var now = Now;
        if (now >= _next)
        {
            try
            {
                await _grain.ReceiveReminder(_entry.ReminderName, new Runtime.TickStatus(_entry.StartAt, _entry.Period, now));
            }
            catch (Exception failure)
            {
                _silo.Log.ReminderFailed(_entry.ReminderName, _entry.GrainId, failure);
            }
        }

        Schedule();
    }

    // To the next multiple of the period, as the table does not tell which ticks were made.
    private void Schedule()
    {
        var now = Now;
        var late = now - _entry.StartAt;
        var next = late < TimeSpan.Zero ? _entry.StartAt
            : _entry.Period > TimeSpan.Zero ? now + (_entry.Period - TimeSpan.FromTicks(late.Ticks % _entry.Period.Ticks))
            : now;
        Wait(now, next);
    }

    private void Wait(DateTime now, DateTime next)
    {
        if (_disposed)
            return;

        _next = next;
        var wait = next > now ? next - now : TimeSpan.Zero;
        _timer.Change(wait > LongestWait ? LongestWait : wait, Timeout.InfiniteTimeSpan);
    }
}
