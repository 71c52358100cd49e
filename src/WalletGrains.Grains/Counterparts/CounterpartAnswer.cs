using System.Net;
using System.Text.Json;
using WalletGrains.Contracts;

namespace WalletGrains.Grains.Counterparts;

/// <summary>What a third party answered.</summary>
/// <param name="From">Its name, at the beginning of a sentence.</param>
/// <param name="Status">The status.</param>
/// <param name="RetryAfter">How long it wants to be left alone; null when it does not say.</param>
/// <param name="Body">The body, as it came.</param>
internal sealed record CounterpartAnswer(string From, HttpStatusCode Status, TimeSpan? RetryAfter, byte[] Body)
{
    // Which of two members of one name counts is anybody's guess.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Reads the body.</summary>
    /// <param name="read">Throws what reading JSON throws, or a <see cref="FormatException"/> that says what is wrong and nothing of the content.</param>
    /// <exception cref="CounterpartException">It is not what the documents promise.</exception>
    public T Read<T>(Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(Body, Strict);
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            var what = e is FormatException ? e.Message : "It is malformed.";
            throw new CounterpartException($"{From} gave an answer that cannot be read: {what}", e);
        }
    }

    /// <summary>What the refusal means for whoever asked.</summary>
    public CounterpartException ToException()
    {
        var isTransient = Status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.Unauthorized || (int)Status >= 500;
        return new CounterpartException($"{From} answered {(int)Status}{(Code is { } code ? " " + code : "")}.") { IsDefinite = !isTransient, RetryAfter = RetryAfter };
    }

    /// <summary>The code of a refusal; null where the body has none.</summary>
    public string? Code => TextOf("code", 64);

    /// <summary>The words of a refusal; null where the body has none.</summary>
    public string? Message => TextOf("message", 200);

    private string? TextOf(string member, int maxLength)
    {
        try
        {
            using var document = JsonDocument.Parse(Body, Strict);
            return document.RootElement.TryGetProperty(member, out var value) && value.GetString() is { Length: > 0 } text && text.Length <= maxLength && PlainText.IsValid(text)
                ? text
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
