using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace WalletGrains.Api.Http;

/// <summary>Times as the contract writes them: ISO 8601, UTC, exactly three decimals of the second, a Z.</summary>
internal sealed class UtcTime : JsonConverter<DateTimeOffset>
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    private static readonly string[] Accepted =
    [
        "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.fK", "yyyy-MM-dd'T'HH:mm:ss.ffK", "yyyy-MM-dd'T'HH:mm:ss.fffK",
        "yyyy-MM-dd'T'HH:mm:ss.ffffK", "yyyy-MM-dd'T'HH:mm:ss.fffffK", "yyyy-MM-dd'T'HH:mm:ss.ffffffK", "yyyy-MM-dd'T'HH:mm:ss.fffffffK",
    ];

    /// <summary>Reads a time with its offset; false for one without, which would mean another time on every server.</summary>
    public static bool TryParse(string text, out DateTimeOffset time)
    {
        var hasOffset = text is [.., 'Z'] || (text.Length > 6 && text[^6] is '+' or '-');
        return DateTimeOffset.TryParseExact(text, Accepted, CultureInfo.InvariantCulture, DateTimeStyles.None, out time) && hasOffset;
    }

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() is { } text && TryParse(text, out var time) ? time : throw NoTime();

    // With a cause: the serializer's own exceptions without one say that a member is given twice.
    private static JsonException NoTime() => new(null, new FormatException("This is not a time with its offset."));

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[24];
        value.UtcDateTime.TryFormat(text, out var written, Format, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..written]);
    }
}
