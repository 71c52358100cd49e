using Orleans.Concurrency;
using WalletGrains.Contracts.Users;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Journal.Users;

namespace WalletGrains.Grains.Users;

/// <summary>Lists of users. A stateless worker: every silo has its own, and calls do not wait for one another.</summary>
[StatelessWorker]
[Reentrant]
public sealed class UserListGrain(PostgresUserStore users) : Grain, IUserListGrain
{
    /// <inheritdoc />
    public async Task<Page<User>> ListAsync(UserFilter filter, Guid? before, int limit)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var selection = new UserSelection(
            filter.Email is { } email ? UserRows.EmailKey(email) : null,
            filter.Role is { } role ? UserRoles.NameOf(role) : null,
            filter.IsLocked);

        // One more than asked for tells whether there is a next page.
        var rows = await Outage.GuardAsync(() => users.ListAsync(selection, before, limit + 1, CancellationToken.None));
        return new Page<User>(rows.Take(limit).Select(UserRows.ToUser).ToList(), rows.Count > limit);
    }
}
