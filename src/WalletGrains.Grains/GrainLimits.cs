using WalletGrains.Contracts;

namespace WalletGrains.Grains;

/// <summary>Every limit of the grains, in one place. What callers may ask for is in <see cref="Limits"/>.</summary>
internal static class GrainLimits
{
    /// <summary>
    /// Decisions a wallet remembers in memory whatever their age, to answer repeats without asking the journal. Few: every one
    /// of them outlives a garbage collection, and with 32 for each of 10,000 busy wallets collections took a fifth of the CPU.
    /// </summary>
    public const int MinRememberedDecisions = 8;

    /// <summary>Decisions a wallet remembers at most. About 500 bytes each, so 2 MB for the busiest wallets only.</summary>
    public const int MaxRememberedDecisions = 4_096;

    /// <summary>How long decisions are remembered between the two numbers above: until a client that lost its connection has
    /// connected again. A later repeat is found by the journal's unique keys.</summary>
    public static readonly TimeSpan RememberDecisions = TimeSpan.FromSeconds(2);

    /// <summary>Old request ids of one wallet that are looked up at the same time.</summary>
    public const int LookUpConcurrency = 4;

    /// <summary>Reversals of one wallet whose earlier reversals are summed at the same time.</summary>
    public const int SumConcurrency = 4;

    /// <summary>Overdue holds that one run of their expiry reads at a time.</summary>
    public const int ExpiryPage = 100;

    /// <summary>Pages of one run; what is left is for the next one, a minute later.</summary>
    public const int MaxExpiryPages = 100;

    /// <summary>Wallets whose overdue holds are ended at the same time.</summary>
    public const int ExpiryConcurrency = 16;

    /// <summary>How often overdue holds are looked for; the shortest period reminders have.</summary>
    public static readonly TimeSpan ExpiryPeriod = TimeSpan.FromMinutes(1);

    /// <summary>First wait before a wallet whose journal is away asks again.</summary>
    public static readonly TimeSpan FirstReloadDelay = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest such wait: a twentieth of the decision deadline, so a returning database is used at once.</summary>
    public static readonly TimeSpan MaxReloadDelay = TimeSpan.FromMilliseconds(500);

    /// <summary>Transfers that one run of the recovery reads at a time.</summary>
    public const int RecoveryPage = 100;

    /// <summary>Pages of one run; what is left is for the next one, a minute later.</summary>
    public const int MaxRecoveryPages = 100;

    /// <summary>A transfer younger than this is left to its coordinator: three times as long as that may take for a step.</summary>
    public static readonly TimeSpan RecoveryAge = 3 * Limits.DecisionDeadline;

    /// <summary>Steps of transfers the recovery drives at the same time.</summary>
    public const int RecoveryConcurrency = 16;

    /// <summary>How often the recovery wakes up; the shortest period reminders have.</summary>
    public static readonly TimeSpan RecoveryPeriod = TimeSpan.FromMinutes(1);
}
