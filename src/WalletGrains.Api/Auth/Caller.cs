using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using WalletGrains.Contracts.Users;

namespace WalletGrains.Api.Auth;

/// <summary>Who sends a request: the identity the bearer handler makes of an access token or of a service's key.</summary>
internal sealed class Caller : ClaimsIdentity
{
    private Caller(Guid userId, UserRole role, Guid? sessionId, Scopes scopes)
        : base(
            [new Claim("sub", userId.ToString("D", CultureInfo.InvariantCulture)), new Claim("role", UserRoles.NameOf(role))],
            authenticationType: BearerHandler.SchemeName,
            nameType: "sub",
            roleType: "role")
    {
        (UserId, Role, SessionId, Scopes) = (userId, role, sessionId, scopes);
    }

    /// <summary>The user, or the service that a key acts as.</summary>
    public Guid UserId { get; }

    /// <summary>What it is.</summary>
    public UserRole Role { get; }

    /// <summary>The session it signed in to; null for a key.</summary>
    public Guid? SessionId { get; }

    /// <summary>What a key may do; who signed in may do everything its role allows.</summary>
    public Scopes Scopes { get; }

    /// <summary>May act on, and see, any wallet.</summary>
    public bool ActsForAnyone => Role is UserRole.Service or UserRole.Operator;

    /// <summary>Looks after the whole product.</summary>
    public bool IsOperator => Role is UserRole.Operator;

    /// <summary>Who has this access token.</summary>
    public static Caller With(AccessToken token) => new(token.UserId, token.Role, token.SessionId, Scopes.All);

    /// <summary>Who has this key.</summary>
    public static Caller With(ApiKey key) => new(key.ServiceId, UserRole.Service, sessionId: null, key.Scopes);

    /// <summary>The caller of a request that was authenticated.</summary>
    public static Caller Of(HttpContext context) => context.User.Identity as Caller
        ?? throw new InvalidOperationException("The endpoint is open to requests without a caller.");

    /// <summary>Whether it may see and use what belongs to this user; null belongs to none.</summary>
    public bool MayUse(Guid? ownerId) => ActsForAnyone || ownerId == UserId;
}
