using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Domain.Wallets;

/// <summary>
/// The bytes of a wallet's details in its head row: one JSON object, empty for the many wallets that have none. It follows
/// from the entries, so it is not part of the hash chain.
/// </summary>
public static class DetailsContent
{
    /// <summary>The bytes to store.</summary>
    public static ReadOnlyMemory<byte> Encode(WalletDetails details)
    {
        if (details == WalletDetails.None)
        {
            return default;
        }

        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        if (details.Holds.Count > 0)
        {
            json.WriteStartArray("holds"u8);
            foreach (var hold in details.Holds.All)
            {
                Write(json, hold);
            }

            json.WriteEndArray();
        }

        if (details.Limits != WalletLimits.None)
        {
            json.WritePropertyName("limits"u8);
            LimitsContent.Write(json, details.Limits);
        }

        Write(json, "spentPerQuarterHour"u8, details.Spending.Day);
        Write(json, "countPerSecond"u8, details.Spending.Minute);
        if (details.Spending.DayCountedSince is { } since)
        {
            json.WriteNumber("dayCountedSince"u8, since.ToUnixTimeMilliseconds());
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The details that the bytes hold.</summary>
    /// <exception cref="FormatException">They are not a wallet's details.</exception>
    public static WalletDetails Decode(ReadOnlyMemory<byte> content)
    {
        if (content.IsEmpty)
        {
            return WalletDetails.None;
        }

        try
        {
            using var document = JsonDocument.Parse(content);
            var json = document.RootElement;
            return new WalletDetails(
                json.TryGetProperty("holds"u8, out var holds) ? OpenHolds.Of(holds.EnumerateArray().Select(ReadHold)) : OpenHolds.None,
                json.TryGetProperty("limits"u8, out var limits) ? LimitsContent.Read(limits) : WalletLimits.None,
                Spending.Of(
                    ReadSpent(json, "spentPerQuarterHour"u8),
                    ReadSpent(json, "countPerSecond"u8),
                    json.TryGetProperty("dayCountedSince"u8, out var since) ? DateTimeOffset.FromUnixTimeMilliseconds(since.GetInt64()) : null));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException("These bytes are not a wallet's details.", e);
        }
    }

    private static void Write(Utf8JsonWriter json, OpenHold hold)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, hold.HoldId);
        json.WriteNumber("amountMinor"u8, hold.AmountMinor);
        if (hold.ExpiresAt is { } expiresAt)
        {
            json.WriteNumber("expiresAt"u8, expiresAt.ToUnixTimeMilliseconds());
        }

        json.WriteNumber("createdAt"u8, hold.CreatedAt.ToUnixTimeMilliseconds());
        if (hold.IsCounted)
        {
            json.WriteBoolean("counted"u8, true);
        }

        if (hold.Purpose is not HoldPurpose.Any)
        {
            json.WriteBoolean(hold.Purpose is HoldPurpose.Bulk ? "bulk"u8 : "bill"u8, true);
        }

        json.WriteEndObject();
    }

    private static OpenHold ReadHold(JsonElement json) => new(
        json.GetProperty("id"u8).GetGuid(),
        json.GetProperty("amountMinor"u8).GetInt64(),
        json.TryGetProperty("expiresAt"u8, out var expiresAt) ? DateTimeOffset.FromUnixTimeMilliseconds(expiresAt.GetInt64()) : null,
        DateTimeOffset.FromUnixTimeMilliseconds(json.GetProperty("createdAt"u8).GetInt64()),
        IsCounted: json.TryGetProperty("counted"u8, out var counted) && counted.GetBoolean(),
        Purpose: json.TryGetProperty("bulk"u8, out _) ? HoldPurpose.Bulk
            : json.TryGetProperty("bill"u8, out _) ? HoldPurpose.Bill
            : HoldPurpose.Any);

    private static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, ImmutableArray<Spent> stretches)
    {
        if (!stretches.IsEmpty)
        {
            json.WriteStartArray(name);
            foreach (var spent in stretches)
            {
                json.WriteNumberValue(spent.Start);
                json.WriteNumberValue(spent.Value);
            }

            json.WriteEndArray();
        }
    }

    private static ImmutableArray<Spent> ReadSpent(JsonElement json, ReadOnlySpan<byte> name) =>
        json.TryGetProperty(name, out var numbers)
            ? [.. numbers.EnumerateArray().Select(number => number.GetInt64()).Chunk(2).Select(ReadSpent)]
            : [];

    private static Spent ReadSpent(long[] pair) => pair is [var start, var value] ? new Spent(start, value) : throw new FormatException("An amount is missing.");
}
