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

    public static User ToUser(UserRow row) => new(
        row.UserId,
        row.Email,
        row.FullName,
        row.Phone,
        UserRoles.Parse(row.Role) ?? throw new FormatException($"'{row.Role}' is not a role."),
        row.WalletId,
        row.CreatedAt);

    /// <summary>Opens the user's first wallet, if it is to have one. Repeating the call does no harm.</summary>
    public static async Task OpenWalletAsync(UserRow row, IGrainFactory grains)
    {
        if (row is { WalletId: { } walletId, WalletCurrency: { } currency })
        {
            await grains.GetGrain<IWalletGrain>(walletId).OpenAsync(new OpenWallet(Currency.Parse(currency), row.UserId));
        }
    }
}
