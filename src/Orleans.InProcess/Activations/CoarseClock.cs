namespace Orleans.InProcess;

/// <summary>The time since the silo was made, read from the real clock only once per housekeeping period: free on the hot path.</summary>
internal sealed class CoarseClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private long _now;

    /// <summary>In ticks of 100 ns; late by up to one housekeeping period.</summary>
    public long Now => Volatile.Read(ref _now);

    public long Read()
    {
        var now = time.GetElapsedTime(_start).Ticks;
        Volatile.Write(ref _now, now);
        return now;
    }
}
