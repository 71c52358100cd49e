namespace WalletGrains.Journal.Reconciling;

/// <summary>How hard a full run works. It reads everything there is at some hour of every day: after each step it rests for as long as the step took.</summary>
internal sealed class Pace(TimeProvider time)
{
    /// <summary>A step begins.</summary>
    public long Begin() => time.GetTimestamp();

    /// <summary>How long the step has taken until now.</summary>
    public TimeSpan Since(long began) => time.GetElapsedTime(began);

    /// <summary>Rests after a step that has released everything it held.</summary>
    public Task RestAsync(long began, CancellationToken cancellationToken)
    {
        var worked = Since(began);
        return Task.Delay(worked < ReconciliationLimits.LongestRest ? worked : ReconciliationLimits.LongestRest, time, cancellationToken);
    }
}
