namespace WalletGrains.Grains.Verification;

/// <summary>
/// Work that may take longer than a caller should wait. One at a time: whoever asks for it while it runs joins it. For
/// reentrant grains, whose turns protect it.
/// </summary>
internal sealed class LongRun<T>(TimeProvider time)
    where T : class
{
    private Task<T>? _current;

    /// <summary>Starts the work unless it is under way, and waits for it for a while.</summary>
    /// <returns>Its result; null when it goes on.</returns>
    public async Task<T?> JoinAsync(Func<Task<T>> work, TimeSpan patience)
    {
        var run = _current is { IsCompleted: false } current ? current : _current = work();

        // Nobody may be waiting when it fails; whoever asks next starts it again.
        _ = run.ContinueWith(static failed => _ = failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        using var waiting = new CancellationTokenSource();
        await Task.WhenAny(run, Task.Delay(patience, time, waiting.Token));
        await waiting.CancelAsync();
        return run.IsCompleted ? await run : null;
    }
}
