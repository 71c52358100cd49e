namespace WalletGrains.Benchmarks.Load.Measure;

/// <summary>The figures of one run.</summary>
/// <param name="Target">What was measured.</param>
/// <param name="Workload">What it did.</param>
/// <param name="OperationsPerSecond">Accepted operations in the measured time.</param>
/// <param name="Latency">Their latencies.</param>
/// <param name="Failures">What was not accepted, warm-up included.</param>
/// <param name="Balances">Whether the wallets hold what was acknowledged, warm-up included.</param>
/// <param name="Commits">The journal's commits in the measured time; null when it made none.</param>
/// <param name="BytesPerOperation">Allocated in this process for one operation, the load generator included; null when the runtime's
/// count ran backwards, as was seen with server GC.</param>
/// <param name="Cost">What this process used in the measured time.</param>
/// <param name="Consumers">How fast what was committed reached those who follow it; nobody in the peer.</param>
internal sealed record LoadResult(
    string Target,
    Workload Workload,
    double OperationsPerSecond,
    LatencySummary Latency,
    IReadOnlyDictionary<string, long> Failures,
    BalanceCheck Balances,
    CommitSummary? Commits,
    long? BytesPerOperation,
    ProcessCost.Spent Cost,
    IReadOnlyList<ConsumerDelay> Consumers)
{
    public bool IsClean => Failures.Count == 0 && Balances.WrongWallets == 0;
}

/// <summary>The balances in PostgreSQL against the acknowledged operations.</summary>
/// <param name="WrongWallets">Wallets whose head row or sum of entries differs.</param>
/// <param name="ExpectedMinor">The sum that was acknowledged.</param>
/// <param name="FoundMinor">The sum that is there.</param>
internal sealed record BalanceCheck(int WrongWallets, long ExpectedMinor, long FoundMinor);

/// <summary>The journal's commits, from its meter.</summary>
/// <param name="Count">How many.</param>
/// <param name="AverageAppends">Appends of one commit.</param>
/// <param name="AverageMilliseconds">Round trip of one commit.</param>
internal sealed record CommitSummary(long Count, double AverageAppends, double AverageMilliseconds);
