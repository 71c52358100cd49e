using System.Globalization;
using Microsoft.AspNetCore.Http;
using WalletGrains.Api.Audit;
using WalletGrains.Contracts;

namespace WalletGrains.Api.Http;

/// <summary>Reads the fields every feature has in common, noting what is wrong with them.</summary>
internal static class Fields
{
    /// <summary>The id in the path. Only the 36 characters of RFC 9562 are taken, so that one thing has one address.</summary>
    public static Guid PathId(this FieldErrors errors, HttpContext context)
    {
        // The length: white space around the id would be let pass.
        if (context.Request.RouteValues["id"] is string { Length: 36 } text && Guid.TryParseExact(text, "D", out var id))
        {
            return id;
        }

        errors.Add("id", "The id in the path must be a UUID.");
        return Guid.Empty;
    }

    /// <summary>An id that must be given.</summary>
    public static Guid RequiredId(this FieldErrors errors, string field, Guid? value)
    {
        if (value is null)
        {
            errors.Add(field, $"{field} is required.");
        }

        return value ?? Guid.Empty;
    }

    /// <summary>A text that must be given.</summary>
    /// <returns>The text; empty when something is wrong with it.</returns>
    public static string RequiredText(this FieldErrors errors, string field, string? value, int minLength, int maxLength)
    {
        if (value is null)
        {
            errors.Add(field, $"{field} is required.");
            return "";
        }

        if (value.Length < minLength || value.Length > maxLength)
        {
            errors.Add(field, $"{field} must have {minLength} to {maxLength} characters.");
            return "";
        }

        return errors.Plain(field, value);
    }

    /// <summary>A text that may be left out.</summary>
    public static string? OptionalText(this FieldErrors errors, string field, string? value, int maxLength)
    {
        if (value is null)
        {
            return null;
        }

        if (value.Length > maxLength)
        {
            errors.Add(field, $"{field} must have at most {maxLength} characters.");
            return null;
        }

        return errors.Plain(field, value);
    }

    /// <summary>An amount that must be given and be a JSON number; what it is worth depends on the wallet's currency.</summary>
    public static void RequiredAmount(this FieldErrors errors, string field, AmountText amount)
    {
        if (!amount.IsGiven)
        {
            errors.Add(field, $"{field} is required.");
        }
        else if (!amount.IsNumber)
        {
            errors.Add(field, $"{field} must be a JSON number, such as 100.5.");
        }
    }

    /// <summary>An amount that may be left out.</summary>
    public static void OptionalAmount(this FieldErrors errors, string field, AmountText? amount)
    {
        if (amount is { } given)
        {
            errors.RequiredAmount(field, given);
        }
    }

    /// <summary>A whole number that may be left out.</summary>
    public static long? OptionalCount(this FieldErrors errors, string field, long? value, long max)
    {
        if (value is null or > 0 && !(value > max))
        {
            return value;
        }

        errors.Add(field, string.Create(CultureInfo.InvariantCulture, $"{field} must be a whole number from 1 to {max}."));
        return null;
    }

    /// <summary>What the caller attaches; null for nothing.</summary>
    public static Metadata? Metadata(this FieldErrors errors, string field, MetadataObject given)
    {
        if (given.IsInvalid)
        {
            errors.Add(
                field,
                $"{field} must be an object of strings without control characters, each name once, at most {Limits.MaxMetadataBytes} bytes of names and texts.");
        }

        return given.Value;
    }

    /// <summary>
    /// The request id in the body, or in the header Idempotency-Key in its place. A request without one gets a fresh id, with
    /// which it can be repeated should its outcome stay unknown.
    /// </summary>
    public static RequestId RequestId(this FieldErrors errors, string field, string? inBody, HttpRequest request, TimeProvider time)
    {
        const string HeaderName = "Idempotency-Key";
        var inHeader = request.Headers[HeaderName];
        if (inHeader.Count > 1)
        {
            errors.Add(HeaderName, $"{HeaderName} must be given once.");
            return default;
        }

        if (inBody is not null && inHeader.Count == 1 && !string.Equals(inBody, inHeader[0], StringComparison.Ordinal))
        {
            errors.Add(field, $"{field} and the header {HeaderName} are both given and differ.");
            return default;
        }

        var text = inBody ?? inHeader.ToString();
        if (inBody is null && inHeader.Count == 0)
        {
            text = Guid.CreateVersion7(time.GetUtcNow()).ToString("D", CultureInfo.InvariantCulture);
        }

        if (!Contracts.RequestId.TryFromClient(text, out var requestId))
        {
            errors.Add(
                inBody is null ? HeaderName : field,
                $"{(inBody is null ? HeaderName : field)} must have 1 to {Limits.MaxRequestIdLength} characters and no control characters.");
            return default;
        }

        AuditRecord.Of(request.HttpContext)?.TakeRequestId(requestId);
        return requestId;
    }

    /// <summary>
    /// The same for a reversal, whose id lives apart from those of the wallet's owner; see
    /// <see cref="Contracts.RequestId.TryFromReversal"/>.
    /// </summary>
    public static RequestId ReversalId(this FieldErrors errors, string field, string? inBody, HttpRequest request, TimeProvider time)
    {
        var given = errors.RequestId(field, inBody, request, time);
        if (given == default || !Contracts.RequestId.TryFromReversal(given.ClientText, out var requestId))
        {
            return default;
        }

        AuditRecord.Of(request.HttpContext)?.TakeRequestId(requestId);
        return requestId;
    }

    private static string Plain(this FieldErrors errors, string field, string value)
    {
        if (PlainText.IsValid(value))
        {
            return value;
        }

        errors.Add(field, $"{field} must not contain control characters.");
        return "";
    }
}
