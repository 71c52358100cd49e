using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using WalletGrains.Contracts.Statistics;
using WalletGrains.Grains.Verification;
using WalletGrains.Journal;
using WalletGrains.Journal.Statistics;
using WalletGrains.Journal.Verifying;

namespace WalletGrains.Grains.Statistics;

/// <summary>
/// Counts statistics again, each up to the version that is stored, so that wallets go on meanwhile: a row that its consumer has
/// moved on is counted once more.
/// </summary>
[Reentrant]
public sealed partial class StatisticsRebuildGrain(
    StoredHistories histories, IStatisticsStore store, IJournal journal, TimeProvider time, ILogger<StatisticsRebuildGrain> logger)
    : Grain, IStatisticsRebuildGrain
{
    private readonly LongRun<StatisticsRebuild> _run = new(time, logger);

    /// <inheritdoc />
    public Task<StatisticsRebuild?> RunAsync() => _run.JoinAsync(() => Outage.GuardAsync(RebuildAsync), GrainLimits.CheckPatience);

    private async Task<StatisticsRebuild> RebuildAsync()
    {
        var (wallets, corrected) = (0L, 0L);
        var last = Guid.Empty;
        while (await histories.ReadWalletsAsync(last, StoredHistories.MaxPage, CancellationToken.None) is { Count: > 0 } page)
        {
            foreach (var chunk in page.Where(wallet => wallet.NewestVersion > 0).Chunk(GrainLimits.RebuildConcurrency))
            {
                var results = await Task.WhenAll(chunk.Select(wallet => CorrectAsync(wallet.Head.WalletId, wallet.NewestVersion)));
                wallets += results.Length;
                corrected += results.Count(isCorrected => isCorrected);
            }

            last = page[^1].Head.WalletId;
        }

        LogRebuilt(logger, wallets, corrected);
        return new StatisticsRebuild(wallets, corrected);
    }

    private async Task<bool> CorrectAsync(Guid walletId, long newestVersion)
    {
        try
        {
            return await store.CorrectAsync(journal, walletId, newestVersion, CancellationToken.None);
        }
        catch (Exception e) when (e is FormatException or TimeoutException)
        {
            // It is this wallet's: the others are counted.
            LogLeft(logger, e, walletId);
            return false;
        }
    }

    [LoggerMessage(1931, LogLevel.Information, "Counted the statistics of {Wallets} wallets and corrected {Corrected} of them")]
    private static partial void LogRebuilt(ILogger logger, long wallets, long corrected);

    [LoggerMessage(1932, LogLevel.Error, "The statistics of wallet {WalletId} cannot be counted")]
    private static partial void LogLeft(ILogger logger, Exception exception, Guid walletId);
}
