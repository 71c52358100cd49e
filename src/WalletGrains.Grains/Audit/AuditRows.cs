using System.Text;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Audit;
using WalletGrains.Domain.Wallets;
using WalletGrains.Journal;
using WalletGrains.Journal.Audit;

namespace WalletGrains.Grains.Audit;

/// <summary>Translates between the audit's contract and its rows.</summary>
internal static class AuditRows
{
    public static AuditRowQuery ToRowQuery(AuditQuery query) => new(
        query.Before,
        query.Limit,
        query.From,
        query.To,
        query.UserId,
        query.Method,
        query.PathPrefix,
        query.MinStatus,
        query.MaxStatus,
        query.CorrelationId,
        query.RequestId is { } requestId ? StoredIds(requestId) : null);

    public static AuditedRequest ToRequest(AuditRow row) => new(
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
        row switch
        {
            { Made: { } kind, MadeId: { } id } => new Made((MadeKind)kind, id),
            { MayHaveMade: { } kind, Found: { } found } => MadeOf((MadeKind)kind, found),
            _ => null,
        },
        row.Replayed || row.Found is { } earlier && IsBefore(earlier, row),
        row.Requests,
        row.RequestId is { } requestId ? RequestId.FromStored(requestId).ClientText : null,
        FoundLater: row.Found is not null);

    /// <summary>A debit of the payer is what a transfer is found by, under the request id that asked for the transfer.</summary>
    private static Made MadeOf(MadeKind kind, AuditFinding found) => found.EntryContent is { } content && TransferOf(content) is { } transferId
        ? new Made(MadeKind.Transfer, transferId)
        : new Made(kind, found.Id);

    private static Guid? TransferOf(ReadOnlyMemory<byte> content)
    {
        try
        {
            return EntryContent.Decode(content).TransferId;
        }
        catch (FormatException)
        {
            // Somebody has damaged the entry: verification tells of it, and the audit must be readable most of all then.
            return null;
        }
    }

    /// <summary>Whether it was certainly there before the request came, whichever silo's clock gave it its time.</summary>
    private static bool IsBefore(AuditFinding found, AuditRow row) => found.CreatedAt < row.At - JournalLimits.MaxClockDifference;

    /// <summary>Of reversals the same text is another id.</summary>
    private static string[] StoredIds(string text) =>
        RequestId.TryFromClient(text, out var id) && RequestId.TryFromReversal(text, out var ofReversal)
            ? [id.Value, ofReversal.Value]
            : throw new ArgumentException("It is no request id.", nameof(text));
}
