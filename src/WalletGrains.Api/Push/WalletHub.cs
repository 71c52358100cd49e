using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using WalletGrains.Api.Auth;

namespace WalletGrains.Api.Push;

/// <summary>The hub that tells users what happens to their wallets, at <see cref="Path"/>.</summary>
internal sealed class WalletHub(Replay replay, LiveCredentials credentials) : Hub
{
    /// <summary>Where it is.</summary>
    public const string Path = "/hubs/wallet";

    /// <summary>
    /// Sends again what the caller missed of its wallets, and goes on with what happens now: without gaps, and nothing twice.
    /// </summary>
    /// <param name="versions">By wallet the newest version that the caller has; 0 for nothing yet.</param>
    /// <returns>
    /// By wallet the version after which nothing is left out: the one that was given, unless newer updates had been sent on this
    /// connection before. Wallets that do not exist or are not the caller's are not in it.
    /// </returns>
    /// <exception cref="HubException">It is not a Resume; the message says why.</exception>
    public async Task<IReadOnlyDictionary<Guid, long>> Resume(JsonElement versions)
    {
        if (!Context.Items.TryGetValue(typeof(PushConnection), out var item) || item is not PushConnection connection)
        {
            throw new HubException(HubConnections.SessionInvalid);
        }

        if (++connection.Resumes > ApiLimits.MaxResumes)
        {
            throw new HubException($"A connection may resume {ApiLimits.MaxResumes} times.");
        }

        var known = Parse(versions);
        await credentials.WhenTheyCountAsync(connection.Closed);
        return await replay.RunAsync(connection, known);
    }

    private static Dictionary<Guid, long> Parse(JsonElement versions)
    {
        if (versions.ValueKind is not JsonValueKind.Object)
        {
            throw new HubException("Resume takes one object: the id of each wallet with the version that you have.");
        }

        var parsed = new Dictionary<Guid, long>();
        foreach (var member in versions.EnumerateObject())
        {
            if (parsed.Count == ApiLimits.MaxResumedWallets)
            {
                throw new HubException($"Resume takes at most {ApiLimits.MaxResumedWallets} wallets.");
            }

            if (!Guid.TryParseExact(member.Name, "D", out var walletId)
                || member.Value.ValueKind is not JsonValueKind.Number
                || !member.Value.TryGetInt64(out var version)
                || version < 0
                || !parsed.TryAdd(walletId, version))
            {
                throw new HubException("Resume takes the id of each wallet once, with a version that is a whole number from 0.");
            }
        }

        return parsed;
    }
}
