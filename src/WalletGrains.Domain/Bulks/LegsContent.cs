using System.Buffers;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Bulks;
using WalletGrains.Domain.Wallets;

namespace WalletGrains.Domain.Bulks;

/// <summary>A leg of a bulk with the ids it was given when the bulk was made: every repeat uses the same.</summary>
/// <param name="Leg">What was asked for.</param>
/// <param name="TransferId">The transfer.</param>
/// <param name="HoldId">The hold that reserves its amount.</param>
public sealed record PlannedLeg(BulkLeg Leg, Guid TransferId, Guid HoldId);

/// <summary>The bytes of a bulk's legs: one JSON array, in the order of the legs.</summary>
public static class LegsContent
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The bytes to store.</summary>
    public static byte[] Encode(IReadOnlyList<PlannedLeg> legs) => Write(legs.Count, (json, i) =>
    {
        WriteAsked(json, legs[i].Leg);
        json.WriteString("transferId"u8, legs[i].TransferId);
        json.WriteString("holdId"u8, legs[i].HoldId);
    });

    /// <summary>The legs that the bytes hold.</summary>
    /// <exception cref="FormatException">They are not the legs of a bulk.</exception>
    public static IReadOnlyList<PlannedLeg> Decode(ReadOnlyMemory<byte> content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            return [.. document.RootElement.EnumerateArray().Select(Read)];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException or FormatException)
        {
            throw new FormatException("These bytes are not the legs of a bulk.", e);
        }
    }

    /// <summary>The digest of what was asked for, so that a request id that comes back with other legs is noticed.</summary>
    public static byte[] FingerprintOf(IReadOnlyList<BulkLeg> legs) =>
        SHA256.HashData(Write(legs.Count, (json, i) => WriteAsked(json, legs[i])))[..Fingerprint.Length];

    private static byte[] Write(int count, Action<Utf8JsonWriter, int> writeMembers)
    {
        var buffer = new ArrayBufferWriter<byte>(256 * Math.Max(1, count));
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartArray();
        for (var i = 0; i < count; i++)
        {
            json.WriteStartObject();
            writeMembers(json, i);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteAsked(Utf8JsonWriter json, BulkLeg leg)
    {
        json.WriteString("from"u8, leg.FromWalletId);
        json.WriteString("to"u8, leg.ToWalletId);
        json.WriteNumber("amountMinor"u8, leg.Amount.MinorUnits);
        json.WriteString("currency"u8, leg.Amount.Currency.Code);
        if (leg.Description is { } description)
        {
            json.WriteString("description"u8, description);
        }
    }

    private static PlannedLeg Read(JsonElement json) => new(
        new BulkLeg(
            json.GetProperty("from"u8).GetGuid(),
            json.GetProperty("to"u8).GetGuid(),
            new Money(json.GetProperty("amountMinor"u8).GetInt64(), Currency.Parse(json.GetProperty("currency"u8).GetString()!)),
            json.TryGetProperty("description"u8, out var description) ? description.GetString() : null),
        json.GetProperty("transferId"u8).GetGuid(),
        json.GetProperty("holdId"u8).GetGuid());
}
