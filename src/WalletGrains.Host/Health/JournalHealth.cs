using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using WalletGrains.Journal;

namespace WalletGrains.Host.Health;

/// <summary>Whether the journal keeps up with what is decided.</summary>
internal sealed class JournalHealth(IJournal journal) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        journal is PostgresJournal { QueueFill: var fill and >= HealthLimits.QueueFill }
            ? HealthCheckResult.Degraded(string.Create(CultureInfo.InvariantCulture, $"The queue of the journal is {fill * 100:0} % full."))
            : HealthCheckResult.Healthy());
}
