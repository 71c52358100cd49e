using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using WalletGrains.Api.Wallets;
using WalletGrains.Contracts.Users;

namespace WalletGrains.Api.Auth;

/// <summary>
/// Who may use an endpoint. Every endpoint declares one of these, and the host does not start with one that does not. What of
/// the thing in the path belongs to whom is the endpoint's own business.
/// </summary>
public sealed class Access : IAuthorizationRequirement
{
    /// <summary>Anybody, without a token.</summary>
    public static readonly Access Open = new("open", [], Scopes.None);

    /// <summary>Whoever has signed in; it is about their own account, which a key has none of.</summary>
    public static readonly Access SignedIn = new("signed in", Everybody, Scopes.None);

    /// <summary>Everybody; keys with the scope wallets:read.</summary>
    public static readonly Access WalletsRead = new("wallets:read", Everybody, Scopes.WalletsRead);

    /// <summary>Everybody; keys with the scope wallets:write.</summary>
    public static readonly Access WalletsWrite = new("wallets:write", Everybody, Scopes.WalletsWrite);

    /// <summary>Everybody; keys with the scope money:move.</summary>
    public static readonly Access MoneyMove = new("money:move", Everybody, Scopes.MoneyMove);

    /// <summary>Services and operators, and customers where they may fund themselves; keys with the scope money:in.</summary>
    public static readonly Access MoneyIn = new("money:in", [UserRole.Service, UserRole.Operator], Scopes.MoneyIn) { OrSelfFunding = true };

    /// <summary>Services and operators; keys with the scope money:reverse.</summary>
    public static readonly Access MoneyReverse = new("money:reverse", [UserRole.Service, UserRole.Operator], Scopes.MoneyReverse);

    /// <summary>Operators only.</summary>
    public static readonly Access Operator = new("operator", [UserRole.Operator], Scopes.None);

    private readonly UserRole[] _roles;

    private Access(string name, UserRole[] roles, Scopes scope)
    {
        (Name, _roles, Scope) = (name, roles, scope);
        Policy = new AuthorizationPolicy([this], []);
    }

    /// <summary>What it is called in messages.</summary>
    public string Name { get; }

    /// <summary>Needs no token.</summary>
    public bool IsOpen => _roles.Length == 0;

    /// <summary>What a key needs; none where no key will do.</summary>
    public Scopes Scope { get; }

    internal AuthorizationPolicy Policy { get; }

    private bool OrSelfFunding { get; init; }

    private static UserRole[] Everybody => [UserRole.Customer, UserRole.Service, UserRole.Operator];

    /// <summary>Whether somebody with this role may.</summary>
    public bool IsFor(UserRole role, bool selfFunding) =>
        Array.IndexOf(_roles, role) >= 0 || (OrSelfFunding && selfFunding && role is UserRole.Customer);

    /// <inheritdoc />
    public override string ToString() => Name;

    internal bool IsFor(Caller caller, bool selfFunding) =>
        IsFor(caller.Role, selfFunding) && (caller.SessionId is not null || (Scope & caller.Scopes) != Scopes.None);

    /// <summary>Judges callers.</summary>
    internal sealed class Handler(IOptions<WalletOptions> wallets) : AuthorizationHandler<Access>
    {
        private readonly bool _selfFunding = wallets.Value.AllowSelfFunding == true;

        protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, Access requirement)
        {
            if (context.User.Identity is Caller caller && requirement.IsFor(caller, _selfFunding))
            {
                context.Succeed(requirement);
            }

            return Task.CompletedTask;
        }
    }
}

/// <summary>Declares who may use endpoints.</summary>
public static class AccessEndpoints
{
    /// <summary>Declares it.</summary>
    public static TBuilder RequireAccess<TBuilder>(this TBuilder endpoints, Access access)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(access);
        endpoints.WithMetadata(access);
        return access.IsOpen ? endpoints.AllowAnonymous() : endpoints.RequireAuthorization(access.Policy);
    }

    /// <summary>Makes sure that every endpoint that was mapped declares it.</summary>
    /// <exception cref="InvalidOperationException">One does not; the message names it.</exception>
    public static void CheckAccess(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        foreach (var endpoint in endpoints.DataSources.SelectMany(source => source.Endpoints))
        {
            if (endpoint.Metadata.GetMetadata<Access>() is null)
            {
                throw new InvalidOperationException($"The endpoint {endpoint.DisplayName} does not say who may use it. Call {nameof(RequireAccess)} on it.");
            }
        }
    }
}
