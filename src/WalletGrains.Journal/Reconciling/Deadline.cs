namespace WalletGrains.Journal.Reconciling;

/// <summary>How long a run may go on. What is left then is for the next one.</summary>
internal sealed class Deadline(TimeProvider time, TimeSpan budget)
{
    private readonly long _start = time.GetTimestamp();

    /// <summary>Somebody was told that the time is over, and so left something.</summary>
    public bool WasMissed { get; private set; }

    /// <summary>Whether the time is over. Asked before more work is begun.</summary>
    public bool IsOver()
    {
        WasMissed |= time.GetElapsedTime(_start) >= budget;
        return WasMissed;
    }
}
