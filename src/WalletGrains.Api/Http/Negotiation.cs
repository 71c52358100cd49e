using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace WalletGrains.Api.Http;

/// <summary>
/// Which of two media types a request asks for (RFC 9110). Only one that is clearly preferred displaces the usual one, and what
/// cannot be read asks for nothing.
/// </summary>
internal static class Negotiation
{
    /// <summary>Whether the header Accept prefers a media type to the usual one.</summary>
    public static bool Prefers(HttpRequest request, string mediaType, string over)
    {
        var header = request.Headers.Accept;
        return header.Count > 0
            && MediaTypeHeaderValue.TryParseStrictList(header, out var ranges)
            && QualityOf(mediaType, ranges) > QualityOf(over, ranges);
    }

    /// <summary>The quality of the most specific range that covers the type; 0 when none does.</summary>
    private static double QualityOf(string mediaType, IList<MediaTypeHeaderValue> ranges)
    {
        var type = new MediaTypeHeaderValue(mediaType);
        return ranges
            .Where(range => range.MatchesAllTypes || range.MatchesMediaType(type.MediaType))
            .OrderBy(range => range.MatchesAllTypes ? 2 : range.MatchesAllSubTypes ? 1 : 0)
            .Select(range => range.Quality ?? 1)
            .FirstOrDefault();
    }
}
