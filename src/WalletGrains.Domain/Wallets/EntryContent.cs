using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Domain.Wallets;

/// <summary>
/// The bytes of an entry: one JSON object in UTF-8 with its members in a fixed order. They are written once, hashed,
/// stored as they are and never written anew, so anybody can check the hash chain with standard tools.
/// </summary>
public static class EntryContent
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer)? _scratch;

    /// <summary>The bytes to hash and to store.</summary>
    public static byte[] Encode(Entry entry)
    {
        var (buffer, json) = _scratch ??= NewScratch();
        buffer.ResetWrittenCount();
        json.Reset();

        json.WriteStartObject();
        json.WriteString("walletId"u8, entry.WalletId);
        json.WriteNumber("version"u8, entry.Version);
        json.WriteString("entryId"u8, entry.EntryId);
        json.WriteString("type"u8, EntryTypes.NameOf(entry.Type));
        json.WriteString("currency"u8, entry.Amount.Currency.Code);
        json.WriteNumber("amountMinor"u8, entry.Amount.MinorUnits);
        json.WriteNumber("balanceBeforeMinor"u8, entry.BalanceBeforeMinor);
        json.WriteNumber("balanceAfterMinor"u8, entry.BalanceAfterMinor);
        json.WriteString("counterAccount"u8, entry.CounterAccount);
        json.WriteString("requestId"u8, entry.RequestId.Value);
        if (entry.TransferId is { } transferId)
        {
            json.WriteString("transferId"u8, transferId);
        }

        if (entry.Description is { } description)
        {
            json.WriteString("description"u8, description);
        }

        Span<char> time = stackalloc char[32];
        entry.CreatedAt.UtcDateTime.TryFormat(time, out var length, TimeFormat, CultureInfo.InvariantCulture);
        json.WriteString("createdAt"u8, time[..length]);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The entry that the bytes hold.</summary>
    /// <exception cref="FormatException">They are not the content of an entry.</exception>
    public static Entry Decode(ReadOnlyMemory<byte> content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            var json = document.RootElement;
            return new Entry(
                json.GetProperty("entryId"u8).GetGuid(),
                json.GetProperty("walletId"u8).GetGuid(),
                json.GetProperty("version"u8).GetInt64(),
                EntryTypes.Parse(json.GetProperty("type"u8).GetString()!),
                new Money(json.GetProperty("amountMinor"u8).GetInt64(), Currency.Parse(json.GetProperty("currency"u8).GetString()!)),
                json.GetProperty("balanceBeforeMinor"u8).GetInt64(),
                json.GetProperty("balanceAfterMinor"u8).GetInt64(),
                json.GetProperty("counterAccount"u8).GetString()!,
                RequestId.FromStored(json.GetProperty("requestId"u8).GetString()!),
                json.TryGetProperty("transferId"u8, out var transferId) ? transferId.GetGuid() : null,
                json.TryGetProperty("description"u8, out var description) ? description.GetString() : null,
                DateTimeOffset.ParseExact(json.GetProperty("createdAt"u8).GetString()!, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException or FormatException)
        {
            throw new FormatException("These bytes are not the content of an entry.", e);
        }
    }

    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer) NewScratch()
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        return (buffer, new Utf8JsonWriter(buffer, Options));
    }
}
