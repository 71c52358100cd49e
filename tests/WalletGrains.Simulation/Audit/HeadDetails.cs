using System.Text.Json;
using WalletGrains.Journal;

namespace WalletGrains.Simulation.Audit;

/// <summary>Open holds and limits of a head row, read from its bytes by the auditor itself, as a text to compare.</summary>
internal static class HeadDetails
{
    public static string Of(WalletHead head)
    {
        if (head.Details.IsEmpty)
        {
            return Of([], "//");
        }

        using var document = JsonDocument.Parse(head.Details);
        var json = document.RootElement;
        return Of(
            json.TryGetProperty("holds", out var holds) ? holds.EnumerateArray().Select(ReadHold) : [],
            json.TryGetProperty("limits", out var limits) ? AuditedEntry.ReadLimits(limits) : "//");
    }

    public static string Of(IEnumerable<(Guid HoldId, long Amount, DateTimeOffset? ExpiresAt)> holds, string limits) =>
        $"holds {string.Join(", ", holds.OrderBy(hold => hold.HoldId).Select(hold => $"{hold.HoldId:N} {hold.Amount} {hold.ExpiresAt?.ToUnixTimeMilliseconds()}"))}, limits {limits}";

    private static (Guid, long, DateTimeOffset?) ReadHold(JsonElement json) => (
        json.GetProperty("id").GetGuid(),
        json.GetProperty("amountMinor").GetInt64(),
        json.TryGetProperty("expiresAt", out var expiresAt) ? DateTimeOffset.FromUnixTimeMilliseconds(expiresAt.GetInt64()) : null);
}
