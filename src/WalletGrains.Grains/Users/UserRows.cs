using System.Diagnostics;
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
        ParseRole(row.Role),
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

    public static string NameOf(UserRole role) => role switch
    {
        UserRole.Customer => "customer",
        UserRole.Service => "service",
        UserRole.Operator => "operator",
        _ => throw new UnreachableException($"Role {role} has no name."),
    };

    private static UserRole ParseRole(string name) => name switch
    {
        "customer" => UserRole.Customer,
        "service" => UserRole.Service,
        "operator" => UserRole.Operator,
        _ => throw new FormatException($"'{name}' is not a role."),
    };
}
