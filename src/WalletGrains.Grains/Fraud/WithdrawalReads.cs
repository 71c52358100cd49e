using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Fraud;
using WalletGrains.Grains.Activity;
using WalletGrains.Journal;

namespace WalletGrains.Grains.Fraud;

/// <summary>What left a wallet, read back from its newest entries.</summary>
internal static class WithdrawalReads
{
    /// <summary>Adds to a window the newest entries that count, page by page: among those of a type may be some that do not.</summary>
    /// <param name="journal">The journal.</param>
    /// <param name="window">What they are added to.</param>
    /// <param name="newest">The first page.</param>
    /// <param name="count">How many are looked for.</param>
    /// <param name="see">An entry as it counts; null for one that does not.</param>
    public static async Task<Withdrawals> ReadNewestAsync(
        this IJournal journal, Withdrawals window, EntryQuery newest, int count, Func<Entry, Withdrawal?> see)
    {
        var missing = count;
        var query = newest;
        while (missing > 0)
        {
            // An entry that cannot be read counts for nothing; who verifies histories finds it.
            var rows = await journal.ReadEntriesAsync(query, CancellationToken.None);
            foreach (var seen in rows.Select(row => ActivityRows.ToEvent(row).Entry is { } entry ? see(entry) : null).OfType<Withdrawal>())
            {
                window = window.With(seen);
                missing--;
            }

            if (rows.Count < query.Limit)
            {
                break;
            }

            query = query with { BeforeVersion = rows[^1].Version };
        }

        return window;
    }
}
