using Microsoft.Extensions.Diagnostics.HealthChecks;
using WalletGrains.Host.Audit;

namespace WalletGrains.Host.Health;

/// <summary>Whether the audit is complete.</summary>
internal sealed class AuditHealth(AuditWriter writer, TimeProvider time) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        time.GetUtcNow() - writer.LostAt < HealthLimits.AuditLoss
            ? HealthCheckResult.Degraded("Requests of the last minutes are missing from the audit.")
            : HealthCheckResult.Healthy());
}
