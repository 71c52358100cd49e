using WalletGrains.Simulation.Bugs;

namespace WalletGrains.Simulation;

/// <summary>Runs many seeds, side by side: each run has one thread, so there are as many as the machine has cores.</summary>
internal static class SeedRange
{
    /// <summary>Runs seeds until all are done or one fails.</summary>
    /// <returns>The results in order of their seeds. After a failure some of the later seeds are missing.</returns>
    public static IReadOnlyList<SeedResult> Run(int from, int count, PlantedBug? bug = null, bool stopAtFailure = false)
    {
        var results = new SeedResult?[count];
        var next = -1;
        var stop = false;

        void Work()
        {
            while (!Volatile.Read(ref stop) && Interlocked.Increment(ref next) is var i && i < count)
            {
                results[i] = SeedRun.Run(from + i, bug);
                if (stopAtFailure && results[i]!.Violation is not null)
                {
                    Volatile.Write(ref stop, true);
                }
            }
        }

        var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(Work) { IsBackground = true }).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return [.. results.OfType<SeedResult>()];
    }
}
