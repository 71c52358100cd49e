using WalletGrains.Contracts;
using WalletGrains.Journal.Users;

namespace WalletGrains.Grains;

/// <summary>Every limit of the grains, in one place. What callers may ask for is in <see cref="Limits"/>.</summary>
internal static class GrainLimits
{
    /// <summary>Request ids a wallet remembers whatever their age, 12 bytes each.</summary>
    public const int MinRememberedRequests = 8;

    /// <summary>Request ids a wallet remembers at most: 48 KB, for the busiest wallets only. A power of two times the number above.</summary>
    public const int MaxRememberedRequests = 4_096;

    /// <summary>How long request ids are remembered between the two numbers above: until a client that lost its connection has
    /// connected again. A later repeat is found by the journal's unique keys.</summary>
    public static readonly TimeSpan RememberRequests = TimeSpan.FromSeconds(10);

    /// <summary>Commands that a wallet may keep though they were answered, beside twice as many as are pending: with fewer it is not worth looking for them.</summary>
    public const int AnsweredKept = 64;

    /// <summary>Wallets of which a silo remembers what never changes, about 200 bytes each.</summary>
    public const int MaxKnownProfiles = 100_000;

    /// <summary>Reversals of one wallet whose earlier reversals are summed at the same time.</summary>
    public const int SumConcurrency = 4;

    /// <summary>Wallets whose overdue holds are ended at the same time.</summary>
    public const int ExpiryConcurrency = 16;

    /// <summary>First wait before a wallet whose journal is away asks again.</summary>
    public static readonly TimeSpan FirstReloadDelay = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest such wait: a twentieth of the decision deadline, so a returning database is used at once.</summary>
    public static readonly TimeSpan MaxReloadDelay = TimeSpan.FromMilliseconds(500);

    /// <summary>Rows that a run of periodic work reads at a time.</summary>
    public const int SweepPage = 100;

    /// <summary>Pages of one run; what is left is for the next one, which follows at once.</summary>
    public const int MaxSweepPages = 100;

    /// <summary>How often periodic work runs, and reminders wake jobs up; the shortest period reminders have.</summary>
    public static readonly TimeSpan SweepPeriod = TimeSpan.FromMinutes(1);

    /// <summary>How long one run may take: each of its pages of 100 has a few rounds of calls that may take seconds each.</summary>
    public static readonly TimeSpan SweepTimeout = TimeSpan.FromMinutes(30);

    /// <summary>A transfer younger than this is left to its coordinator: three times as long as that may take for a step.</summary>
    public static readonly TimeSpan RecoveryAge = 3 * Limits.DecisionDeadline;

    /// <summary>Steps of transfers the recovery drives at the same time.</summary>
    public const int RecoveryConcurrency = 16;

    /// <summary>
    /// Wallets of one bulk that are asked at the same time. Its slowest part is the holds of one payer, one after another; a
    /// bulk of a hundred payers does seven rounds.
    /// </summary>
    public const int BulkConcurrency = 16;

    /// <summary>Bulks that their recovery resumes at the same time.</summary>
    public const int BulkRecoveryConcurrency = 4;

    /// <summary>Schedules without a job get one so long before their time: two sweeps, so that one that is late makes no transfer late.</summary>
    public static readonly TimeSpan ScheduleRecoveryAhead = 2 * SweepPeriod;

    /// <summary>Transfers of schedules that are made at the same time.</summary>
    public const int ScheduleConcurrency = 16;

    /// <summary>How long a customer waits for the name that belongs to a reference; without it the payment goes on.</summary>
    public static readonly TimeSpan EnquiryPatience = TimeSpan.FromSeconds(2);

    /// <summary>How long the caller of a check of the books waits; shorter than the call time-out of the actor runtime (30 s).</summary>
    public static readonly TimeSpan CheckPatience = TimeSpan.FromSeconds(20);

    /// <summary>Entries of one wallet that are verified while a caller waits: 5 to 15 s. The command has no such limit.</summary>
    public const long MaxVerifiedWhileWaiting = 1_000_000;

