using Microsoft.Extensions.Diagnostics.HealthChecks;
using WalletGrains.Journal;
using WalletGrains.Journal.Clocks;

namespace WalletGrains.Host.Health;

/// <summary>Whether the time is known, without which wallets decide nothing; and whether this machine's clock is right, which only helps to know it.</summary>
internal sealed class ClockHealth(DatabaseClock clock) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        clock.Doubt is { } doubt ? HealthCheckResult.Unhealthy(doubt)
        : clock.MachineAhead.Duration() > JournalLimits.MaxClockDifference ? HealthCheckResult.Degraded(
            "This machine's clock is wrong. Times are those of the database, but the host could not be started anew.")
        : HealthCheckResult.Healthy());
}
