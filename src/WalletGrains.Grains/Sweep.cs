using Microsoft.Extensions.Logging;
using WalletGrains.Grains.Jobs;

namespace WalletGrains.Grains;

/// <summary>What came of a run.</summary>
/// <param name="Ended">How many came to their end.</param>
/// <param name="IsWhole">Everything that waited was handled; else the limit of a run was reached.</param>
internal sealed record SweepRun(int Ended, bool IsWhole)
{
    /// <summary>
    /// A run that left some and brought others to their end is followed by another one at once; one that brought none waits for its time. Runs have a limit so that each is
    /// logged and settled, however much waits.
    /// </summary>
    public JobOutcome Outcome => IsWhole || Ended == 0 ? new JobOutcome.Done() : new JobOutcome.AgainIn(TimeSpan.Zero);
}

/// <summary>One run of a recurring job over all that waits for it in the store: page by page, a few at a time.</summary>
internal static partial class Sweep
{
    /// <summary>Handles everything that waits, up to the limit of a run; what is left is for the next one.</summary>
    /// <param name="kind">The kind of the job, for the log.</param>
    /// <param name="readPage">Reads the rows behind the given one, or the first ones, in a fixed order.</param>
    /// <param name="keyOf">What is handled; the rows of a page with the same key are handled together.</param>
    /// <param name="concurrency">How many at the same time.</param>
    /// <param name="handle">Handles one and says how many it brought to their end. When it throws, the others are handled all the same.</param>
    /// <param name="logger">Hears of what came to its end and of what could not.</param>
    /// <exception cref="Contracts.UnavailableException">The store is away.</exception>
    public static async Task<SweepRun> RunAsync<TRow, TKey>(
        string kind,
        Func<TRow?, int, Task<IReadOnlyList<TRow>>> readPage,
        Func<TRow, TKey> keyOf,
        int concurrency,
        Func<TKey, Task<int>> handle,
        ILogger logger)
        where TRow : class
    {
        var (ended, isWhole) = (0, false);
        TRow? last = null;
        for (var page = 0; page < GrainLimits.MaxSweepPages && !isWhole; page++)
        {
            var rows = await Outage.GuardAsync(() => readPage(last, GrainLimits.SweepPage));
            foreach (var chunk in rows.Select(keyOf).Distinct().Chunk(concurrency))
            {
                ended += (await Task.WhenAll(chunk.Select(HandleAsync))).Sum();
            }

            // Onwards from here: what cannot come to its end now must not hide what is behind it.
            isWhole = rows.Count < GrainLimits.SweepPage;
            last = isWhole ? null : rows[^1];
        }

        if (ended > 0)
        {
            LogEnded(logger, kind, ended);
        }

        return new SweepRun(ended, isWhole);

        async Task<int> HandleAsync(TKey key)
        {
            try
            {
                return await handle(key);
            }
            catch (Exception e)
            {
                LogLeft(logger, e, kind, key);
                return 0;
            }
        }
    }

    [LoggerMessage(1101, LogLevel.Information, "The job {Kind} brought {Count} to their end")]
    private static partial void LogEnded(ILogger logger, string kind, int count);

    [LoggerMessage(1102, LogLevel.Error, "The job {Kind} could not bring {Key} to its end; the next run tries again")]
    private static partial void LogLeft(ILogger logger, Exception exception, string kind, object? key);
}
