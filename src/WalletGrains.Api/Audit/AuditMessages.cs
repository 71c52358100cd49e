using System.Text.Json;
using System.Text.Json.Serialization;
using WalletGrains.Contracts.Audit;

namespace WalletGrains.Api.Audit;

/// <summary>A page of requests, the newest first.</summary>
/// <param name="Items">The requests.</param>
/// <param name="NextCursor">The parameter cursor of the next page; null on the last one.</param>
internal sealed record AuditListResponse(IReadOnlyList<AuditedRequestResponse> Items, string? NextCursor);

/// <summary>A request that may have changed something.</summary>
/// <param name="AuditId">Its id here; grows with time.</param>
/// <param name="At">When it came.</param>
/// <param name="Method">Its method.</param>
/// <param name="Url">Path and query as they were sent; secrets are masked.</param>
/// <param name="BodyBytes">How long its body was; 0 where none was read.</param>
/// <param name="Headers">Some of its headers.</param>
/// <param name="Status">What it was answered with.</param>
/// <param name="DurationMs">Milliseconds until it was answered.</param>
/// <param name="CorrelationId">Its id in the logs and in the header X-Correlation-Id.</param>
/// <param name="Requests">How many requests it stands for: 1, or as many as were refused with the same method, status and address in a flood of them. The first is shown, without
/// its body; one of several addresses has none.</param>
internal sealed record AuditedRequestResponse(
    Guid AuditId,
    DateTimeOffset At,
    string Method,
    string Url,
    int BodyBytes,
    IReadOnlyDictionary<string, string> Headers,
    int Status,
    decimal DurationMs,
    string CorrelationId,
    int Requests)
{
    /// <summary>Its body, at most 8 KB of it, with secrets masked; left out where none was read.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Body { get; init; }

    /// <summary>Where it came from.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ClientIp { get; init; }

    /// <summary>Who sent it; left out for nobody known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? UserId { get; init; }

    /// <summary>Its request id, which it named or was given; left out for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RequestId { get; init; }

    /// <summary>What it made; left out for nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MadeResponse? Made { get; init; }

    public static AuditedRequestResponse Of(AuditedRequest request) => new(
        request.AuditId,
        request.At,
        request.Method,
        request.Url,
        request.BodyBytes,
        HeadersOf(request.Headers),
        request.Status,
        decimal.Round((decimal)request.Duration.TotalMilliseconds, 3),
        request.CorrelationId,
        request.Requests)
    {
        Body = request.Body,
        ClientIp = request.ClientIp,
        UserId = request.UserId,
        RequestId = request.RequestId,
        Made = request.Made is { } made ? new MadeResponse(MadeResponse.Name(made.Kind), made.Id, request.Replayed, request.FoundLater) : null,
    };

    private static Dictionary<string, string> HeadersOf(string stored)
    {
        using var document = JsonDocument.Parse(stored);
        return document.RootElement.EnumerateObject().ToDictionary(header => header.Name, header => header.Value.GetString()!, StringComparer.Ordinal);
    }
}

/// <summary>What a request made.</summary>
/// <param name="Kind">TRANSACTION, TRANSFER, BULK, SCHEDULE, WALLET, USER or BILL.</param>
/// <param name="Id">Its id.</param>
/// <param name="Replayed">An earlier request with the same request id had made it.</param>
/// <param name="FoundLater">The answer could not say it, because the outcome was unknown or there was no answer: it was found under the request id. Made by this request, or by another one
/// with the same id.</param>
internal sealed record MadeResponse(string Kind, Guid Id, bool Replayed, bool FoundLater)
{
    public static string Name(MadeKind kind) => kind.ToString().ToUpperInvariant();
}
