using Orleans.Concurrency;
using WalletGrains.Contracts.Users;
using WalletGrains.Journal.Users;

namespace WalletGrains.Grains.Users;

/// <summary>Tells front doors what has changed about credentials.</summary>
[StatelessWorker]
[Reentrant]
public sealed class CredentialGrain(PostgresCredentialLog log, TimeProvider time) : Grain, ICredentialGrain
{
    /// <inheritdoc />
    public async Task<CredentialChanges> ReadChangesAsync(CredentialPosition since)
    {
        ArgumentNullException.ThrowIfNull(since);
        var endedAfter = time.GetUtcNow() - GrainLimits.EndedSessionsCount;
        var changes = await Outage.GuardAsync(() => log.ReadAsync(since.Origin, since.Position, endedAfter, CancellationToken.None));
        return new CredentialChanges(
            new CredentialPosition(changes.Origin, changes.End),
            changes.IsComplete,
            [.. changes.Ended.Select(session => new EndedSession(session.SessionId, session.EndedAt))],
            [.. changes.Keys.Select(ApiKeyGrain.ToRecord)]);
    }
}
