using System.Buffers;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using WalletGrains.Api.Audit;
using WalletGrains.Api.Errors;

namespace WalletGrains.Api.Http;

/// <summary>A body that was read, or why it could not be.</summary>
internal readonly record struct RequestBody<T>(T? Value, Problem? Problem)
    where T : class;

/// <summary>Reads JSON bodies strictly: one object, members exactly as documented, each at most once.</summary>
internal static class RequestBody
{
    private static readonly Problem Empty = Problem.Invalid("The body is empty; a JSON object is required.");
    private static readonly Problem NotUtf8 = Problem.Invalid("The body is not valid UTF-8.");

    /// <summary>Reads the whole body, at most <see cref="ApiLimits.MaxBodyBytes"/> bytes, however it is framed.</summary>
    /// <param name="request">The request.</param>
    /// <param name="typeInfo">What the body is.</param>
    public static ValueTask<RequestBody<T>> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> typeInfo)
        where T : class => ReadAsync(request, typeInfo, isSigned: null);

    /// <summary>The same of a third party, whose body is believed for its signature and whose next version must not be refused: what it is made of is for whoever reads its
    /// members to say. It may begin with a byte order mark, what is no UTF-8 counts where it is read as text, and duplicates where they are known.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isSigned">Checks the signature over the bytes as they came. Without it, nothing of them is looked at.</param>
    public static ValueTask<RequestBody<JsonDocument>> ReadSignedAsync(HttpRequest request, Func<ReadOnlySequence<byte>, bool> isSigned) =>
        ReadAsync(request, ApiJson.OfOthers, isSigned);

    private static async ValueTask<RequestBody<T>> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> typeInfo, Func<ReadOnlySequence<byte>, bool>? isSigned)
        where T : class
    {
        if (request.ContentLength > ApiLimits.MaxBodyBytes)
        {
            return new(null, Problem.BodyTooLarge);
        }

        if (!IsJson(request))
        {
            return new(null, Problem.UnsupportedMediaType);
        }

        var reader = request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync();
            var buffer = result.Buffer;
            if (buffer.Length > ApiLimits.MaxBodyBytes)
            {
                reader.AdvanceTo(buffer.End);
                return new(null, Problem.BodyTooLarge);
            }

            if (!result.IsCompleted)
            {
                reader.AdvanceTo(buffer.Start, buffer.End);
                continue;
            }

            if (isSigned?.Invoke(buffer) == false)
            {
                reader.AdvanceTo(buffer.End);
                return new(null, Problem.Unauthenticated);
            }

            var audit = AuditRecord.Of(request.HttpContext);
            var isOfOthers = isSigned is not null;
            var body = buffer.IsSingleSegment ? Parse(buffer.FirstSpan, typeInfo, isOfOthers, audit) : ParseSegments(buffer, typeInfo, isOfOthers, audit);
            reader.AdvanceTo(buffer.End);
            return body;
        }
    }

    /// <summary>The same where every member may be left out, and with all of them the body.</summary>
    public static async ValueTask<RequestBody<T>> ReadOptionalAsync<T>(HttpRequest request, JsonTypeInfo<T> typeInfo)
        where T : class, new()
    {
        // Nor need anybody say of which type nothing is.
        if (request.ContentType is null && request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            return new(new T(), null);
        }

        var body = await ReadAsync(request, typeInfo);
        return ReferenceEquals(body.Problem, Empty) ? new(new T(), null) : body;
    }

    private static RequestBody<T> ParseSegments<T>(ReadOnlySequence<byte> buffer, JsonTypeInfo<T> typeInfo, bool isOfOthers, AuditRecord? audit)
        where T : class
    {
        var length = checked((int)buffer.Length);
        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            buffer.CopyTo(rented);
            return Parse(rented.AsSpan(0, length), typeInfo, isOfOthers, audit);
        }
        finally
        {
            // It may hold a password.
            ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        }
    }

    private static RequestBody<T> Parse<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> typeInfo, bool isOfOthers, AuditRecord? audit)
        where T : class
    {
        json = isOfOthers && json.StartsWith(Encoding.UTF8.Preamble) ? json[Encoding.UTF8.Preamble.Length..] : json;
        if (json.IsEmpty)
        {
            return new(null, Empty);
        }

        var body = isOfOthers || Utf8.IsValid(json) ? Parse(json, typeInfo) : new(null, NotUtf8);
        audit?.TakeBody(json, typeInfo, isParsed: body.Value is not null);
        return body;
    }

    private static RequestBody<T> Parse<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> typeInfo)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, typeInfo) is { } value
                ? new(value, null)
                : new(null, JsonErrors.NotAnObject);
        }
        catch (JsonException exception)
        {
            return new(null, JsonErrors.Explain(exception, typeInfo));
        }
    }

    private static bool IsJson(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.Count > 0)
        {
            return false;
        }

        var contentType = request.ContentType;
        if (string.Equals(contentType, "application/json", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        if (contentType is null)
        {
            // A request without a body needs no type; it is refused for its missing body.
            return request.ContentLength is null or 0 && request.Headers.TransferEncoding.Count == 0;
        }

        return MediaTypeHeaderValue.TryParse(contentType, out var parsed)
            && string.Equals(parsed.MediaType, "application/json", StringComparison.OrdinalIgnoreCase)
            && (parsed.CharSet is null || string.Equals(parsed.CharSet.Trim('"'), "utf-8", StringComparison.OrdinalIgnoreCase));
    }
}
