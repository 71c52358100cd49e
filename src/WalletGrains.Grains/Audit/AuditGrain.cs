using Orleans.Concurrency;
using WalletGrains.Contracts.Audit;
using WalletGrains.Journal.Audit;

namespace WalletGrains.Grains.Audit;

/// <summary>Reads the audit of requests. A stateless worker: every silo has its own, and calls do not wait for one another.</summary>
[StatelessWorker]
[Reentrant]
public sealed class AuditGrain(PostgresApiAudit audit) : Grain, IAuditGrain
{
    /// <inheritdoc />
    public async Task<AuditPage> ListAsync(AuditQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var rows = await Outage.GuardAsync(() => audit.ReadAsync(AuditRows.ToRowQuery(query), CancellationToken.None));
        return new AuditPage([.. rows.Rows.Select(AuditRows.ToRequest)], rows.Next);
    }
}
