using WalletGrains.Contracts.Statistics;
using WalletGrains.Domain.Statistics;
using WalletGrains.Domain.Wallets;
using WalletGrains.Journal;
using WalletGrains.Journal.Statistics;

namespace WalletGrains.Grains.Statistics;

/// <summary>Counts a wallet's own history: what was there before its statistics were, and what they have to be.</summary>
internal static class StatisticsHistory
{
    /// <summary>
    /// Counts a wallet anew, up to the version that its statistics have, and puts that in their place. Where they have moved on meanwhile it is counted on
    /// from what was counted: so each round has less to read than the one before, and meets the consumer between two of its writes.
    /// </summary>
    /// <param name="store">The statistics.</param>
    /// <param name="journal">The entries.</param>
    /// <param name="walletId">The wallet.</param>
    /// <param name="version">Up to which version it is counted when it has no statistics yet.</param>
    /// <param name="cancellationToken">Gives up between two pages and two rounds.</param>
    /// <returns>Whether they were not right.</returns>
    /// <exception cref="JournalUnavailableException">The store is away.</exception>
    /// <exception cref="FormatException">An entry cannot be read.</exception>
    /// <exception cref="TimeoutException">They moved on in every round.</exception>
    public static async Task<bool> CorrectAsync(
        this IStatisticsStore store, IJournal journal, Guid walletId, long version, CancellationToken cancellationToken)
    {
        var counted = WalletStatistics.None;
        for (var round = 0; round < GrainLimits.MaxCorrectionRounds; round++)
        {
            var row = await store.FindAsync([walletId], cancellationToken) is [var found] ? found : null;
            var target = row?.Version ?? version;

            // Only a first row may be behind what was counted without one.
            counted = await CountAsync(journal, walletId, counted.Version <= target ? counted : WalletStatistics.None, target, cancellationToken);
            var right = StatisticsRows.ToRow(walletId, counted);
            if (right == row)
            {
                return false;
            }

            try
            {
                if (await (row is null ? store.AddAsync(right, cancellationToken) : store.CorrectAsync(StatisticsRetry.ConsumerName, right, cancellationToken)))
                {
                    return true;
                }
            }
            catch (JournalOutcomeUnknownException)
            {
                // The next look shows what became of it.
            }
        }

        throw new TimeoutException($"The statistics of wallet {walletId} moved on in each of {GrainLimits.MaxCorrectionRounds} rounds.");
    }

    /// <summary>The statistics after the entry with a version, counted on from earlier ones.</summary>
    /// <exception cref="JournalUnavailableException">The store is away.</exception>
    /// <exception cref="FormatException">An entry cannot be read.</exception>
    public static async Task<WalletStatistics> CountAsync(IJournal journal, Guid walletId, WalletStatistics from, long version, CancellationToken cancellationToken)
    {
        var counted = from;
        while (counted.Version < version)
        {
            var page = await journal.ReadEntriesAsync(
                new EntryQuery(walletId, version + 1, JournalLimits.MaxHistoryPage, AfterVersion: counted.Version, OldestFirst: true), cancellationToken);
            if (page.Count == 0)
            {
                throw new FormatException($"Wallet {walletId} has no entry {counted.Version + 1}.");
            }

            counted = page.Aggregate(counted, (statistics, row) => StatisticsRules.After(statistics, EntryContent.Decode(row.Content)));
        }

        return counted;
    }
}
