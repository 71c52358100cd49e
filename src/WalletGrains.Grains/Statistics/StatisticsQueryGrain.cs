using Orleans.Concurrency;
using WalletGrains.Contracts.Statistics;
using WalletGrains.Journal;
using WalletGrains.Journal.Statistics;

namespace WalletGrains.Grains.Statistics;

/// <summary>Reads of statistics. A stateless worker: every silo has its own, and calls do not wait for one another.</summary>
[StatelessWorker]
[Reentrant]
public sealed class StatisticsQueryGrain(IStatisticsStore store, IJournal journal) : Grain, IStatisticsQueryGrain
{
    /// <inheritdoc />
    public Task<WalletStatistics> GetAsync(Guid walletId) => Outage.GuardAsync(async () =>
    {
        if (await store.FindAsync([walletId], CancellationToken.None) is [var row])
        {
            return StatisticsRows.ToStatistics(row);
        }

        if (await journal.FindHeadAsync(walletId, CancellationToken.None) is not { Version: > 0 } head)
        {
            return WalletStatistics.None;
        }

        // All that happened is older than statistics are, or only just happened: it is counted now, and kept, unless the consumer was faster.
        var counted = await StatisticsHistory.CountAsync(journal, walletId, WalletStatistics.None, head.Version, CancellationToken.None);
        try
        {
            await store.AddAsync(StatisticsRows.ToRow(walletId, counted), CancellationToken.None);
        }
        catch (JournalOutcomeUnknownException)
        {
            // Then the next reader counts again.
        }

        return counted;
    });
}
