using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace WalletGrains.Host.Health;

/// <summary>A host that is told to stop is not ready any more, though it still answers.</summary>
internal sealed class HostHealth(IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        lifetime.ApplicationStopping.IsCancellationRequested
            ? HealthCheckResult.Unhealthy("The host is stopping.")
            : HealthCheckResult.Healthy());
}
