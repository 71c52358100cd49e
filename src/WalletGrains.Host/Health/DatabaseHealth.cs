using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using WalletGrains.Host.Database;

namespace WalletGrains.Host.Health;

/// <summary>Whether the database answers.</summary>
internal sealed class DatabaseHealth(HostDatabase database) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var command = database.JournalDataSource.CreateCommand("select 1");
            await command.ExecuteScalarAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException)
        {
            return HealthCheckResult.Unhealthy("The database does not answer.", e);
        }
    }
}
