namespace WalletGrains.Host.Audit;

/// <summary>What storing the audit may cost. Every limit of it, in one place; those of the queue are the front door's.</summary>
internal static class AuditLimits
{
    /// <summary>Requests of one commit.</summary>
    public const int MaxBatch = 4_096;

    /// <summary>How long the first request of a batch waits for others: nobody waits for it, and twenty commits a second are few beside the journal's. What
    /// waits longer survives more collections, and makes them longer.</summary>
    public static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(50);

    /// <summary>How often refused requests that are summed up are stored: at most some 30 rows a second then, about as many as are kept one by one.</summary>
    public static readonly TimeSpan SumPeriod = TimeSpan.FromSeconds(10);

    /// <summary>How long a batch is tried before it is given up. The queue behind it is full by then only above a thousand requests a second.</summary>
    public static readonly TimeSpan RetryBudget = TimeSpan.FromSeconds(30);

    /// <summary>First wait before another attempt; each further one is twice as long.</summary>
    public static readonly TimeSpan FirstRetryDelay = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest such wait.</summary>
    public static readonly TimeSpan MaxRetryDelay = TimeSpan.FromSeconds(2);

    /// <summary>How long a stopping host goes on storing what waits.</summary>
    public static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How often days are looked for that are over their time.</summary>
    public static readonly TimeSpan RetentionPeriod = TimeSpan.FromHours(1);

    /// <summary>Days that one look drops; each is a short transaction of its own.</summary>
    public const int MaxDroppedDays = 31;
}
