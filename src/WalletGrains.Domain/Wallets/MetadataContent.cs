using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using WalletGrains.Contracts;

namespace WalletGrains.Domain.Wallets;

/// <summary>Metadata as JSON: one flat object, names in order.</summary>
public static class MetadataContent
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The text to store with a transfer.</summary>
    public static string Encode(Metadata metadata)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            Write(json, metadata);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The metadata that the text holds.</summary>
    /// <exception cref="FormatException">It is not metadata.</exception>
    public static Metadata? Decode(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException("This text is not metadata.", e);
        }
    }

    internal static void Write(Utf8JsonWriter json, Metadata metadata)
    {
        json.WriteStartObject();
        foreach (var (name, text) in metadata.Pairs)
        {
            json.WriteString(name, text);
        }

        json.WriteEndObject();
    }

    internal static Metadata? Read(JsonElement json) =>
        Metadata.FromStored(json.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, member.Value.GetString()!)));
}
