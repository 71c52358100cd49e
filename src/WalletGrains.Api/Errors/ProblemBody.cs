using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace WalletGrains.Api.Errors;

/// <summary>A problem as it is sent: RFC 9457, and the members older clients of this product read.</summary>
internal sealed record ProblemBody
{
    /// <summary>The media type it is sent as.</summary>
    public const string ContentType = "application/problem+json";

    /// <summary>The kind of problem, as a URI.</summary>
    public required string Type { get; init; }

    /// <summary>The kind of problem in a few words.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>One sentence about this case.</summary>
    public required string Detail { get; init; }

    /// <summary>The path of the request.</summary>
    public required string Instance { get; init; }

    /// <summary>The stable code to act on.</summary>
    public required string Code { get; init; }

    /// <summary>The same as status.</summary>
    public required int StatusCode { get; init; }

    /// <summary>When this answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>The path of the request.</summary>
    public required string Path { get; init; }

    /// <summary>The reason phrase of the status.</summary>
    public required string Error { get; init; }

    /// <summary>The same as detail.</summary>
    public required string Message { get; init; }

    /// <summary>The id of the request in the logs, also in the header X-Correlation-Id.</summary>
    public required string CorrelationId { get; init; }

    /// <summary>Messages by field; by check in an answer of /health/ready.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary>With DUPLICATE_IDEMPOTENCY_KEY: the transaction the key belongs to; absent when the first request was refused.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? TransactionId { get; init; }

    /// <summary>The transfer that was undone because the receiver refused it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? TransferId { get; init; }

    /// <summary>The payment of a bill that failed because the wallet refused to hold its money.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? PaymentId { get; init; }

    /// <summary>The leg of a bulk transfer that was refused, from 0; nothing moved.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? FailedLeg { get; init; }

    /// <summary>With OUTCOME_UNKNOWN: the request id to repeat the request with.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RequestId { get; init; }

    /// <summary>The problem as an answer to this request at this time.</summary>
    public static ProblemBody Of(Problem problem, HttpContext context, DateTimeOffset now)
    {
        var path = context.Request.PathBase.Add(context.Request.Path).Value ?? "/";
        return new ProblemBody
        {
            Type = problem.Kind.Type,
            Title = problem.Kind.Title,
            Status = problem.Kind.Status,
            Detail = problem.Detail,
            Instance = path,
            Code = problem.Kind.Code,
            StatusCode = problem.Kind.Status,
            Timestamp = now,
            Path = path,
            Error = ReasonPhrases.GetReasonPhrase(problem.Kind.Status),
            Message = problem.Detail,
            CorrelationId = context.TraceIdentifier,
            Errors = problem.Errors,
            TransactionId = problem.TransactionId,
            TransferId = problem.TransferId,
            PaymentId = problem.PaymentId,
            FailedLeg = problem.FailedLeg,
            RequestId = problem.RequestId,
        };
    }
}
