using Microsoft.AspNetCore.Http;
using WalletGrains.Api.Http;

namespace WalletGrains.Api.Errors;

/// <summary>Why a request is not answered with what it asked for.</summary>
/// <param name="Kind">What kind of refusal it is.</param>
/// <param name="Detail">One sentence for the developer who reads it.</param>
internal sealed record Problem(ProblemKind Kind, string Detail)
{
    /// <summary>
    /// One text for every 401, so that an answer tells neither what was wrong with a token nor whether an e-mail address is known.
    /// </summary>
    public static readonly Problem Unauthenticated = new(ProblemKind.Unauthenticated, "The credentials are missing, wrong or expired.");

    /// <summary>The caller's role, or the scopes of its key, do not allow it.</summary>
    public static readonly Problem Forbidden = new(ProblemKind.Forbidden, "Your role, or the scopes of your key, do not allow this.");

    /// <summary>One text for what does not exist and for what belongs to somebody else.</summary>
    public static readonly Problem NotFound = new(ProblemKind.NotFound, "There is no such thing, or it is not yours.");

    /// <summary>Something broke; the log has it under the correlation id.</summary>
    public static readonly Problem Internal = new(ProblemKind.Internal, "Something went wrong. Quote the correlation id when you report it.");

    /// <summary>The body is above <see cref="ApiLimits.MaxBodyBytes"/>.</summary>
    public static readonly Problem BodyTooLarge = new(ProblemKind.BodyTooLarge, $"The body may have at most {ApiLimits.MaxBodyBytes} bytes.");

    /// <summary>The body is declared as something other than JSON in UTF-8.</summary>
    public static readonly Problem UnsupportedMediaType = new(ProblemKind.UnsupportedMediaType, "The body must be sent as application/json in UTF-8, without a content encoding.");

    /// <summary>Too much waits already; nothing happened.</summary>
    public static readonly Problem Overloaded = new(ProblemKind.Overloaded, "Too many requests wait already. Nothing happened; try again later.");

    /// <summary>The store is away, or what time it is is not known; nothing happened.</summary>
    public static readonly Problem Unavailable = new(ProblemKind.Unavailable, "The service cannot reach its store, or its clock and the store's differ. Nothing happened; try again later.");

    /// <summary>Messages by field, for <see cref="ProblemKind.Validation"/>; by check where it says how the host is.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary>After how many seconds trying again makes sense, where it is not what its kind says.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>With <see cref="ProblemKind.DuplicateIdempotencyKey"/>: the entry the key belongs to.</summary>
    public Guid? TransactionId { get; init; }

    /// <summary>The transfer that was undone.</summary>
    public Guid? TransferId { get; init; }

    /// <summary>The payment of a bill that failed.</summary>
    public Guid? PaymentId { get; init; }

    /// <summary>The leg of a bulk transfer that it is about, from 0.</summary>
    public int? FailedLeg { get; init; }

    /// <summary>With <see cref="ProblemKind.OutcomeUnknown"/>: the id to ask again with, where the request has one.</summary>
    public string? RequestId { get; init; }

    /// <summary>The refusal was decided by an earlier request with the same id.</summary>
    public bool Replayed { get; init; }

    /// <summary>A request that breaks the contract in the named fields.</summary>
    public static Problem Invalid(FieldErrors errors) => new(ProblemKind.Validation, errors.Summary) { Errors = errors.ToDictionary() };

    /// <summary>A request that breaks the contract as a whole.</summary>
    public static Problem Invalid(string detail) => new(ProblemKind.Validation, detail);

    /// <summary>A command that may or may not be durable.</summary>
    public static Problem OutcomeUnknown(string requestId) =>
        new(ProblemKind.OutcomeUnknown, "It is not known yet whether this happened. Send the same request with this request id again to learn it; it will not happen twice.")
        {
            RequestId = requestId,
        };

    /// <summary>A change without a request id that may or may not be durable.</summary>
    /// <param name="advice">What to do now.</param>
    public static Problem OutcomeUnknownOf(string advice) => new(ProblemKind.OutcomeUnknown, $"It is not known whether this happened. {advice}");

    /// <summary>The same, and whoever is told it is to wait at least so long.</summary>
    public Problem NotBefore(TimeSpan wait) =>
        wait.TotalSeconds <= (RetryAfterSeconds ?? Kind.RetryAfterSeconds ?? 0) ? this : this with { RetryAfterSeconds = (int)Math.Ceiling(wait.TotalSeconds) };

    /// <summary>What the framework refused with a bare status.</summary>
    public static Problem OfStatus(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => Unauthenticated,
        StatusCodes.Status403Forbidden => Forbidden,
        StatusCodes.Status404NotFound => NotFound,
        StatusCodes.Status405MethodNotAllowed => new(ProblemKind.MethodNotAllowed, "This path knows other methods; see the Allow header."),
        StatusCodes.Status408RequestTimeout => new(ProblemKind.RequestTimeout, "The request took too long to arrive."),
        StatusCodes.Status413PayloadTooLarge => BodyTooLarge,
        StatusCodes.Status415UnsupportedMediaType => UnsupportedMediaType,
        StatusCodes.Status429TooManyRequests => Overloaded,
        StatusCodes.Status431RequestHeaderFieldsTooLarge => new(ProblemKind.HeadersTooLarge, "The headers are too large."),
        StatusCodes.Status503ServiceUnavailable => Unavailable,
        < StatusCodes.Status500InternalServerError => Invalid("The request is not valid HTTP."),
        _ => Internal,
    };
}
