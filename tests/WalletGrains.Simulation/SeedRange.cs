namespace WalletGrains.Simulation;

/// <summary>Runs many seeds, side by side: each run has one thread, so there are as many as the machine has cores.</summary>
internal static class SeedRange
{
    /// <summary>Runs so many seeds.</summary>
    /// <returns>The results in order of their seeds.</returns>
    public static IReadOnlyList<SeedResult> Run(int from, int count)
    {
        var results = new SeedResult[count];
        var next = -1;

        void Work()
        {
            while (Interlocked.Increment(ref next) is var i && i < count)
            {
                results[i] = SeedRun.Run(from + i);
            }
        }

        var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(Work) { IsBackground = true }).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return results;
    }
}
