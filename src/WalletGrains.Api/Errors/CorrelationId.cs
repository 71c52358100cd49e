using System.Buffers;
using System.Collections;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace WalletGrains.Api.Errors;

/// <summary>The id by which one request is found in the logs of every process it touched.</summary>
internal static class CorrelationId
{
    /// <summary>The header it comes and goes in.</summary>
    public const string HeaderName = "X-Correlation-Id";

    private static readonly SearchValues<char> Sane =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>The caller's id when it is a sane token, else a new one. Anything else could forge lines of a log.</summary>
    public static string Of(HttpRequest request, TimeProvider time)
    {
        var given = request.Headers[HeaderName];
        return given.Count == 1 && given[0] is { } text && IsSane(text)
            ? text
            : Guid.CreateVersion7(time.GetUtcNow()).ToString("N", CultureInfo.InvariantCulture);
    }

    /// <summary>Whether it may be one.</summary>
    public static bool IsSane(string text) =>
        text.Length is > 0 and <= ApiLimits.MaxCorrelationIdLength && !text.AsSpan().ContainsAnyExcept(Sane);

    /// <summary>The log scope of a request.</summary>
    internal sealed class Scope(string correlationId) : IReadOnlyList<KeyValuePair<string, object?>>
    {
        public int Count => 1;

        public KeyValuePair<string, object?> this[int index] => index == 0
            ? new("CorrelationId", correlationId)
            : throw new ArgumentOutOfRangeException(nameof(index));

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
        {
            yield return this[0];
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public override string ToString() => "CorrelationId:" + correlationId;
    }
}
