namespace WalletGrains.Benchmarks.Load;

/// <summary>What is done in one run.</summary>
internal enum Mix
{
    Deposit,
    Transfer,
}

/// <summary>One loop over some wallets.</summary>
/// <param name="Mix">The operations.</param>
/// <param name="Wallets">Over how many wallets.</param>
/// <param name="Concurrency">Callers, so operations in flight.</param>
/// <param name="Warmup">How long it runs before it is measured.</param>
/// <param name="Duration">How long it is measured.</param>
/// <param name="Rate">Operations due each second, in an open loop; null for a closed one.</param>
/// <param name="ZipfExponent">How unevenly the wallets are drawn, by Zipf's law; null for uniformly.</param>
internal sealed record Workload(
    Mix Mix, int Wallets, int Concurrency, TimeSpan Warmup, TimeSpan Duration, int? Rate = null, double? ZipfExponent = null)
{
    /// <summary>Every deposit and transfer moves so much, in minor units.</summary>
    public const long AmountMinor = 1_00;

    /// <summary>What each wallet holds before transfers begin: none runs dry within an hour at any rate a machine reaches.</summary>
    public const long FundingMinor = 1_000_000_000_000;

    /// <summary>What each wallet of this run holds before it begins.</summary>
    public long OpeningMinor => Mix == Mix.Transfer ? FundingMinor : 0;
}

/// <summary>The command line of <c>load</c>.</summary>
/// <param name="Target">What is measured.</param>
/// <param name="Compare">Row locks and grains in turn, over several workloads.</param>
/// <param name="Workload">What is done.</param>
/// <param name="PeerConnections">Connections of the peer's pool.</param>
/// <param name="Entries">Entries of other wallets that are in the journal before the run.</param>
/// <param name="Alerts">With the fraud rule FREQUENCY in force. A load moves every wallet as only a thief would: each transfer is an alert then.</param>
internal sealed record LoadOptions(string Target, bool Compare, Workload Workload, int PeerConnections, int Entries, bool Alerts)
{
    /// <summary>The exponent of the common benchmarks of key-value stores.</summary>
    private const double CommonZipfExponent = 0.99;

    public const string Grains = "grains";
    public const string Http = "http";
    public const string RowLock = "rowlock";

    private const int MaxSeconds = 3_600;

    public static LoadOptions Read(Arguments line)
    {
        var compare = line.Flag("compare");
        var target = compare ? Grains : line.OneOf("target", Grains, Http, RowLock);
        var mix = !compare && line.OneOf("mix", "deposit", "transfer") == "transfer" ? Mix.Transfer : Mix.Deposit;
        var workload = new Workload(
            mix,
            line.Number("wallets", 10_000, mix == Mix.Transfer ? 2 : 1, 1_000_000),
            line.Number("concurrency", target == Http ? 128 : 256, 1, 10_000),
            TimeSpan.FromSeconds(line.Number("warmup", 10, 0, MaxSeconds)),
            TimeSpan.FromSeconds(line.Number("seconds", 10, 1, MaxSeconds)),
            compare || line.Number("rate", 0, 0, 1_000_000) is not (> 0 and var rate) ? null : rate,
            !compare && line.Flag("zipf") ? CommonZipfExponent : null);
        var options = new LoadOptions(
            target, compare, workload, line.Number("peer-connections", 8, 1, 64), line.Number("entries", 0, 0, 100_000_000), line.Flag("alerts"));
        line.EnsureAllUsed();
        return options;
    }
}
