using WalletGrains.Api.Audit;
using WalletGrains.Journal.Audit;

namespace WalletGrains.Host.Audit;

/// <summary>Puts what the front door kept of a request into the journal's words.</summary>
internal static class AuditRows
{
    public static AuditRow Of(AuditRecord record) => new(
        record.AuditId,
        record.At,
        record.Method,
        record.Url,
        record.Body,
        record.BodyBytes,
        record.WriteHeaders(),
        record.ClientIp is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : record.ClientIp,
        record.UserId,
        (short)record.Status,
        record.Duration,
        record.CorrelationId,
        (short?)record.Made?.Kind,
        record.Made?.Id,
        record.Replayed,
        record.Requests,
        record.RequestId?.Value,
        record.RequestOf,
        (short?)record.MayHaveMade);
}
