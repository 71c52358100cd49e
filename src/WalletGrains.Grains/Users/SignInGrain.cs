using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using WalletGrains.Contracts.Users;
using WalletGrains.Journal.Users;

namespace WalletGrains.Grains.Users;

/// <summary>
/// Checks passwords. A stateless worker that is not reentrant: as many checks run at a time as the machine has cores, so
/// a flood of sign-ins cannot take every thread from the wallets.
/// </summary>
[StatelessWorker]
public sealed partial class SignInGrain : Grain, ISignInGrain
{
    private static readonly UserRow Nobody = new(Guid.Empty, "", "", "", "", null, "", null, null, default);

    private readonly PostgresSessionStore _sessions;
    private readonly IPasswordHasher<UserRow> _passwords;
    private readonly TimeProvider _time;
    private readonly ILogger<SignInGrain> _logger;
    private readonly string _nobodysHash;

    /// <summary>Made by the actor runtime.</summary>
    public SignInGrain(PostgresSessionStore sessions, IPasswordHasher<UserRow> passwords, TimeProvider time, ILogger<SignInGrain> logger)
    {
        (_sessions, _passwords, _time, _logger) = (sessions, passwords, time, logger);
        _nobodysHash = passwords.HashPassword(Nobody, Guid.Empty.ToString());
    }

    /// <inheritdoc />
    public async Task<User?> SignInAsync(SignIn command)
    {
        ArgumentNullException.ThrowIfNull(command);
        var emailKey = UserRows.EmailKey(command.Email);
        var claim = new SignInClaim(UserRows.EmailHash(emailKey), emailKey, command.Network);
        var now = _time.GetUtcMilliseconds();
        var attempt = await Outage.GuardWriteAsync(() => _sessions.AttemptAsync(claim, GrainLimits.SignInAttempts, now));

        // An unknown address, a locked account and a user who may not sign in cost the same work as a wrong password, so that the
        // time of the answer tells nothing.
        var result = _passwords.VerifyHashedPassword(attempt.User ?? Nobody, attempt.User?.PasswordHash ?? _nobodysHash, command.Password);
        if (!attempt.Admitted && attempt.User is { } refused)
        {
            LogRefused(_logger, refused.UserId);
        }

        if (result is PasswordVerificationResult.Failed || attempt is not { Admitted: true, User: { LockedAt: null } known })
        {
            return null;
        }

        var session = new NewSession(command.SessionId, known.UserId, command.TokenHash, now, now + command.Idle, now + command.Lifetime);
        if (await Outage.GuardWriteAsync(() => _sessions.OpenAsync(session, claim, GrainLimits.SignInAttempts, GrainLimits.MaxSessionsPerUser)) is not { } row)
        {
            return null;
        }

        // The host may have died between creating the user and opening the wallet.
        await UserRows.OpenWalletAsync(row, GrainFactory);
        return UserRows.ToUser(row);
    }

    [LoggerMessage(1901, LogLevel.Warning, "User {UserId} had too many failed attempts to sign in; another one was refused without regard to its password")]
    private static partial void LogRefused(ILogger logger, Guid userId);
}
