namespace WalletGrains.Grains.Jobs;

/// <summary>Every limit of the job engine that is no policy of a kind.</summary>
internal static class JobLimits
{
    /// <summary>How long a job whose hint was lost waits at most, where its kind is driven.</summary>
    public static readonly TimeSpan PollPeriod = TimeSpan.FromSeconds(10);

    /// <summary>The shortest wait between two looks at jobs that are due and may not be begun yet.</summary>
    public static readonly TimeSpan MinPollPeriod = TimeSpan.FromMilliseconds(100);

    /// <summary>How long to wait while the store is away.</summary>
    public static readonly TimeSpan StoreRetryDelay = TimeSpan.FromSeconds(1);

    /// <summary>How long a handler whose token was cancelled has to end by itself.</summary>
    public static readonly TimeSpan CancelGrace = TimeSpan.FromSeconds(2);

    /// <summary>How long a stopping silo lets jobs run; with the grace, well below the 15 s in which a host drains.</summary>
    public static readonly TimeSpan DrainPeriod = TimeSpan.FromSeconds(5);

    /// <summary>The longest wait that a third party may ask for.</summary>
    public static readonly TimeSpan MaxRetryAfter = TimeSpan.FromDays(1);

    /// <summary>Characters of an error that are kept.</summary>
    public const int MaxErrorLength = 2_000;

    /// <summary>Queued jobs of a kind that are counted for the metrics.</summary>
    public const int MaxCounted = 10_000;

    /// <summary>Jobs that a step of the purge deletes.</summary>
    public const int PurgeStep = 1_000;

    /// <summary>Steps of one purge; what is left is for the next one.</summary>
    public const int MaxPurgeSteps = 100;
}
