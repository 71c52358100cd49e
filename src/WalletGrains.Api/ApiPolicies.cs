using Microsoft.AspNetCore.Authorization;
using WalletGrains.Contracts.Users;

namespace WalletGrains.Api;

/// <summary>Who may use an endpoint. One that names none of these needs a valid token of any role.</summary>
public static class ApiPolicies
{
    /// <summary>Operators only.</summary>
    public const string Operator = "operator";

    /// <summary>Those who may pay money in: services and operators, and customers where they may fund themselves.</summary>
    public const string Funding = "funding";

    /// <summary>Those who may give back a transfer: services and operators.</summary>
    public const string Reversal = "reversal";

    /// <summary>Denies by default, and defines the policies above.</summary>
    internal static void Configure(AuthorizationOptions options, bool allowSelfFunding)
    {
        options.FallbackPolicy = options.DefaultPolicy;
        options.AddPolicy(Operator, policy => policy.RequireRole(UserRoles.Operator));
        options.AddPolicy(Reversal, policy => policy.RequireRole(UserRoles.Service, UserRoles.Operator));
        options.AddPolicy(Funding, policy => policy.RequireRole(allowSelfFunding
            ? [UserRoles.Customer, UserRoles.Service, UserRoles.Operator]
            : [UserRoles.Service, UserRoles.Operator]));
    }
}
