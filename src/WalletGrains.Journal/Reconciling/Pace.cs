namespace WalletGrains.Journal.Reconciling;

/// <summary>How hard a run works. A full one reads everything there is at some hour of every day: after each step it rests for as long as the step took.</summary>
internal sealed class Pace(TimeProvider time, bool rests)
{
    /// <summary>A step begins.</summary>
    public long Begin() => time.GetTimestamp();

    /// <summary>Rests after a step that has released everything it held.</summary>
    public async Task RestAsync(long began, CancellationToken cancellationToken)
    {
        if (rests)
        {
            var worked = time.GetElapsedTime(began);
            await Task.Delay(worked < ReconciliationLimits.LongestRest ? worked : ReconciliationLimits.LongestRest, time, cancellationToken);
        }
    }
}
