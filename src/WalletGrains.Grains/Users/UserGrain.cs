using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Contracts.Users;
using WalletGrains.Domain.Users;
using WalletGrains.Grains.VirtualAccounts;
using WalletGrains.Journal.Users;

namespace WalletGrains.Grains.Users;

/// <summary>A user's activation. It keeps nothing: operators may change a user through any silo.</summary>
public sealed partial class UserGrain(
    PostgresUserStore users,
    PostgresSessionStore sessions,
    IPasswordHasher<UserRow> passwords,
    IdGenerator ids,
    TimeProvider time,
    ILogger<UserGrain> logger)
    : Grain, IUserGrain
{
    /// <inheritdoc />
    public async Task<RegisterOutcome> RegisterAsync(RegisterUser command)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (PasswordRules.Check(command.Password, command.Email, CommonPasswords.All) is { } refusal)
        {
            return new RegisterOutcome.PasswordRefused(refusal);
        }

        var row = new UserRow(
            this.GetPrimaryKey(),
            command.Email,
            UserRows.EmailKey(command.Email),
            PasswordHash: "",
            command.FullName,
            command.Phone,
            UserRoles.NameOf(command.Role),
            command.WalletCurrency is null ? null : ids.NewId(),
            command.WalletCurrency?.Code,
            time.GetUtcMilliseconds());
        row = row with { PasswordHash = passwords.HashPassword(row, command.Password) };
        var job = VirtualAccountCreation.JobOf(row);
        if (!await Outage.GuardWriteAsync(() => users.TryInsertAsync(row, job)))
        {
            return new RegisterOutcome.EmailTaken();
        }

        try
        {
            await UserRows.OpenWalletAsync(row, GrainFactory);
            if (job is not null)
            {
                await GrainFactory.GetGrain<IJobGrain>(job.Kind).WakeAsync();
            }
        }
        catch (Exception e) when (e is UnavailableException or TimeoutException or OrleansException)
        {
            // The user is written; its next sign-in opens the wallet.
            throw new OutcomeUnknownException("Whether the wallet of the new user was opened is not known.", e);
        }

        return new RegisterOutcome.Registered(UserRows.ToUser(row));
    }

    /// <inheritdoc />
    public async Task<User?> GetAsync()
    {
        var row = await Outage.GuardAsync(() => users.FindAsync(this.GetPrimaryKey(), CancellationToken.None));
        return row is null ? null : UserRows.ToUser(row);
    }

    /// <inheritdoc />
    public async Task<UserChange> SetRoleAsync(UserRole role, Guid by)
    {
        var name = UserRoles.NameOf(role);
        var update = await Outage.GuardWriteAsync(() => users.SetRoleAsync(this.GetPrimaryKey(), name, time.GetUtcMilliseconds()));
        if (update.User is { } user)
        {
            LogRole(logger, user.UserId, name, by);
        }

        return UserRows.ToChange(update);
    }

    /// <inheritdoc />
    public async Task<UserChange> LockAsync(string? reason, Guid by)
    {
        var update = await Outage.GuardWriteAsync(() => users.LockAsync(this.GetPrimaryKey(), reason, time.GetUtcMilliseconds()));
        if (update.User is { } user)
        {
            LogLocked(logger, user.UserId, by);
        }

        return UserRows.ToChange(update);
    }

    /// <inheritdoc />
    public async Task<UserChange> UnlockAsync(Guid by)
    {
        var update = await Outage.GuardWriteAsync(() => users.UnlockAsync(this.GetPrimaryKey(), time.GetUtcMilliseconds()));
        if (update.User is { } user)
        {
            await Outage.GuardWriteAsync(() => sessions.ForgiveAsync(UserRows.EmailHash(user.EmailKey)));
            LogUnlocked(logger, user.UserId, by);
        }

        return UserRows.ToChange(update);
    }

    [LoggerMessage(1903, LogLevel.Information, "User {UserId} has the role {Role} now, by operator {Operator}")]
    private static partial void LogRole(ILogger logger, Guid userId, string role, Guid @operator);

    [LoggerMessage(1904, LogLevel.Information, "User {UserId} is locked now, by operator {Operator}")]
    private static partial void LogLocked(ILogger logger, Guid userId, Guid @operator);

    [LoggerMessage(1905, LogLevel.Information, "User {UserId} is not locked any more, by operator {Operator}")]
    private static partial void LogUnlocked(ILogger logger, Guid userId, Guid @operator);
}
