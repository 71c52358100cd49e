using Microsoft.AspNetCore.Http;

namespace WalletGrains.Api.Errors;

/// <summary>A kind of refusal with its HTTP status. The kinds below are all there are; clients act on <see cref="Code"/>.</summary>
internal sealed class ProblemKind
{
    public static readonly ProblemKind Validation = new("VALIDATION", StatusCodes.Status400BadRequest, "The request is not valid");
    public static readonly ProblemKind InsufficientFunds = new("INSUFFICIENT_FUNDS", StatusCodes.Status400BadRequest, "Insufficient funds");
    public static readonly ProblemKind SameWallet = new("SAME_WALLET", StatusCodes.Status400BadRequest, "Both sides are the same wallet");
    public static readonly ProblemKind Unauthenticated = new("UNAUTHENTICATED", StatusCodes.Status401Unauthorized, "Not authenticated");
    public static readonly ProblemKind Forbidden = new("FORBIDDEN", StatusCodes.Status403Forbidden, "Not allowed");
    public static readonly ProblemKind NotFound = new("NOT_FOUND", StatusCodes.Status404NotFound, "Not found");
    public static readonly ProblemKind MethodNotAllowed = new("METHOD_NOT_ALLOWED", StatusCodes.Status405MethodNotAllowed, "Wrong method");
    public static readonly ProblemKind RequestTimeout = new("REQUEST_TIMEOUT", StatusCodes.Status408RequestTimeout, "The request took too long to arrive");
    public static readonly ProblemKind DuplicateIdempotencyKey = new("DUPLICATE_IDEMPOTENCY_KEY", StatusCodes.Status409Conflict, "Duplicate idempotency key");
    public static readonly ProblemKind EmailTaken = new("EMAIL_TAKEN", StatusCodes.Status409Conflict, "E-mail address taken");
    public static readonly ProblemKind UsernameTaken = new("USERNAME_TAKEN", StatusCodes.Status409Conflict, "Name taken");
    public static readonly ProblemKind AccountTaken = new("ACCOUNT_TAKEN", StatusCodes.Status409Conflict, "Account known already");
    public static readonly ProblemKind PaymentWaits = new("PAYMENT_WAITS", StatusCodes.Status409Conflict, "A payment waits for it");
    public static readonly ProblemKind BodyTooLarge = new("BODY_TOO_LARGE", StatusCodes.Status413PayloadTooLarge, "The body is too large");
    public static readonly ProblemKind UnsupportedMediaType = new("UNSUPPORTED_MEDIA_TYPE", StatusCodes.Status415UnsupportedMediaType, "The body is of another media type");
    public static readonly ProblemKind AmountTooLarge = new("AMOUNT_TOO_LARGE", StatusCodes.Status422UnprocessableEntity, "Amount too large");
    public static readonly ProblemKind CurrencyMismatch = new("CURRENCY_MISMATCH", StatusCodes.Status422UnprocessableEntity, "Currency mismatch");
    public static readonly ProblemKind RequestIdReused = new("REQUEST_ID_REUSED", StatusCodes.Status422UnprocessableEntity, "Request id reused");
    public static readonly ProblemKind UnknownCurrency = new("UNKNOWN_CURRENCY", StatusCodes.Status422UnprocessableEntity, "Unknown currency");
    public static readonly ProblemKind UnknownBiller = new("UNKNOWN_BILLER", StatusCodes.Status422UnprocessableEntity, "Unknown biller");
    public static readonly ProblemKind UnknownCustomer = new("UNKNOWN_CUSTOMER", StatusCodes.Status422UnprocessableEntity, "The biller knows no such customer");
    public static readonly ProblemKind NotOpenToSettlement = new("NOT_OPEN_TO_SETTLEMENT", StatusCodes.Status422UnprocessableEntity, "Not open to settlement");
    public static readonly ProblemKind WalletClosed = new("WALLET_CLOSED", StatusCodes.Status422UnprocessableEntity, "Wallet closed");
    public static readonly ProblemKind WalletFrozen = new("WALLET_FROZEN", StatusCodes.Status422UnprocessableEntity, "Wallet frozen");
    public static readonly ProblemKind WalletNotFrozen = new("WALLET_NOT_FROZEN", StatusCodes.Status422UnprocessableEntity, "Wallet not frozen");
    public static readonly ProblemKind WalletNotEmpty = new("WALLET_NOT_EMPTY", StatusCodes.Status422UnprocessableEntity, "Wallet not empty");
    public static readonly ProblemKind HoldNotActive = new("HOLD_NOT_ACTIVE", StatusCodes.Status422UnprocessableEntity, "Hold not active");
    public static readonly ProblemKind CaptureExceedsHold = new("CAPTURE_EXCEEDS_HOLD", StatusCodes.Status422UnprocessableEntity, "Capture exceeds hold");
    public static readonly ProblemKind TooManyHolds = new("TOO_MANY_HOLDS", StatusCodes.Status422UnprocessableEntity, "Too many holds");
    public static readonly ProblemKind TooManySchedules = new("TOO_MANY_SCHEDULES", StatusCodes.Status422UnprocessableEntity, "Too many schedules");
    public static readonly ProblemKind BulkAbandoned = new("BULK_ABANDONED", StatusCodes.Status422UnprocessableEntity, "Bulk transfer abandoned");
    public static readonly ProblemKind LimitExceeded = new("LIMIT_EXCEEDED", StatusCodes.Status422UnprocessableEntity, "Limit exceeded");
    public static readonly ProblemKind NotReversible = new("NOT_REVERSIBLE", StatusCodes.Status422UnprocessableEntity, "Not reversible");
    public static readonly ProblemKind NotADeadLetter = new("NOT_A_DEAD_LETTER", StatusCodes.Status422UnprocessableEntity, "Not a dead letter");
    public static readonly ProblemKind ReversalExceedsOriginal = new("REVERSAL_EXCEEDS_ORIGINAL", StatusCodes.Status422UnprocessableEntity, "Reversal exceeds the original");
    public static readonly ProblemKind LastOperator = new("LAST_OPERATOR", StatusCodes.Status422UnprocessableEntity, "The last operator");
    public static readonly ProblemKind TooManyApiKeys = new("TOO_MANY_API_KEYS", StatusCodes.Status422UnprocessableEntity, "Too many keys");
    public static readonly ProblemKind TooManyAccounts = new("TOO_MANY_ACCOUNTS", StatusCodes.Status422UnprocessableEntity, "Too many accounts");
    public static readonly ProblemKind NothingToSync = new("NOTHING_TO_SYNC", StatusCodes.Status422UnprocessableEntity, "Nothing to bring up to date");
    public static readonly ProblemKind PaymentDiffers = new("PAYMENT_DIFFERS", StatusCodes.Status422UnprocessableEntity, "Reported otherwise");
    public static readonly ProblemKind PaymentDiscarded = new("PAYMENT_DISCARDED", StatusCodes.Status422UnprocessableEntity, "Payment discarded");
    public static readonly ProblemKind RateLimited = new("RATE_LIMITED", StatusCodes.Status429TooManyRequests, "Too many requests", retryAfterSeconds: 1);
    public static readonly ProblemKind Overloaded = new("OVERLOADED", StatusCodes.Status429TooManyRequests, "Overloaded", retryAfterSeconds: 1);
    public static readonly ProblemKind HeadersTooLarge = new("HEADERS_TOO_LARGE", StatusCodes.Status431RequestHeaderFieldsTooLarge, "The headers are too large");
    public static readonly ProblemKind Internal = new("INTERNAL", StatusCodes.Status500InternalServerError, "Internal error");
    public static readonly ProblemKind Unavailable = new("UNAVAILABLE", StatusCodes.Status503ServiceUnavailable, "Unavailable", retryAfterSeconds: 2);
    public static readonly ProblemKind OutcomeUnknown = new("OUTCOME_UNKNOWN", StatusCodes.Status503ServiceUnavailable, "Outcome unknown", retryAfterSeconds: 2);

    private ProblemKind(string code, int status, string title, int? retryAfterSeconds = null)
    {
        Code = code;
        Status = status;
        Title = title;
        RetryAfterSeconds = retryAfterSeconds;
        Type = "urn:walletgrains:problem:" + code.ToLowerInvariant().Replace('_', '-');
    }

    /// <summary>The stable code, in capitals.</summary>
    public string Code { get; }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>A few words, the same for every problem of the kind.</summary>
    public string Title { get; }

    /// <summary>After how many seconds trying again makes sense; null when it makes none.</summary>
    public int? RetryAfterSeconds { get; }

    /// <summary>The kind as a URI (RFC 9457).</summary>
    public string Type { get; }
}
