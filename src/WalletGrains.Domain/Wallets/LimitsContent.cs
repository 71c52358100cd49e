using System.Text.Json;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Domain.Wallets;

/// <summary>Limits as JSON: only those that are set.</summary>
internal static class LimitsContent
{
    public static void Write(Utf8JsonWriter json, WalletLimits limits)
    {
        json.WriteStartObject();
        if (limits.PerTransactionMinor is { } perTransaction)
        {
            json.WriteNumber("perTransactionMinor"u8, perTransaction);
        }

        if (limits.PerDayMinor is { } perDay)
        {
            json.WriteNumber("perDayMinor"u8, perDay);
        }

        if (limits.CountPerMinute is { } count)
        {
            json.WriteNumber("countPerMinute"u8, count);
        }

        json.WriteEndObject();
    }

    public static WalletLimits Read(JsonElement json) => new(
        json.TryGetProperty("perTransactionMinor"u8, out var perTransaction) ? perTransaction.GetInt64() : null,
        json.TryGetProperty("perDayMinor"u8, out var perDay) ? perDay.GetInt64() : null,
        json.TryGetProperty("countPerMinute"u8, out var count) ? count.GetInt32() : null);
}
