using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Audit;

namespace WalletGrains.Api.Audit;

/// <summary>Shows operators what was asked of the front door.</summary>
internal sealed class AuditEndpoints(IGrainFactory grains)
{
    private static readonly string[] Methods = ["POST", "PUT", "PATCH", "DELETE"];

    public void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapApi("GET", "/ops/audit", ListAsync, new("listAudit", "Operations", "Requests that may have changed something, the newest first")
        {
            Description = "Every POST, PUT, PATCH and DELETE that reached the front door, whatever became of it, about a second after its answer. Secrets are "
                + "masked. A page looks through so many requests at most: one with nextCursor and few items, or none, is not the end. "
                + "What a request made that was not answered, or with OUTCOME_UNKNOWN, is looked for by its request id when the list is read: made.foundLater.",
            Access = Access.Operator,
            Response = typeof(AuditListResponse),
            Query =
            [
                QueryParameter.Limit,
                QueryParameter.NextCursor,
                new("from", "Only requests that came at or after this time."),
                new("to", "Only requests that came before this time."),
                new("userId", "Only requests of this user."),
                new("method", "Only requests with this method.") { Values = Methods },
                new("path", "Only requests whose path begins like this, for example /wallet/."),
                new("status", "Only requests answered with this status, such as 422, or this class of them, such as 4xx."),
                new("correlationId", "Only requests with this correlation id."),
                new("requestId", "Only requests with this request id, whatever became of them. Give userId, or from and to, with it: it is looked for among those."),
            ],
        });

    private async ValueTask<Answer> ListAsync(HttpContext context)
    {
        var request = context.Request;
        var errors = new FieldErrors();
        var limit = errors.QueryLimit(request, Limits.DefaultPageSize);
        var (from, to) = errors.QueryPeriod(request);
        var (minStatus, maxStatus) = Status(errors, request);
        var query = new AuditQuery(
            Before: null,
            limit,
            from,
            to,
            UserId(errors, request),
            Method(errors, request),
            Path(errors, request),
            minStatus,
            maxStatus,
            CorrelationIdOf(errors, request),
            RequestIdOf(errors, request));

        // A cursor is good for the filters that it came with.
        var filters = (query with { Limit = 0 }).ToString();
        if (QueryFields.Single(request, "cursor") is { } cursor)
        {
            if (Cursor.TryReadRequest(cursor, filters, out var before))
            {
                query = query with { Before = before };
            }
            else
            {
                errors.Add("cursor", "cursor must be the nextCursor of a page of this list.");
            }
        }

        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        var page = await grains.GetGrain<IAuditGrain>(0).ListAsync(query);
        var next = page.Next is { } end ? Cursor.BeforeRequest(filters, end) : null;
        return Answer.Ok(new AuditListResponse([.. page.Items.Select(AuditedRequestResponse.Of)], next), ApiJson.Wire.AuditListResponse);
    }

    private static Guid? UserId(FieldErrors errors, HttpRequest request)
    {
        if (QueryFields.Single(request, "userId") is not { } text)
        {
            return null;
        }

        if (text.Length == 36 && Guid.TryParseExact(text, "D", out var id))
        {
            return id;
        }

        errors.Add("userId", "userId must be a UUID.");
        return null;
    }

    private static string? Method(FieldErrors errors, HttpRequest request)
    {
        var method = QueryFields.Single(request, "method");
        if (method is not null && !Methods.Contains(method))
        {
            errors.Add("method", $"method must be one of {string.Join(", ", Methods)}.");
        }

        return method;
    }

    private static string? Path(FieldErrors errors, HttpRequest request)
    {
        var path = QueryFields.Single(request, "path");
        if (path is not null && (path.Length > ApiLimits.MaxAuditedUrl || !path.StartsWith('/') || !PlainText.IsValid(path)))
        {
            errors.Add("path", "path must be the beginning of a path, such as /wallet/.");
        }

        return path;
    }

    private static (int? Min, int? Max) Status(FieldErrors errors, HttpRequest request)
    {
        if (QueryFields.Single(request, "status") is not { } text)
        {
            return default;
        }

        if (text.Length == 3 && text[0] is >= '1' and <= '5')
        {
            if (text.EndsWith("xx", StringComparison.Ordinal))
            {
                var first = (text[0] - '0') * 100;
                return (first, first + 99);
            }

            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var status))
            {
                return (status, status);
            }
        }

        errors.Add("status", "status must be a status such as 422, or a class of them such as 4xx.");
        return default;
    }

    private static string? CorrelationIdOf(FieldErrors errors, HttpRequest request)
    {
        var id = QueryFields.Single(request, "correlationId");
        if (id is not null && !CorrelationId.IsSane(id))
        {
            errors.Add("correlationId", "correlationId must be the X-Correlation-Id of an answer.");
        }

        return id;
    }

    private static string? RequestIdOf(FieldErrors errors, HttpRequest request)
    {
        var id = QueryFields.Single(request, "requestId");
        if (id is not null && !RequestId.TryFromClient(id, out _))
        {
            errors.Add("requestId", $"requestId must have 1 to {Limits.MaxRequestIdLength} characters and no control characters.");
        }

        return id;
    }
}
