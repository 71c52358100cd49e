namespace WalletGrains.Journal;

/// <summary>Every limit of the journal, in one place.</summary>
public static class JournalLimits
{
    /// <summary>Request ids that are looked up with a head row. Each of them is a row of the answer, the head row's columns
    /// included.</summary>
    public const int MaxAsked = 256;

    /// <summary>Rows of a page at most; one more than a page of the front door, so that it can tell whether there is a next one.</summary>
    public const int MaxPage = 201;

    /// <summary>Entries of one wallet that are read at a time by who counts its whole history: some 2 MB, and 10 ms of the database's time.</summary>
    public const int MaxHistoryPage = 2_000;

    /// <summary>Jobs that one statement enqueues: some 5 ms, in which claims of the kind do not wait.</summary>
    public const int MaxEnqueued = 1_000;

    /// <summary>Small writes, or reads, of one kind that share a statement: as many as one silo has under way.</summary>
    public const int MaxGrouped = 256;

    /// <summary>Entries of the newest commits, and the commits themselves, that a process keeps for those who follow: a tenth of a second of the most that
    /// it commits, and some 10 MB. A commit with more is not kept.</summary>
    public const int MaxRecentEntries = 8_192;

    /// <summary>Connections on which a small store beside the journal reads at the same time, and as many on which it writes.</summary>
    public const int StoreConnections = 4;

    /// <summary>Rows of the audit that one page looks through: some tens of milliseconds, whatever is looked for.</summary>
    public const int AuditWindow = 10_000;

    /// <summary>How long making or dropping a day of the audit waits for those who read and write it, and keeps others waiting.</summary>
    public static readonly TimeSpan PartitionLockTimeout = TimeSpan.FromSeconds(2);

    /// <summary>How far clocks may be apart that agree: more than half of the longest trip, and less than anything that a time is compared with.</summary>
    public static readonly TimeSpan MaxClockDifference = TimeSpan.FromSeconds(5);

    /// <summary>An answer of the database's clock that took longer says too little.</summary>
    public static readonly TimeSpan LongestClockTrip = TimeSpan.FromSeconds(2);

    /// <summary>How far both clocks may go ahead of the time that was counted, and be believed: a night that a machine slept. What is decided under a wrong time so
    /// far ahead binds its wallet for as long.</summary>
    public static readonly TimeSpan LargestClockStep = TimeSpan.FromDays(1);

    /// <summary>How often clocks are compared. Counted time is wrong by 5 ms after that at most.</summary>
    public static readonly TimeSpan ClockPeriod = TimeSpan.FromSeconds(10);

    /// <summary>How long after a comparison that came to nothing there is another one.</summary>
    public static readonly TimeSpan ClockRetry = TimeSpan.FromSeconds(1);

    /// <summary>What is said to have been touched last so far in the future was touched by a clock that was wrong, and is taken for long untouched.</summary>
    public static readonly TimeSpan FutureAge = TimeSpan.FromMinutes(1);

    /// <summary>The time by a store's clock behind which everything is taken for long untouched.</summary>
    internal static DateTimeOffset Future(this TimeProvider time) => time.GetUtcNow() + FutureAge;
}
