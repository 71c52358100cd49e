using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace WalletGrains.Simulators;

/// <summary>How the simulators read and write JSON: strictly, so that a caller's mistake does not go unnoticed.</summary>
internal static class SimulatorJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        // Read by programs and people, never put into a page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Reads a request's body.</summary>
    /// <exception cref="BadHttpRequestException">It is not JSON of this shape, or too large.</exception>
    public static async ValueTask<T> ReadAsync<T>(HttpRequest request)
        where T : class
    {
        if (!request.HasJsonContentType())
        {
            throw new BadHttpRequestException("The body must be JSON, with Content-Type: application/json.", StatusCodes.Status415UnsupportedMediaType);
        }

        try
        {
            return await JsonSerializer.DeserializeAsync<T>(request.Body, Options, request.HttpContext.RequestAborted)
                ?? throw new BadHttpRequestException("The body must not be null.");
        }
        catch (JsonException e)
        {
            throw new BadHttpRequestException(e.Message, e);
        }
    }
}
