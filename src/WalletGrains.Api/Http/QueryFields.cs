using System.Globalization;
using Microsoft.AspNetCore.Http;
using WalletGrains.Api.Errors;
using WalletGrains.Api.OpenApi;
using WalletGrains.Contracts;

namespace WalletGrains.Api.Http;

/// <summary>
/// Reads the query strictly. A parameter that is misspelt, repeated or not known yet is refused: a filter that is silently
/// ignored shows a caller what it did not ask for.
/// </summary>
internal static class QueryFields
{
    /// <summary>Why parameters are refused that the operation does not know, or that come twice; null when there are none.</summary>
    public static Problem? RefusalOf(HttpRequest request, Operation operation)
    {
        if (!request.QueryString.HasValue || operation.IgnoresQuery)
        {
            return null;
        }

        var errors = new FieldErrors();
        foreach (var (name, values) in request.Query)
        {
            var shown = name.Length <= ApiLimits.MaxEchoedNameLength ? name : name[..ApiLimits.MaxEchoedNameLength];
            if (!operation.Query.Any(known => known.Name == name))
            {
                errors.Add(shown, $"{shown} is not a query parameter of this request.");
            }
            else if (values.Count != 1)
            {
                errors.Add(shown, $"{shown} is given more than once.");
            }
        }

        return errors.Any ? Problem.Invalid(errors) : null;
    }

    /// <summary>A stretch of time: at or after from and before to; null where it is open.</summary>
    public static (DateTimeOffset? From, DateTimeOffset? To) QueryPeriod(this FieldErrors errors, HttpRequest request)
    {
        var (from, to) = (errors.QueryTime(request, "from"), errors.QueryTime(request, "to"));
        if (from > to)
        {
            errors.Add("from", "from must not be later than to.");
        }

        return (from, to);
    }

    /// <summary>The rows of a page.</summary>
    public static int QueryLimit(this FieldErrors errors, HttpRequest request, int whenMissing)
    {
        if (Single(request, "limit") is not { } text)
        {
            return whenMissing;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= Limits.MaxPageSize)
        {
            return limit;
        }

        errors.Add("limit", $"limit must be a whole number from 1 to {Limits.MaxPageSize}.");
        return whenMissing;
    }

    /// <summary>Where the page before it ended; null for the first page.</summary>
    public static long? QueryEntryCursor(this FieldErrors errors, HttpRequest request, Guid walletId)
    {
        if (Single(request, "cursor") is not { } text)
        {
            return null;
        }

        if (Cursor.TryReadEntry(text, walletId, out var version))
        {
            return version;
        }

        errors.Add("cursor", "cursor must be the nextCursor of a page of this wallet.");
        return null;
    }

    /// <summary>Where the page before it ended; null for the first page.</summary>
    public static Guid? QueryWalletCursor(this FieldErrors errors, HttpRequest request, Guid ownerId)
    {
        if (Single(request, "cursor") is not { } text)
        {
            return null;
        }

        if (Cursor.TryReadWallet(text, ownerId, out var walletId))
        {
            return walletId;
        }

        errors.Add("cursor", "cursor must be the one in the Link header of a page of your wallets.");
        return null;
    }

    /// <summary>Where the page before it ended; null for the first page.</summary>
    public static Guid? QueryScheduleCursor(this FieldErrors errors, HttpRequest request, Guid walletId)
    {
        if (Single(request, "cursor") is not { } text)
        {
            return null;
        }

        if (Cursor.TryReadSchedule(text, walletId, out var scheduleId))
        {
            return scheduleId;
        }

        errors.Add("cursor", "cursor must be the nextCursor of a page of this wallet's schedules.");
        return null;
    }

    /// <summary>Where the page before it ended; null for the first page.</summary>
    public static Guid? QueryBillCursor(this FieldErrors errors, HttpRequest request, string filters)
    {
        if (Single(request, "cursor") is not { } text)
        {
            return null;
        }

        if (Cursor.TryReadBill(text, filters, out var paymentId))
        {
            return paymentId;
        }

        errors.Add("cursor", "cursor must be the nextCursor of a page of this list.");
        return null;
    }

    /// <summary>An id.</summary>
    public static Guid? QueryId(this FieldErrors errors, HttpRequest request, string name)
    {
        if (Single(request, name) is not { } text)
        {
            return null;
        }

        if (text.Length == 36 && Guid.TryParseExact(text, "D", out var id))
        {
            return id;
        }

        errors.Add(name, $"{name} must be a UUID.");
        return null;
    }

    /// <summary>A time with its offset.</summary>
    public static DateTimeOffset? QueryTime(this FieldErrors errors, HttpRequest request, string name)
    {
        if (Single(request, name) is not { } text)
        {
            return null;
        }

        if (UtcTime.TryParse(text, out var time))
        {
            return time;
        }

        errors.Add(name, $"{name} must be a time such as 2026-01-31T12:00:00.000Z; a plus sign in it is written %2B.");
        return null;
    }

    /// <summary>A number of entries.</summary>
    public static long? QueryVersion(this FieldErrors errors, HttpRequest request, string name)
    {
        if (Single(request, name) is not { } text)
        {
            return null;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            return version;
        }

        errors.Add(name, $"{name} must be a whole number, 0 or above.");
        return null;
    }

    /// <summary>One of several names; null when it is missing.</summary>
    public static string? QueryName(this FieldErrors errors, HttpRequest request, string name, IReadOnlyList<string> known)
    {
        if (Single(request, name) is not { } text)
        {
            return null;
        }

        if (known.Contains(text))
        {
            return text;
        }

        errors.Add(name, $"{name} must be one of {string.Join(", ", known)}.");
        return null;
    }

    /// <summary>The parameter's value; null when it is missing. Repeated ones were refused by <see cref="RefusalOf"/>.</summary>
    public static string? Single(HttpRequest request, string name) =>
        request.QueryString.HasValue && request.Query.TryGetValue(name, out var values) ? values[0] ?? "" : null;
}
