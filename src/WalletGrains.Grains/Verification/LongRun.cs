using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;

namespace WalletGrains.Grains.Verification;

/// <summary>
/// Work that may take longer than a caller should wait. One at a time: whoever asks for it while it runs joins it. For
/// reentrant grains, whose turns protect it.
/// </summary>
internal sealed partial class LongRun<T>(TimeProvider time, ILogger logger)
    where T : class
{
    private Task<Ending>? _current;

    /// <summary>Starts the work unless it is under way, and waits for it for a while.</summary>
    /// <returns>Its result; null when it goes on.</returns>
    public async Task<T?> JoinAsync(Func<Task<T>> work, TimeSpan patience)
    {
        var run = _current is { IsCompleted: false } current ? current : _current = RunAsync(work);
        using var waiting = new CancellationTokenSource();
        await Task.WhenAny(run, Task.Delay(patience, time, waiting.Token));
        await waiting.CancelAsync();
        if (!run.IsCompleted)
        {
            return null;
        }

        var ending = await run;
        ending.Failure?.Throw();
        return ending.Result;
    }

    /// <summary>Never fails itself: nobody may be waiting any more when the work does. Whoever asks next starts it again.</summary>
    private async Task<Ending> RunAsync(Func<Task<T>> work)
    {
        try
        {
            return new Ending(await work(), null);
        }
        catch (Exception e)
        {
            LogFailed(logger, e);
            return new Ending(null, ExceptionDispatchInfo.Capture(e));
        }
    }

    [LoggerMessage(1303, LogLevel.Warning, "It could not be brought to its end, and the next request starts it again")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    private readonly record struct Ending(T? Result, ExceptionDispatchInfo? Failure);
}
