using WalletGrains.Contracts.Users;

namespace WalletGrains.Api.Auth;

/// <summary>Roles as tokens, policies and responses write them.</summary>
internal static class UserRoles
{
    public const string Customer = "customer";
    public const string Service = "service";
    public const string Operator = "operator";

    /// <summary>The role's name.</summary>
    public static string Name(this UserRole role) => role switch
    {
        UserRole.Customer => Customer,
        UserRole.Service => Service,
        UserRole.Operator => Operator,
        _ => throw new InvalidOperationException($"Unknown role {role}."),
    };

    /// <summary>The role with this name; null when there is none.</summary>
    public static UserRole? Parse(string? name) => name switch
    {
        Customer => UserRole.Customer,
        Service => UserRole.Service,
        Operator => UserRole.Operator,
        _ => null,
    };
}