    /// <summary>Broken wallets and differences that a kept result lists; beyond it they are counted and logged.</summary>
    public const int MaxListedDifferences = 1_000;

    /// <summary>How often the books are reconciled.</summary>
    public static readonly TimeSpan ReconciliationPeriod = TimeSpan.FromMinutes(5);

    /// <summary>How long a reconciliation may take before it leaves the rest to the next one; less than its period. 20 million entries,
    /// twice what five minutes of full load bring.</summary>
    public static readonly TimeSpan ReconciliationBudget = TimeSpan.FromMinutes(4);

    /// <summary>How long one is waited for: it may stand behind one other, that which a full one begins with.</summary>
    public static readonly TimeSpan ReconciliationPatience = 2 * ReconciliationPeriod;

    /// <summary>How long after a full one the next one is due.</summary>
    public static readonly TimeSpan FullReconciliationPeriod = TimeSpan.FromDays(1);

    /// <summary>How often a full one is looked for that is due.</summary>
    public static readonly TimeSpan FullReconciliationLookPeriod = TimeSpan.FromHours(1);

    /// <summary>How long a full one may take before it leaves the rest to the next one: 100 million entries and some, with its rests.</summary>
    public static readonly TimeSpan FullReconciliationBudget = TimeSpan.FromHours(2);

    /// <summary>How long a trial balance may sum what is not reconciled yet: some 3 million entries. After more, the next run is waited for.</summary>
    public static readonly TimeSpan TrialBalanceBudget = TimeSpan.FromSeconds(20);

    /// <summary>A transfer that is debited for so long is reported: the recovery has tried it several times by then.</summary>
    public static readonly TimeSpan StuckAge = TimeSpan.FromMinutes(5);

    /// <summary>How often a checkpoint is looked for that is due.</summary>
    public static readonly TimeSpan CheckpointLookPeriod = TimeSpan.FromHours(1);

    /// <summary>Entries that a relay or a consumer reads at a time.</summary>
    public const int ActivityPage = 500;

    /// <summary>Events of one message, at most: 300 KB, of the 1 MB that a memory stream takes. A commit that has more is read by the consumers.</summary>
    public const int MaxPublishedEvents = 1_000;

    /// <summary>The pause between two reads of a busy relay: 100 reads a second, and a few milliseconds of every event's delay.</summary>
    public static readonly TimeSpan RelayPause = TimeSpan.FromMilliseconds(10);

    /// <summary>How long a relay stays busy after the last event or wake-up: longer than a commit takes that others wait for.</summary>
    public static readonly TimeSpan RelayAfterglow = TimeSpan.FromMilliseconds(100);

    /// <summary>The pause between two reads of an idle relay, and between its messages that nothing has happened: after it a lost message is noticed.</summary>
    public static readonly TimeSpan RelayIdlePause = TimeSpan.FromMilliseconds(500);

    /// <summary>How often a relay writes down how far it has come.</summary>
    public static readonly TimeSpan RelaySavePeriod = TimeSpan.FromSeconds(1);

    /// <summary>Pages that a consumer takes before its turn ends, so that it hears of other things.</summary>
    public const int MaxConsumerPages = 4;

    /// <summary>Effects that a consumer holds in memory; with more it writes before it takes another page.</summary>
    public const int MaxWaitingEffects = 5_000;

    /// <summary>How often a consumer writes its effects: four transactions a second, and a quarter of a second of the second they may be late.</summary>
    public static readonly TimeSpan EffectsPeriod = TimeSpan.FromMilliseconds(250);

    /// <summary>So many effects are many: a row that changes again before it is written costs nothing more, so they wait longer.</summary>
    public const int ManyEffects = 250;

    /// <summary>How often a consumer writes many effects: what is left of that second is for the commit, the relay and the write.</summary>
    public static readonly TimeSpan ManyEffectsPeriod = TimeSpan.FromMilliseconds(700);

    /// <summary>Wallets whose statistics a consumer knows, about 200 bytes each; beyond it all are forgotten and read when needed.</summary>
    public const int MaxKnownStatistics = 20_000;

