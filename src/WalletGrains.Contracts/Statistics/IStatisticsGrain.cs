namespace WalletGrains.Contracts.Statistics;

/// <summary>
/// What went in and out of a wallet, over all of its history. <c>deposited - withdrawn + transferred in - transferred out</c> is its
/// balance after the newest entry that was taken into account.
/// </summary>
/// <param name="Version">The newest entry that was taken into account; 0 for none.</param>
/// <param name="DepositedMinor">What came from outside, in minor units. Sums have no limit, so they are decimals.</param>
/// <param name="WithdrawnMinor">What went outside, captures of holds included.</param>
/// <param name="TransferredInMinor">What came from other wallets.</param>
/// <param name="TransferredOutMinor">What went to other wallets and did not come back as refused.</param>
/// <param name="TransactionCount">Transactions, holds and their ends included: what the history lists.</param>
/// <param name="LastActivityAt">Time of the newest of them; null when there is none.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.WalletStatistics")]
public sealed record WalletStatistics(
    [property: Id(0)] long Version,
    [property: Id(1)] decimal DepositedMinor,
    [property: Id(2)] decimal WithdrawnMinor,
    [property: Id(3)] decimal TransferredInMinor,
    [property: Id(4)] decimal TransferredOutMinor,
    [property: Id(5)] long TransactionCount,
    [property: Id(6)] DateTimeOffset? LastActivityAt)
{
    /// <summary>A wallet in which nothing has happened.</summary>
    public static WalletStatistics None { get; } = new(0, 0, 0, 0, 0, 0, null);
}

/// <summary>
/// Keeps the statistics of the wallets of one partition, its key, from the partition's stream: each entry counts once, within a second
/// of its commit.
/// </summary>
[Alias("walletgrains.IStatisticsGrain")]
public interface IStatisticsGrain : IGrainWithIntegerKey;

/// <summary>Reads of statistics. Key 0; every silo answers its own callers.</summary>
[Alias("walletgrains.IStatisticsQueryGrain")]
public interface IStatisticsQueryGrain : IGrainWithIntegerKey
{
    /// <summary>The statistics of a wallet that exists.</summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("Get")]
    Task<WalletStatistics> GetAsync(Guid walletId);
}

/// <summary>Counts statistics again from the journal. One for the cluster, key 0.</summary>
[Alias("walletgrains.IStatisticsRebuildGrain")]
public interface IStatisticsRebuildGrain : IGrainWithIntegerKey
{
    /// <summary>Counts those of all wallets, or joins a run that is under way.</summary>
    /// <returns>The result; null when it takes longer than a caller should wait: the run goes on.</returns>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("Run")]
    Task<StatisticsRebuild?> RunAsync();
}

/// <summary>What counting again came to.</summary>
/// <param name="Wallets">Wallets whose statistics were counted.</param>
/// <param name="Corrected">Those that differed from what was stored, or had none.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.StatisticsRebuild")]
public sealed record StatisticsRebuild([property: Id(0)] long Wallets, [property: Id(1)] long Corrected);
