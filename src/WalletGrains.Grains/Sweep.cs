using Microsoft.Extensions.Logging;

namespace WalletGrains.Grains;

/// <summary>One run of a recurring job over all that waits for it in the store: page by page, a few at a time.</summary>
internal static partial class Sweep
{
    /// <summary>Handles everything that waits, up to the limit of a run; what is left is for the next one, a minute later.</summary>
    /// <param name="kind">The kind of the job, for the log.</param>
    /// <param name="readPage">Reads the rows behind the given one, or the first ones, in a fixed order.</param>
    /// <param name="keyOf">What is handled; the rows of a page with the same key are handled together.</param>
    /// <param name="concurrency">How many at the same time.</param>
    /// <param name="handle">Handles one and says how many it brought to their end. When it throws, the others are handled all the same.</param>
    /// <param name="logger">Hears of what came to its end and of what could not.</param>
    /// <returns>How many came to their end.</returns>
    /// <exception cref="Contracts.UnavailableException">The store is away.</exception>
    public static async Task<int> RunAsync<TRow, TKey>(
        string kind,
        Func<TRow?, int, Task<IReadOnlyList<TRow>>> readPage,
        Func<TRow, TKey> keyOf,
        int concurrency,
        Func<TKey, Task<int>> handle,
        ILogger logger)
        where TRow : class
    {
        var ended = 0;
        TRow? last = null;
        for (var page = 0; page < GrainLimits.MaxSweepPages; page++)
        {
            var rows = await Outage.GuardAsync(() => readPage(last, GrainLimits.SweepPage));
            foreach (var chunk in rows.Select(keyOf).Distinct().Chunk(concurrency))
            {
                ended += (await Task.WhenAll(chunk.Select(HandleAsync))).Sum();
            }

            if (rows.Count < GrainLimits.SweepPage)
            {
                break;
            }

            // Onwards from here: what cannot come to its end now must not hide what is behind it.
            last = rows[^1];
        }

        if (ended > 0)
        {
            LogEnded(logger, kind, ended);
        }

        return ended;

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
