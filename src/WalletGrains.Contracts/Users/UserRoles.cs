using System.Diagnostics;

namespace WalletGrains.Contracts.Users;

/// <summary>The names of roles, as they are stored, signed into tokens and shown.</summary>
public static class UserRoles
{
    /// <summary>Name of <see cref="UserRole.Customer"/>.</summary>
    public const string Customer = "customer";

    /// <summary>Name of <see cref="UserRole.Service"/>.</summary>
    public const string Service = "service";

    /// <summary>Name of <see cref="UserRole.Operator"/>.</summary>
    public const string Operator = "operator";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Customer, Service, Operator];

    /// <summary>The role's name.</summary>
    public static string NameOf(UserRole role) => role switch
    {
        UserRole.Customer => Customer,
        UserRole.Service => Service,
        UserRole.Operator => Operator,
        _ => throw new UnreachableException($"Role {role} has no name."),
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
