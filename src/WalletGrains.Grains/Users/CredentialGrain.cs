using Orleans.Concurrency;
using WalletGrains.Contracts.Users;
using WalletGrains.Journal.Users;

namespace WalletGrains.Grains.Users;

/// <summary>Tells front doors what has changed about credentials.</summary>
[StatelessWorker]
[Reentrant]
public sealed class CredentialGrain(PostgresSessionStore sessions, PostgresApiKeyStore keys, TimeProvider time) : Grain, ICredentialGrain
{
    /// <inheritdoc />
    public async Task<CredentialChanges> ReadChangesAsync(ulong since)
    {
        var endedAfter = time.GetUtcNow() - GrainLimits.EndedSessionsCount;
        var (ended, nextSessions) = await Outage.GuardAsync(() => sessions.ReadEndedAsync(since, endedAfter, CancellationToken.None));
        var (changed, nextKeys) = await Outage.GuardAsync(() => keys.ReadChangedAsync(since, CancellationToken.None));
        return new CredentialChanges(
            Math.Min(nextKeys, nextSessions),
            [.. ended.Select(session => new EndedSession(session.SessionId, session.EndedAt))],
            [.. changed.Select(ApiKeyGrain.ToRecord)]);
    }
}
