using System.Text.Json;
using Xunit;

namespace WalletGrains.Api.Tests.Audit;

/// <summary>Reads the audit as operators do.</summary>
internal static class AuditLists
{
    /// <summary>A page of it.</summary>
    public static async Task<JsonElement> ListAuditAsync(this ApiFixture api, string query)
    {
        var reply = await api.Operator().GetAsync($"/ops/audit?{query}");
        Assert.True(reply.Status == 200, reply.Text);
        return reply.Json;
    }

    /// <summary>What was kept of the request that was answered like this, as soon as it is there.</summary>
    public static async Task<JsonElement> FindAuditedAsync(this ApiFixture api, Reply reply)
    {
        var page = await api.Operator().GetUntilAsync(
            $"/ops/audit?correlationId={reply.Header("X-Correlation-Id")}", list => list.GetProperty("items").GetArrayLength() > 0);
        return Assert.Single(page.Json.GetProperty("items").EnumerateArray());
    }

    public static void AssertMade(JsonElement kept, string kind, Guid id, bool replayed, bool foundLater = false)
    {
        Assert.True(kept.TryGetProperty("made", out var made), kept.GetRawText());
        Assert.Equal(
            (kind, id, replayed, foundLater),
            (made.GetProperty("kind").GetString(), made.GetProperty("id").GetGuid(), made.GetProperty("replayed").GetBoolean(), made.GetProperty("foundLater").GetBoolean()));
    }
}
