namespace WalletGrains.Simulators;

/// <summary>What a simulator keeps, takes and waits for at most.</summary>
internal static class SimulatorLimits
{
    /// <summary>Bytes of the body of a call to a counterpart.</summary>
    public const int MaxCallBodyBytes = 64 * 1024;

    /// <summary>Bytes of the body of an admin request: a page of accounts to set.</summary>
    public const int MaxAdminBodyBytes = 4 * 1024 * 1024;

    public const int MaxConnections = 4_000;

    /// <summary>Of each book: accounts, credits, payments. A full one refuses new records with 503 until a reset.</summary>
    public const int MaxRecords = 500_000;

    /// <summary>Calls that can be listed; older ones are still counted.</summary>
    public const int MaxCallsKept = 200_000;

    /// <summary>Pairs of route and key whose calls are counted. Beyond it calls are refused with 503 until a reset.</summary>
    public const int MaxCallKeys = 2_000_000;

    public const int MaxRules = 1_000;
    public const int MaxTokens = 10_000;
    public const int MaxPage = 10_000;
    public const int MaxTextLength = 200;
    public const int MaxCopies = 100;
    public const int MaxQueries = 1_000;
    public const int MaxWebhookConcurrency = 100;

    /// <summary>A delivery that was refused as often as that is given up. With the longest pause it takes over an hour to get there.</summary>
    public const int MaxWebhookAttempts = 100;

    public static readonly TimeSpan MaxRedeliveryPause = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan WebhookTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long a call hangs when its caller does not give up: as long as an HttpClient waits by default.</summary>
    public static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(100);

    public static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(100);
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);
    public static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(2);
}
