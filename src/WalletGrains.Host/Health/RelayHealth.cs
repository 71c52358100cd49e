using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using WalletGrains.Contracts.Activity;
using WalletGrains.Journal;
using WalletGrains.Journal.Activity;

namespace WalletGrains.Host.Health;

/// <summary>
/// Whether the relays follow the journal. Positions do not tell times, so it is noted where the journal ended, and looked a while later
/// whether the relays have come so far. It takes two questions to find out; load balancers ask every few seconds.
/// </summary>
internal sealed class RelayHealth(IActivityLog log, IActivityPositions positions, ActivityOptions options, TimeProvider time) : IHealthCheck, IDisposable
{
    private const string Consumer = "relay";

    private readonly SemaphoreSlim _one = new(1);
    private long _end;
    private long _notedAt;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var behind = new List<int>();
            for (var partition = 0; partition < options.Partitions; partition++)
            {
                if ((await positions.LoadAsync(Consumer, partition, options.Partitions, cancellationToken)).Position < _end)
                {
                    behind.Add(partition);
                }
            }

            if (behind.Count > 0)
            {
                return time.GetElapsedTime(_notedAt) < HealthLimits.RelayDelay
                    ? HealthCheckResult.Healthy()
                    : HealthCheckResult.Degraded(string.Create(
                        CultureInfo.InvariantCulture,
                        $"The relays of the partitions {string.Join(", ", behind)} are more than {HealthLimits.RelayDelay.TotalSeconds:0} s behind the journal."));
            }

            (_end, _notedAt) = (await log.FindEndAsync(cancellationToken), time.GetTimestamp());
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is JournalUnavailableException or JournalOutcomeUnknownException)
        {
            return HealthCheckResult.Degraded("How far the relays have come cannot be read.", e);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();
}
