namespace WalletGrains.Journal;

/// <summary>What every journal asks of its callers, checked before anything is queued.</summary>
internal static class AppendShape
{
    /// <summary>Throws <see cref="ArgumentException"/> when the parts of an append contradict each other.</summary>
    public static void Check(WalletAppend append)
    {
        ArgumentNullException.ThrowIfNull(append);
        var head = append.Head;
        if (append.Entry is { } entry
            && (entry.WalletId != head.WalletId || entry.Version != head.Version || entry.BalanceAfterMinor != head.BalanceMinor))
        {
            throw new ArgumentException($"Entry {entry.Version} of wallet {entry.WalletId} does not belong to the head row it came with.", nameof(append));
        }

        if (append.Hold is { } hold && hold.WalletId != head.WalletId)
        {
            throw new ArgumentException($"Hold {hold.HoldId} does not belong to the head row it came with.", nameof(append));
        }
    }

    /// <summary>Throws <see cref="ArgumentException"/> when an opening brings money or history with it.</summary>
    public static void CheckOpening(WalletHead opening)
    {
        ArgumentNullException.ThrowIfNull(opening);
        if (opening is not { Version: 0, Revision: 0, BalanceMinor: 0, HeldMinor: 0, Details.IsEmpty: true })
        {
            throw new ArgumentException($"The opening of wallet {opening.WalletId} is not at version 0 with balance 0 and nothing else.", nameof(opening));
        }
    }

    /// <summary>Throws when more request ids are asked for than one load looks up.</summary>
    public static void CheckAsked(IReadOnlyCollection<string> requestIds)
    {
        ArgumentNullException.ThrowIfNull(requestIds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(requestIds.Count, JournalLimits.MaxAsked);
    }

    /// <summary>Throws when a page size is not between 1 and <paramref name="max"/>.</summary>
    public static void CheckLimit(int limit, int max = JournalLimits.MaxPage)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, max);
    }
}
