using System.Text;
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
        var rows = await Outage.GuardAsync(() => audit.ReadAsync(
            new AuditRowQuery(
                query.Before,
                query.Limit,
                query.From,
                query.To,
                query.UserId,
                query.Method,
                query.PathPrefix,
                query.MinStatus,
                query.MaxStatus,
                query.CorrelationId),
            CancellationToken.None));
        return new AuditPage([.. rows.Rows.Select(ToRequest)], rows.Next);
    }

    private static AuditedRequest ToRequest(AuditRow row) => new(
        row.AuditId,
        row.At,
        row.Method,
        row.Url,
        row.Body is { } body ? Encoding.UTF8.GetString(body.Span) : null,
        row.BodyBytes,
        row.Headers,
        row.ClientIp?.ToString(),
        row.UserId,
        row.Status,
        row.Duration,
        row.CorrelationId,
        row is { Made: { } kind, MadeId: { } id } ? new Made((MadeKind)kind, id) : null,
        row.Replayed,
        row.Requests);
}
