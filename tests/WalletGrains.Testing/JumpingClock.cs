namespace WalletGrains.Testing;

/// <summary>A machine whose time of day may be wrong, and jump, and whose count of time goes on all the same.</summary>
public sealed class JumpingClock(ManualTimeProvider truth) : TimeProvider
{
    /// <summary>How much the time of day is ahead of the true one.</summary>
    public TimeSpan Ahead { get; set; }

    /// <summary>How long the machine slept: its count stood still meanwhile.</summary>
    public TimeSpan Slept { get; set; }

    public override TimeZoneInfo LocalTimeZone => truth.LocalTimeZone;

    public override long TimestampFrequency => truth.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => truth.GetUtcNow() + Ahead;

    public override long GetTimestamp() => truth.GetTimestamp() - Slept.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        truth.CreateTimer(callback, state, dueTime, period);
}
