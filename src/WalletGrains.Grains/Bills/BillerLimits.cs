using WalletGrains.Grains.Jobs;

namespace WalletGrains.Grains.Bills;

/// <summary>Every limit of billers, of their settings too.</summary>
internal static class BillerLimits
{
    /// <summary>Billers; every one of them is in each answer to what billers there are.</summary>
    public const int MaxBillers = 200;

    /// <summary>Characters of a customer reference, and of the texts that tell people of it.</summary>
    public const int MaxReferenceLength = 100;

    /// <summary>Characters of the pattern of a biller's references.</summary>
    public const int MaxPatternLength = 500;

    /// <summary>Seconds that one call may take, where nothing is set.</summary>
    public const int TimeoutSeconds = 10;

    /// <summary>Seconds that one call may take at most: one call of a grain may be two of a biller, and has 30 s.</summary>
    public const int MaxTimeoutSeconds = 12;

    /// <summary>Calls of which half must fail within a minute before a biller is left alone, where nothing is set.</summary>
    public const int BreakerCalls = 10;

    /// <summary>The most of such calls. A breaker that asks for more in a minute is none.</summary>
    public const int MaxBreakerCalls = 10_000;

    /// <summary>Seconds that a biller may be left alone at most.</summary>
    public const int MaxBreakerSeconds = 600;

    /// <summary>How long a call is thought to take before one has ended. Rather too short: that it takes longer shows while it is under way.</summary>
    public static readonly TimeSpan AssumedCallTime = TimeSpan.FromMilliseconds(100);

    /// <summary>The shortest wait of a payment whose biller has as many as it may have at once: jobs are looked at no more often.</summary>
    public static readonly TimeSpan MinPlacePause = JobLimits.MinPollPeriod;

    /// <summary>The longest one, also where thousands wait before it: two thousand cost about 180 writes a second. A biller that has become fast is noticed after it.</summary>
    public static readonly TimeSpan MaxPlacePause = TimeSpan.FromSeconds(30);

    /// <summary>How long it is left alone, where nothing is set; then one call tries.</summary>
    public static readonly TimeSpan BreakerPause = TimeSpan.FromSeconds(15);
}
