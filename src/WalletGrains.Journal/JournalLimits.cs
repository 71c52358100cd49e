namespace WalletGrains.Journal;

/// <summary>Every limit of the journal, in one place.</summary>
public static class JournalLimits
{
    /// <summary>Entries loaded with a head row, so that a retry soon after a restart is answered without a conflict.</summary>
    public const int RecentEntries = 32;

    /// <summary>Rows of a page at most; one more than a page of the front door, so that it can tell whether there is a next one.</summary>
    public const int MaxPage = 201;
}
