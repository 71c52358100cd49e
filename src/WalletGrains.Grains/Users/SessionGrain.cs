using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using WalletGrains.Contracts.Users;
using WalletGrains.Journal.Users;

namespace WalletGrains.Grains.Users;

/// <summary>Goes on with sessions and ends them. It keeps nothing: the store is the only place where they are.</summary>
[StatelessWorker]
[Reentrant]
public sealed partial class SessionGrain(PostgresSessionStore sessions, TimeProvider time, ILogger<SessionGrain> logger) : Grain, ISessionGrain
{
    /// <inheritdoc />
    public async Task<Renewal> RenewAsync(RenewSession command)
    {
        ArgumentNullException.ThrowIfNull(command);
        var now = time.GetUtcMilliseconds();
        var row = await Outage.GuardWriteAsync(() =>
            sessions.RenewAsync(new TokenRenewal(command.SessionId, command.TokenHash, command.NextHash, now + command.Idle), now, GrainLimits.RefreshOverlap));
        if (row is not null)
        {
            return new Renewal(UserRows.ToUser(row), Ended: false);
        }

        var ended = await Outage.GuardWriteAsync(() =>
            sessions.EndReusedAsync(command.SessionId, command.TokenHash, now, GrainLimits.RefreshOverlap));
        if (ended is { } userId)
        {
            LogReused(logger, command.SessionId, userId);
        }

        return new Renewal(null, Ended: ended is not null);
    }

    /// <inheritdoc />
    public Task EndAsync(Guid sessionId) => Outage.GuardWriteAsync(() => sessions.EndAsync(sessionId, time.GetUtcMilliseconds()));

    [LoggerMessage(1902, LogLevel.Warning, "A refresh token of session {SessionId} of user {UserId} was used a second time; the session has ended")]
    private static partial void LogReused(ILogger logger, Guid sessionId, Guid userId);
}
