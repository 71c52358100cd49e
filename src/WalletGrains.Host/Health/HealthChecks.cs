using WalletGrains.Host.Actors;

namespace WalletGrains.Host.Health;

/// <summary>What /health/ready asks. A check says in its description what is wrong, in words of its own: what an exception says stays in the log.</summary>
internal static class HealthChecks
{
    /// <summary>Registers the checks of a role.</summary>
    public static void AddHealth(this IServiceCollection services, ActorRole role)
    {
        var checks = services.AddHealthChecks();
        services.AddSingleton<HostHealth>();
        checks.AddCheck<HostHealth>("host", timeout: HealthLimits.Timeout);
        if (role is not ActorRole.Silo)
        {
            checks.AddCheck<AuditHealth>("audit", timeout: HealthLimits.Timeout);
        }

        if (role is ActorRole.Api)
        {
            checks.AddCheck<ClusterHealth>("cluster", timeout: HealthLimits.Timeout);
            return;
        }

        checks.AddCheck<DatabaseHealth>("database", timeout: HealthLimits.Timeout);
        checks.AddCheck<ClockHealth>("clock", timeout: HealthLimits.Timeout);
        checks.AddCheck<JournalHealth>("journal", timeout: HealthLimits.Timeout);
        checks.AddCheck<ActivityHealth>("activity", timeout: HealthLimits.Timeout);
    }
}
