namespace WalletGrains.Journal.Reconciling;

/// <summary>Every limit of reconciliations, in one place.</summary>
internal static class ReconciliationLimits
{
    /// <summary>Changed wallets that are read at a time.</summary>
    public const int WalletPage = 1_000;

    /// <summary>
    /// Entries that one statement sums at most: some hundredths of a second where they are in memory. Entries of a wallet lie scattered in the table, so where none of them is in memory
    /// each is a read of its own: 20 s of a disk of 1,000 reads a second, far from <see cref="StatementTimeout"/>. Steps of full runs, which reach what is in no memory, become smaller then.
    /// </summary>
    public const long EntriesPerStep = 20_000;

    /// <summary>
    /// A full run halves its steps where a statement takes longer than <see cref="StepTimeout"/>, down to this part of them. That is 625 entries in 20 s: of a disk that reads 30 of
    /// them a second nothing is to be expected, and the run ends.
    /// </summary>
    public const int SmallestStepPart = 32;

    /// <summary>Transfers that are compared with their entries at a time.</summary>
    public const int TransferPage = 20_000;

    /// <summary>Transfers or entries of a page that are looked at one by one; what is more is the next page.</summary>
    public const int SuspectsPerPage = 500;

    /// <summary>Payments of bills that are compared with their wallets at a time.</summary>
    public const int BillPage = 1_000;

    /// <summary>For how long a biller may be called that cannot be reached, before its payment is reported: longer than it is called for, unless a setting says otherwise.</summary>
    public static readonly TimeSpan LongestCalling = TimeSpan.FromHours(1);

    /// <summary>For how long a biller may be asked how a payment stands, before the payment is reported: by then it waits for an operator.</summary>
    public static readonly TimeSpan LongestAwaiting = TimeSpan.FromHours(25);

    /// <summary>Differences that a report lists.</summary>
    public const int ListedDifferences = 1_000;

    /// <summary>How long a full run rests at most between two steps: it rests for as long as it worked, so it takes half of a core.</summary>
    public static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(10);

    /// <summary>How long one statement may take.</summary>
    public static readonly TimeSpan StatementTimeout = TimeSpan.FromMinutes(2);

    /// <summary>How long one statement of a full run's step may take.</summary>
    public static readonly TimeSpan StepTimeout = TimeSpan.FromSeconds(20);

    /// <summary>The server ends a statement by itself; a connection that is silent for so long after that leads nowhere.</summary>
    public static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How far ids may be off the order of time: the ten seconds that a decision may wait for its commit, and the clocks of
    /// silos that differ. What is further off is looked up one by one, so this is no matter of truth.
    /// </summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromMinutes(5);
}
