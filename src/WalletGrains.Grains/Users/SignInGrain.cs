using Microsoft.AspNetCore.Identity;
using Orleans.Concurrency;
using WalletGrains.Contracts.Users;
using WalletGrains.Journal.Users;

namespace WalletGrains.Grains.Users;

/// <summary>
/// Checks passwords. A stateless worker that is not reentrant: as many checks run at a time as the machine has cores, so
/// a flood of sign-ins cannot take every thread from the wallets.
/// </summary>
[StatelessWorker]
public sealed class SignInGrain : Grain, ISignInGrain
{
    private static readonly UserRow Nobody = new(Guid.Empty, "", "", "", "", null, "", null, null, default);

    private readonly PostgresUserStore _users;
    private readonly IPasswordHasher<UserRow> _passwords;
    private readonly string _nobodysHash;

    /// <summary>Made by the actor runtime.</summary>
    public SignInGrain(PostgresUserStore users, IPasswordHasher<UserRow> passwords)
    {
        (_users, _passwords) = (users, passwords);
        _nobodysHash = passwords.HashPassword(Nobody, Guid.Empty.ToString());
    }

    /// <inheritdoc />
    public async Task<User?> SignInAsync(string email, string password)
    {
        ArgumentNullException.ThrowIfNull(email);
        ArgumentNullException.ThrowIfNull(password);
        var row = await Outage.GuardAsync(() => _users.FindByEmailAsync(UserRows.EmailKey(email), CancellationToken.None));

        // An unknown address costs the same work as a wrong password, so that the time of the answer tells nothing.
        var result = _passwords.VerifyHashedPassword(row ?? Nobody, row?.PasswordHash ?? _nobodysHash, password);
        if (row is null || result is PasswordVerificationResult.Failed)
        {
            return null;
        }

        // The host may have died between creating the user and opening the wallet.
        await UserRows.OpenWalletAsync(row, GrainFactory);
        return UserRows.ToUser(row);
    }
}
