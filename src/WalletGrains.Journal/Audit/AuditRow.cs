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
    int Requests);

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
    string? CorrelationId);

/// <summary>A page of rows, and the id that the next one is before; null when there is none.</summary>
public sealed record AuditRowPage(IReadOnlyList<AuditRow> Rows, Guid? Next);
