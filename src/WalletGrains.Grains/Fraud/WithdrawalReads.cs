using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Fraud;
using WalletGrains.Grains.Activity;
using WalletGrains.Journal;

namespace WalletGrains.Grains.Fraud;

/// <summary>What left a wallet, read back from its entries.</summary>
internal static class WithdrawalReads
{
    /// <summary>What rules can see before an entry: for each of them as many of its own types as it reaches.</summary>
    public static async Task<Withdrawals> ReadBeforeAsync(this IJournal journal, FraudRules rules, Entry entry, CancellationToken cancellationToken)
    {
        var window = Withdrawals.None;
        foreach (var rule in rules.All)
        {
            // What is older than the window is no harm: the rule sees when it was. A short history is read without the search for where the window begins.
            var query = new EntryQuery(
                entry.WalletId,
                entry.Version,
                rule.Reach,
                TypesOf(rule),
                From: entry.Version > JournalLimits.MaxPage ? entry.CreatedAt - rule.Window : null);
            window = await journal.ReadAsync(window, query, rule.Reach - 1, past => rules.Concern(past) ? Withdrawal.Of(past) : null, cancellationToken);
        }

        return window;
    }

    /// <summary>Adds to it what was there behind the entry before rules saw that: for each of them as many of its own types as have it in their reach.</summary>
    public static async Task<Withdrawals> ReadBehindAsync(this IJournal journal, Withdrawals before, FraudRules rules, Entry entry, CancellationToken cancellationToken)
    {
        var window = before;
        foreach (var rule in rules.All)
        {
            var query = new EntryQuery(
                entry.WalletId, long.MaxValue, rule.Reach, TypesOf(rule), To: entry.CreatedAt + rule.Window, AfterVersion: entry.Version, OldestFirst: true);
            window = await journal.ReadAsync(window, query, rule.Reach - 1, later => rules.Concern(later) ? Withdrawal.Of(later) : null, cancellationToken);
        }

        return window;
    }

    /// <summary>Adds to a window the entries that count, in the order of the query, page by page: among those of a type may be some that do not.</summary>
    /// <param name="journal">The journal.</param>
    /// <param name="window">What they are added to.</param>
    /// <param name="first">The first page.</param>
    /// <param name="count">How many are looked for.</param>
    /// <param name="see">An entry as it counts; null for one that does not. It may throw a <see cref="FormatException"/> for one that no event makes.</param>
    /// <param name="cancellationToken">Ends the reads.</param>
    public static async Task<Withdrawals> ReadAsync(
        this IJournal journal, Withdrawals window, EntryQuery first, int count, Func<Entry, Withdrawal?> see, CancellationToken cancellationToken)
    {
        var missing = count;
        var query = first;
        while (missing > 0)
        {
            var rows = await journal.ReadEntriesAsync(query, cancellationToken);
            foreach (var seen in rows.Select(row => SeenOf(row, see)).OfType<Withdrawal>())
            {
                window = window.With(seen);
                missing--;
            }

            if (rows.Count < query.Limit)
            {
                break;
            }

            query = query.OldestFirst ? query with { AfterVersion = rows[^1].Version } : query with { BeforeVersion = rows[^1].Version };
        }

        return window;
    }

    /// <summary>An entry that cannot be read, or that no event makes, counts for nothing; who verifies histories finds it.</summary>
    private static Withdrawal? SeenOf(WalletEntry row, Func<Entry, Withdrawal?> see)
    {
        try
        {
            return ActivityRows.ToEvent(row).Entry is { } entry ? see(entry) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static List<string> TypesOf(IFraudRule rule) => [.. EntryTypes.TransactionNames.Where(rule.Concerns)];
}
