using System.Text;
using System.Text.Json;

namespace WalletGrains.Simulators.Calls;

/// <summary>An answer that has not been sent yet.</summary>
/// <param name="Status">Of HTTP.</param>
/// <param name="Content">What is answered.</param>
/// <param name="ContentType">Of what media type it is.</param>
internal sealed record Reply(int Status, ReadOnlyMemory<byte> Content, string ContentType)
{
    private const string Json = "application/json";

    /// <summary>Seconds after which the caller may come again; null to say nothing of it.</summary>
    public int? RetryAfterSeconds { get; init; }

    public static Reply Ok<T>(T body) => Of(StatusCodes.Status200OK, body);

    public static Reply Of<T>(int status, T body) => new(status, JsonSerializer.SerializeToUtf8Bytes(body, SimulatorJson.Options), Json);

    public static Reply Refused(int status, string code, string message) => Of(status, new Refusal(code, message));

    public static Reply NotFound(string what) => Refused(StatusCodes.Status404NotFound, "NOT_FOUND", $"There is no such {what}.");

    public static Reply Full { get; } = Refused(StatusCodes.Status503ServiceUnavailable, "FULL", "This simulator's books are full: POST /admin/reset.");

    public static Reply Csv(string text) => new(StatusCodes.Status200OK, Encoding.UTF8.GetBytes(text), "text/csv; charset=utf-8");

    public async Task SendAsync(HttpResponse response)
    {
        response.StatusCode = Status;
        response.ContentType = ContentType;
        response.ContentLength = Content.Length;
        if (RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        await response.Body.WriteAsync(Content, response.HttpContext.RequestAborted);
    }

    private sealed record Refusal(string Code, string Message);
}
