using System.Security.Cryptography;
using System.Text;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Users;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Journal.Users;

namespace WalletGrains.Grains.Users;

/// <summary>The store's user rows in the words of the contracts.</summary>
internal static class UserRows
{
    /// <summary>The address as it is compared: one Unicode form, lower case, no white space around it.</summary>
    public static string EmailKey(string email) => email.Trim().Normalize(NormalizationForm.FormC).ToLowerInvariant();

    /// <summary>What attempts to sign in are counted by: they hold no addresses of people who are not here.</summary>
    public static byte[] EmailHash(string emailKey) => SHA256.HashData(Encoding.UTF8.GetBytes(emailKey));

    public static User ToUser(UserRow row) => new(
        row.UserId,
        row.Email,
        row.FullName,
        row.Phone,
        UserRoles.Parse(row.Role) ?? throw new FormatException($"'{row.Role}' is not a role."),
        row.WalletId,
        row.CreatedAt)
    {
        LockedAt = row.LockedAt,
        LockReason = row.LockReason,
    };

    public static UserChange ToChange(UserUpdate update) => update switch
    {
        { Exists: false } => new UserChange(null, UserChangeRefusal.NotFound),
        { User: null } => new UserChange(null, UserChangeRefusal.LastOperator),
        { User: { } row } => new UserChange(ToUser(row), null),
    };

    /// <summary>Opens the user's first wallet, if it is to have one. Repeating the call does no harm.</summary>
    public static async Task OpenWalletAsync(UserRow row, IGrainFactory grains)
    {
        if (row is { WalletId: { } walletId, WalletCurrency: { } currency })
        {
            await grains.GetGrain<IWalletGrain>(walletId).OpenAsync(new OpenWallet(Currency.Parse(currency), row.UserId));
        }
    }
}
