using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using WalletGrains.Contracts.Users;

namespace WalletGrains.Api.Auth;

/// <summary>Who sends a request: the identity the bearer handler makes of an access token.</summary>
internal sealed class Caller(AccessToken token) : ClaimsIdentity(
    [new Claim("sub", token.UserId.ToString("D", CultureInfo.InvariantCulture)), new Claim("role", UserRoles.NameOf(token.Role))],
    authenticationType: BearerHandler.SchemeName,
    nameType: "sub",
    roleType: "role")
{
    /// <summary>The user.</summary>
    public Guid UserId => token.UserId;

    /// <summary>May act on, and see, any wallet.</summary>
    public bool ActsForAnyone => token.Role is UserRole.Service or UserRole.Operator;

    /// <summary>Looks after the whole product.</summary>
    public bool IsOperator => token.Role is UserRole.Operator;

    /// <summary>The caller of a request that was authenticated.</summary>
    public static Caller Of(HttpContext context) => context.User.Identity as Caller
        ?? throw new InvalidOperationException("The endpoint is open to requests without a caller.");

    /// <summary>Whether it may see and use what belongs to this user; null belongs to none.</summary>
    public bool MayUse(Guid? ownerId) => ActsForAnyone || ownerId == token.UserId;
}
