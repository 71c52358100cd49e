using Microsoft.AspNetCore.Identity;
using WalletGrains.Contracts.Users;
using WalletGrains.Journal.Users;

namespace WalletGrains.Grains.Users;

/// <summary>A user's activation.</summary>
public sealed class UserGrain(PostgresUserStore users, IPasswordHasher<UserRow> passwords, IdGenerator ids, TimeProvider time)
    : Grain, IUserGrain
{
    private UserRow? _row;

    /// <inheritdoc />
    public async Task<User?> RegisterAsync(RegisterUser command)
    {
        ArgumentNullException.ThrowIfNull(command);
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
        if (!await Outage.GuardAsync(() => users.TryInsertAsync(row, CancellationToken.None)))
        {
            return null;
        }

        _row = row;
        await UserRows.OpenWalletAsync(row, GrainFactory);
        return UserRows.ToUser(row);
    }

    /// <inheritdoc />
    public async Task<User?> GetAsync()
    {
        _row ??= await Outage.GuardAsync(() => users.FindAsync(this.GetPrimaryKey(), CancellationToken.None));
        return _row is null ? null : UserRows.ToUser(_row);
    }
}
