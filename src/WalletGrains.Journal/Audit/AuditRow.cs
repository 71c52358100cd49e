using System.Net;

namespace WalletGrains.Journal.Audit;

/// <summary>A row of api_audit.</summary>
/// <param name="AuditId">A UUID version 7.</param>
/// <param name="At">When the request came.</param>
/// <param name="Method">Its method.</param>
/// <param name="Url">Path and query.</param>
/// <param name="Body">UTF-8 without NUL, at most 8 KB; null for none.</param>
/// <param name="BodyBytes">How long the whole body was.</param>
/// <param name="Headers">A JSON object.</param>
/// <param name="ClientIp">Where it came from.</param>
/// <param name="UserId">Who sent it.</param>
/// <param name="Status">What it was answered with.</param>
/// <param name="Duration">How long the answer took.</param>
/// <param name="CorrelationId">Its id in the logs.</param>
/// <param name="Made">What kind of thing it made; null for none.</param>
/// <param name="MadeId">Which one.</param>
/// <param name="Replayed">An earlier request had made it.</param>
/// <param name="Requests">How many requests it stands for.</param>
/// <param name="RequestId">The request id that it named or was given, as the journal has it; null for none.</param>
/// <param name="RequestOf">Whose request id that is, a wallet's or of a bulk its caller's; null when nothing was asked for under it.</param>
/// <param name="MayHaveMade">What kind of thing it asked for, where the answer left open what became of it; null elsewhere.</param>
public sealed record AuditRow(
    Guid AuditId,
    DateTimeOffset At,
    string Method,
    string Url,
    ReadOnlyMemory<byte>? Body,
    int BodyBytes,
    string Headers,
    IPAddress? ClientIp,
    Guid? UserId,
    short Status,
    TimeSpan Duration,
    string CorrelationId,
    short? Made,
    Guid? MadeId,
    bool Replayed,
    int Requests,
    string? RequestId = null,
    Guid? RequestOf = null,
    short? MayHaveMade = null)
{
    /// <summary>What it may have made, when that is there by now. Not stored: it is looked up by the request id when the row is read.</summary>
    public AuditFinding? Found { get; init; }
}

/// <summary>What was asked for under the request id of a row.</summary>
/// <param name="Id">Its id.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="EntryContent">The exact bytes of it when it is an entry; null for other things.</param>
public sealed record AuditFinding(Guid Id, DateTimeOffset CreatedAt, ReadOnlyMemory<byte>? EntryContent);

/// <summary>Which rows of api_audit to read; null leaves a condition out.</summary>
public sealed record AuditRowQuery(
    Guid? Before,
    int Limit,
    DateTimeOffset? From,
    DateTimeOffset? To,
    Guid? UserId,
    string? Method,
    string? UrlPrefix,
    int? MinStatus,
    int? MaxStatus,
    string? CorrelationId,
    IReadOnlyCollection<string>? RequestIds = null);

/// <summary>A page of rows, and the id that the next one is before; null when there is none.</summary>
public sealed record AuditRowPage(IReadOnlyList<AuditRow> Rows, Guid? Next);
