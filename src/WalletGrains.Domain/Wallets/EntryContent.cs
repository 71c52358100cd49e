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

        WriteTime(json, "createdAt"u8, entry.CreatedAt);
        WriteWhatMostEntriesLack(json, entry);
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
            var walletId = json.GetProperty("walletId"u8).GetGuid();
            var currency = Currency.Parse(ReadText(json.GetProperty("currency"u8)));
            return new Entry(
                json.GetProperty("entryId"u8).GetGuid(),
                walletId,
                json.GetProperty("version"u8).GetInt64(),
                EntryTypes.Parse(ReadText(json.GetProperty("type"u8))),
                new Money(json.GetProperty("amountMinor"u8).GetInt64(), currency),
                json.GetProperty("balanceBeforeMinor"u8).GetInt64(),
                json.GetProperty("balanceAfterMinor"u8).GetInt64(),
                ReadText(json.GetProperty("counterAccount"u8)),
                RequestId.FromStored(json.GetProperty("requestId"u8).GetString()),
                json.TryGetProperty("transferId"u8, out var transferId) ? transferId.GetGuid() : null,
                json.TryGetProperty("description"u8, out var description) ? ReadText(description) : null,
                ReadTime(json.GetProperty("createdAt"u8)),
                json.TryGetProperty("heldAfterMinor"u8, out var held) ? held.GetInt64() : 0,
                json.TryGetProperty("statusAfter"u8, out var status) ? WalletStatuses.Parse(ReadText(status)) : WalletStatus.Open,
                json.TryGetProperty("hold"u8, out var hold) ? ReadHold(hold, walletId, currency) : null,
                json.TryGetProperty("limits"u8, out var limits) ? LimitsContent.Read(limits) : null,
                json.TryGetProperty("reversesTransferId"u8, out var reversed) ? reversed.GetGuid() : null,
                json.TryGetProperty("metadata"u8, out var metadata) ? MetadataContent.Read(metadata) : null,
                json.TryGetProperty("debitedAt"u8, out var debitedAt) ? ReadTime(debitedAt) : null);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException or FormatException)
        {
            throw new FormatException("These bytes are not the content of an entry.", e);
        }
    }

    /// <summary>Left out where it is what it mostly is: nothing held, an open wallet, no hold, no limits, no metadata, no refund.</summary>
    private static void WriteWhatMostEntriesLack(Utf8JsonWriter json, Entry entry)
    {
        if (entry.HeldAfterMinor != 0)
        {
            json.WriteNumber("heldAfterMinor"u8, entry.HeldAfterMinor);
        }

        if (entry.StatusAfter != WalletStatus.Open)
        {
            json.WriteString("statusAfter"u8, WalletStatuses.NameOf(entry.StatusAfter));
        }

        if (entry.Hold is { } hold)
        {
            WriteHold(json, hold);
        }

        if (entry.Limits is { } limits)
        {
            json.WritePropertyName("limits"u8);
            LimitsContent.Write(json, limits);
        }

        if (entry.ReversesTransferId is { } reversed)
        {
            json.WriteString("reversesTransferId"u8, reversed);
        }

        if (entry.Metadata is { } metadata)
        {
            json.WritePropertyName("metadata"u8);
            MetadataContent.Write(json, metadata);
        }

        if (entry.DebitedAt is { } debitedAt)
        {
            WriteTime(json, "debitedAt"u8, debitedAt);
        }
    }

    private static void WriteHold(Utf8JsonWriter json, Hold hold)
    {
        json.WriteStartObject("hold"u8);
        json.WriteString("holdId"u8, hold.HoldId);
        json.WriteNumber("amountMinor"u8, hold.Amount.MinorUnits);
        json.WriteNumber("capturedMinor"u8, hold.CapturedMinor);
        json.WriteString("status"u8, HoldStatuses.NameOf(hold.Status));
        if (hold.ExpiresAt is { } expiresAt)
        {
            WriteTime(json, "expiresAt"u8, expiresAt);
        }

        WriteTime(json, "createdAt"u8, hold.CreatedAt);
        json.WriteEndObject();
    }

    private static Hold ReadHold(JsonElement json, Guid walletId, Currency currency) => new(
        json.GetProperty("holdId"u8).GetGuid(),
        walletId,
        new Money(json.GetProperty("amountMinor"u8).GetInt64(), currency),
        json.GetProperty("capturedMinor"u8).GetInt64(),
        HoldStatuses.Parse(ReadText(json.GetProperty("status"u8))),
        json.TryGetProperty("expiresAt"u8, out var expiresAt) ? ReadTime(expiresAt) : null,
        ReadTime(json.GetProperty("createdAt"u8)));

    private static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset time)
    {
        Span<char> text = stackalloc char[32];
        time.UtcDateTime.TryFormat(text, out var length, TimeFormat, CultureInfo.InvariantCulture);
        json.WriteString(name, text[..length]);
    }

    private static DateTimeOffset ReadTime(JsonElement json) =>
        DateTimeOffset.ParseExact(ReadText(json), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    /// <summary>What an entry has not is left out: null is no text.</summary>
    private static string ReadText(JsonElement json) => json.GetString() ?? throw new FormatException("A text is null.");

    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer) NewScratch()
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        return (buffer, new Utf8JsonWriter(buffer, Options));
    }
}
