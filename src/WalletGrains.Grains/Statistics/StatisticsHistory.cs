using WalletGrains.Contracts.Statistics;
using WalletGrains.Domain.Statistics;
using WalletGrains.Domain.Wallets;
using WalletGrains.Journal;
using WalletGrains.Journal.Statistics;

namespace WalletGrains.Grains.Statistics;

/// <summary>Counts a wallet's own history: what was there before its statistics were, and what they have to be.</summary>
internal static class StatisticsHistory
{
    /// <summary>Puts what was counted anew in the place of the row that was found; false when that one is there no more as it was.</summary>
    public static Task<bool> PutAsync(this IStatisticsStore store, StatisticsRow? found, StatisticsRow counted) => found is null
        ? store.AddAsync(counted, CancellationToken.None)
        : store.CorrectAsync(StatisticsRetry.ConsumerName, counted, CancellationToken.None);

    /// <summary>The statistics after the entry with a version, counted on from earlier ones.</summary>
    /// <exception cref="JournalUnavailableException">The store is away.</exception>
    /// <exception cref="FormatException">An entry cannot be read.</exception>
    public static async Task<WalletStatistics> CountAsync(IJournal journal, Guid walletId, WalletStatistics from, long version)
    {
        var counted = from;
        while (counted.Version < version)
        {
            var page = await journal.ReadEntriesAsync(
                new EntryQuery(walletId, version + 1, JournalLimits.MaxPage, AfterVersion: counted.Version, OldestFirst: true), CancellationToken.None);
            if (page.Count == 0)
            {
                throw new FormatException($"Wallet {walletId} has no entry {counted.Version + 1}.");
            }

            counted = page.Aggregate(counted, (statistics, row) => StatisticsRules.After(statistics, EntryContent.Decode(row.Content)));
        }

        return counted;
    }
}
