namespace WalletGrains.Contracts;

/// <summary>What callers may ask for, and how long they may have to wait. Every limit of the contracts, in one place.</summary>
public static class Limits
{
    /// <summary>
    /// The largest amount and the largest balance, in minor units. A double has 53 bits, so every amount up to 2^53 minor
    /// units, 9.0e15, survives a client that reads JSON numbers as doubles; 1e15 leaves room.
    /// </summary>
    public const long MaxAmountMinor = 1_000_000_000_000_000;

    /// <summary>Digits of an amount in minor units that are still parsed: one more than <see cref="MaxAmountMinor"/> has would
    /// be refused anyway, and 18 digits always fit a long.</summary>
    public const int MaxAmountDigits = 18;

    /// <summary>Characters of a request id.</summary>
    public const int MaxRequestIdLength = 255;

    /// <summary>Characters of a description.</summary>
    public const int MaxDescriptionLength = 500;

    /// <summary>Bytes of UTF-8 of all names and texts of a request's metadata.</summary>
    public const int MaxMetadataBytes = 2_048;

    /// <summary>
    /// Holds of one wallet that may be open at the same time. They are part of its head row, about 140 bytes each: the head of a
    /// wallet with all of them has 37 KB, which is written with every commit.
    /// </summary>
    public const int MaxOpenHolds = 256;

    /// <summary>The longest time a hold may last, when it is to end by itself.</summary>
    public static readonly TimeSpan MaxHoldDuration = TimeSpan.FromDays(366);

    /// <summary>Transfers of one bulk. All of them may share a payer, and then it has a hold open for each.</summary>
    public const int MaxBulkLegs = 100;

    /// <summary>Active schedules of one payer.</summary>
    public const int MaxActiveSchedules = 100;

    /// <summary>Characters of the code of a biller.</summary>
    public const int MaxBillerCodeLength = 32;

    /// <summary>Characters of the reference by which a biller knows its customer.</summary>
    public const int MaxCustomerReferenceLength = 100;

    /// <summary>Accounts of one mobile user.</summary>
    public const int MaxMobileAccounts = 20;

    /// <summary>How long a login waits for a fresh balance.</summary>
    public static readonly TimeSpan FreshBalancePatience = TimeSpan.FromSeconds(2);

    /// <summary>The longest period of a schedule, in years.</summary>
    public const int MaxPeriodYears = 100;

    /// <summary>How long ago the first time of a new schedule may be: a client's clock may run behind, and requests take time.</summary>
    public static readonly TimeSpan ScheduleTolerance = TimeSpan.FromMinutes(1);

    /// <summary>The most transactions a minute that a limit may be set to; above, no limit is what is meant.</summary>
    public const int MaxCountPerMinute = 1_000_000;

    /// <summary>Characters of a new password: NIST SP 800-63B wants length and no rules of composition.</summary>
    public const int MinPasswordLength = 10;

    /// <summary>Longer passwords are refused before they are hashed.</summary>
    public const int MaxPasswordLength = 128;

    /// <summary>Keys of services that are in force at the same time. Every front door keeps them in memory, about 400 bytes each.</summary>
    public const int MaxApiKeys = 1_000;

    /// <summary>Rows of a page.</summary>
    public const int MaxPageSize = 200;

    /// <summary>Rows of a page when the caller names no number.</summary>
    public const int DefaultPageSize = 50;

    /// <summary>
    /// Entries that one statement may span. 12 MB of text with short descriptions, read in 500 pages; a longer history is asked for year by
    /// year, or month by month.
    /// </summary>
    public const int MaxStatementEntries = 100_000;

    /// <summary>Commands of one wallet that may wait for their commit at the same time; further ones are told it is overloaded.</summary>
    public const int MaxPendingPerWallet = 4_096;

    /// <summary>
    /// How old a balance may be that a wallet shows from memory without asking the journal. Only where two activations of
    /// one wallet live for a while, after a network partition, can it be old at all.
    /// </summary>
    public static readonly TimeSpan ReadFreshness = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a command may stay without a definite answer. Longer than one database time-out with its repeat, shorter
    /// than the call time-out of the actor runtime (30 s), so that callers get an outcome and not a time-out.
    /// </summary>
    public static readonly TimeSpan DecisionDeadline = TimeSpan.FromSeconds(10);

    /// <summary>Entries that an alert names; it counts further ones.</summary>
    public const int MaxFraudEvidence = 100;
}
