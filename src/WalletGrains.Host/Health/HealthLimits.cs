namespace WalletGrains.Host.Health;

/// <summary>When the host says that something is wrong with it.</summary>
internal static class HealthLimits
{
    /// <summary>How long one check may take; a load balancer gives up after a few seconds.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>A queue of the journal that is filled so far refuses callers soon.</summary>
    public const double QueueFill = 0.8;

    /// <summary>A relay or consumer that has not passed for so long what is committed is not only busy, or late with writing down how far it has come.</summary>
    public static readonly TimeSpan ActivityDelay = TimeSpan.FromSeconds(30);

    /// <summary>How long it is told that requests are missing from the audit.</summary>
    public static readonly TimeSpan AuditLoss = TimeSpan.FromMinutes(5);
}
