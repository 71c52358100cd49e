namespace WalletGrains.Grains;

/// <summary>One run of periodic work over all that waits for it in the store: page by page, a few at a time.</summary>
internal static class Sweep
{
    /// <summary>Handles everything that waits, up to the limit of a run; what is left is for the next one, a minute later.</summary>
    /// <param name="readPage">Reads the rows behind the given one, or the first ones, in a fixed order.</param>
    /// <param name="keyOf">What is handled; the rows of a page with the same key are handled together.</param>
    /// <param name="concurrency">How many at the same time.</param>
    /// <param name="handle">Handles one and says how many it brought to their end. It must not throw: one that cannot be handled
    /// must not keep the others from it.</param>
    /// <returns>How many came to their end.</returns>
    /// <exception cref="Contracts.UnavailableException">The store is away.</exception>
    public static async Task<int> RunAsync<TRow, TKey>(
        Func<TRow?, int, Task<IReadOnlyList<TRow>>> readPage, Func<TRow, TKey> keyOf, int concurrency, Func<TKey, Task<int>> handle)
        where TRow : class
    {
        var ended = 0;
        TRow? last = null;
        for (var page = 0; page < GrainLimits.MaxSweepPages; page++)
        {
            var rows = await Outage.GuardAsync(() => readPage(last, GrainLimits.SweepPage));
            foreach (var chunk in rows.Select(keyOf).Distinct().Chunk(concurrency))
            {
                ended += (await Task.WhenAll(chunk.Select(handle))).Sum();
            }

            if (rows.Count < GrainLimits.SweepPage)
            {
                break;
            }

            // Onwards from here: what cannot come to its end now must not hide what is behind it.
            last = rows[^1];
        }

        return ended;
    }
}
