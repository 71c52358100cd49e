namespace WalletGrains.Benchmarks.Load.Measure;

/// <summary>What this process, the product and the load generator together, uses while a run is measured.</summary>
internal sealed class ProcessCost
{
    private readonly long _allocatedBytes = GC.GetTotalAllocatedBytes(precise: true);
    private readonly TimeSpan _processorTime = Environment.CpuUsage.TotalTime;
    private readonly TimeSpan _pauses = GC.GetTotalPauseDuration();
    private readonly int _collections = GC.CollectionCount(0);
    private readonly int _fullCollections = GC.CollectionCount(2);

    public static ProcessCost Start() => new();

    public Spent Stop() => new(
        GC.GetTotalAllocatedBytes(precise: true) - _allocatedBytes,
        (Environment.CpuUsage.TotalTime - _processorTime).TotalSeconds,
        (GC.GetTotalPauseDuration() - _pauses).TotalMilliseconds,
        GC.CollectionCount(0) - _collections,
        GC.CollectionCount(2) - _fullCollections);

    /// <summary>The difference.</summary>
    /// <param name="AllocatedBytes">Bytes allocated.</param>
    /// <param name="ProcessorSeconds">Processor time of this process; PostgreSQL's is not in it.</param>
    /// <param name="PauseMilliseconds">Time all threads stood still for the garbage collector.</param>
    /// <param name="Collections">Collections of any generation.</param>
    /// <param name="FullCollections">Those of the oldest generation.</param>
    internal sealed record Spent(long AllocatedBytes, double ProcessorSeconds, double PauseMilliseconds, int Collections, int FullCollections);
}