    /// <summary>How often a consumer without effects writes its position: what a restart would look through in vain.</summary>
    public static readonly TimeSpan IdlePositionPeriod = TimeSpan.FromSeconds(10);

    /// <summary>The pause before a consumer goes on that is behind; messages and other calls have their turns meanwhile.</summary>
    public static readonly TimeSpan ConsumerRetryPause = TimeSpan.FromMilliseconds(20);

    /// <summary>After so long without a message a consumer looks by itself: ten of its relay's are missing by then.</summary>
    public static readonly TimeSpan ConsumerSilence = TimeSpan.FromSeconds(5);

    /// <summary>The pause before a consumer goes on that could not: always so long while the store is away, and twice as long each time when it is the code.</summary>
    public static readonly TimeSpan ConsumerOutagePause = TimeSpan.FromSeconds(1);

    /// <summary>The longest such pause: so soon after a mistake is mended its partition goes on.</summary>
    public static readonly TimeSpan MaxConsumerPause = TimeSpan.FromMinutes(1);

    /// <summary>How often a silo looks how far followers are behind, for the metrics.</summary>
    public static readonly TimeSpan LagPeriod = TimeSpan.FromSeconds(10);

    /// <summary>Wallets whose statistics are counted again at the same time.</summary>
    public const int RebuildConcurrency = 4;

    /// <summary>Rounds in which the statistics of a wallet that goes on are counted; the second has a few entries to read, so a wallet that needs more is
    /// written several times in each millisecond.</summary>
    public const int MaxCorrectionRounds = 50;

    /// <summary>A page with more events than this that fails altogether says something about the code; one with fewer may be bad luck, and becomes jobs.</summary>
    public const int FewEvents = 100;

    /// <summary>Wallets of which a fraud consumer remembers what left lately, about 500 bytes each; beyond it all are forgotten and read when needed.</summary>
    public const int MaxFraudWindows = 20_000;

    /// <summary>Windows that a fraud consumer reads at the same time: half of the journal's connections for reading.</summary>
    public const int FraudWindowConcurrency = 4;

    /// <summary>How long after its start a fraud consumer looks for alerts whose wallets were not frozen yet.</summary>
    public static readonly TimeSpan FraudFollowUpPause = TimeSpan.FromSeconds(1);

    /// <summary>How often it looks again: for what could not be done the last time.</summary>
    public static readonly TimeSpan FraudFollowUpPeriod = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The tenth attempt in a row locks an account for the network it comes from: for 2 s, the next one for 4, and so on up to a quarter of an hour. That
    /// is four guesses an hour, and twelve an hour recover: one network alone never uses up the hundred that all together have, so nobody is locked out by a
    /// stranger elsewhere but by several networks that mean to. An account is open to 100 guesses and 288 a day from the whole world.
    /// A success forgets its network's attempts, a day without any those of a network.
    /// </summary>
    public static readonly AttemptLimits SignInAttempts = new(
        FreeAttempts: 10,
        FirstLock: TimeSpan.FromSeconds(2),
        LongestLock: TimeSpan.FromMinutes(15),
        ForgetAfter: TimeSpan.FromDays(1),
        AccountAttempts: 100,
        AccountRecovery: TimeSpan.FromMinutes(5));

    /// <summary>Sessions of one user; beyond it the oldest end.</summary>
    public const int MaxSessionsPerUser = 32;

    /// <summary>
    /// A refresh token that was replaced less than so long ago may be shown again and gets the same answer: its answer was lost, or two tabs of one browser
    /// ask. Longer than a client waits for an answer and asks again; a token that is stolen later than this gives itself away.
    /// </summary>
    public static readonly TimeSpan RefreshOverlap = TimeSpan.FromMinutes(1);

    /// <summary>How long front doors must know that a session has ended: an access token lives 15 minutes, and clocks differ.</summary>
    public static readonly TimeSpan EndedSessionsCount = TimeSpan.FromMinutes(17);
}
