using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Users;

namespace WalletGrains.Api.Users;

/// <summary>Lists users for operators, gives them roles, and locks them.</summary>
internal sealed class UserOperationsEndpoints(IGrainFactory grains, LiveCredentials credentials)
{
    private const string Active = "ACTIVE";
    private const string Locked = "LOCKED";

    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("GET", "/ops/users", ListAsync, new("listUsers", "Operations", "Users, the newest first")
        {
            Access = Access.Operator,
            Response = typeof(UserListResponse),
            Query =
            [
                QueryParameter.Limit, QueryParameter.NextCursor,
                new("email", "Only the user with this e-mail address."),
                new("role", "Only users with this role.") { Values = UserRoles.All },
                new("status", "Only users that an operator has locked, or only others.") { Values = [Active, Locked] },
            ],
        });
        endpoints.MapApi("GET", "/ops/users/{id}", GetAsync, new("getUser", "Operations", "A user")
        {
            Access = Access.Operator,
            Response = typeof(ListedUserResponse),
            Problems = [ProblemKind.NotFound],
        });
        endpoints.MapApi("PUT", "/ops/users/{id}/role", SetRoleAsync, new("setRole", "Operations", "Give a user another role")
        {
            Description = "Ends the user's sessions: the next sign-in has the new role. The last operator keeps its own.",
            Access = Access.Operator,
            Body = typeof(SetRoleRequest),
            Response = typeof(ListedUserResponse),
            Problems = [ProblemKind.NotFound, ProblemKind.LastOperator],
        });
        endpoints.MapApi("POST", "/ops/users/{id}/lock", LockAsync, new("lockUser", "Operations", "Keep a user out")
        {
            Description = "Ends the user's sessions and refuses new ones, in the words of a wrong password. The last operator is not locked.",
            Access = Access.Operator,
            Body = typeof(LockUserRequest),
            BodyIsOptional = true,
            Response = typeof(ListedUserResponse),
            Problems = [ProblemKind.NotFound, ProblemKind.LastOperator],
        });
        endpoints.MapApi("POST", "/ops/users/{id}/unlock", UnlockAsync, new("unlockUser", "Operations", "Let a user in again")
        {
            Description = "Forgets failed attempts to sign in as well.",
            Access = Access.Operator,
            Response = typeof(ListedUserResponse),
            Problems = [ProblemKind.NotFound],
        });
    }

    private async ValueTask<Answer> ListAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        var limit = errors.QueryLimit(context.Request, Limits.DefaultPageSize);
        var role = UserRoles.Parse(errors.QueryName(context.Request, "role", UserRoles.All));
        var status = errors.QueryName(context.Request, "status", [Active, Locked]);
        var filter = new UserFilter(QueryFields.Single(context.Request, "email"), role, status is null ? null : status == Locked);
        var list = ((int)(role ?? 0) * 3) + (status switch { null => 0, Active => 1, _ => 2 });
        Guid? before = null;
        if (QueryFields.Single(context.Request, "cursor") is { } cursor)
        {
            if (Cursor.TryReadUser(cursor, list, out var last))
            {
                before = last;
            }
            else
            {
                errors.Add("cursor", "cursor must be the nextCursor of a page of this list.");
            }
        }

        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        var page = await grains.GetGrain<IUserListGrain>(0).ListAsync(filter, before, limit);
        var next = page is { HasMore: true, Items: [.., var end] } ? Cursor.AfterUser(list, end.UserId) : null;
        return Answer.Ok(new UserListResponse([.. page.Items.Select(ListedUserResponse.Of)], next), ApiJson.Wire.UserListResponse);
    }

    private async ValueTask<Answer> GetAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        var userId = errors.PathId(context);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        return await grains.GetGrain<IUserGrain>(userId).GetAsync() is { } user
            ? Answer.Ok(ListedUserResponse.Of(user), ApiJson.Wire.ListedUserResponse)
            : Problem.NotFound;
    }

    private async ValueTask<Answer> SetRoleAsync(HttpContext context)
    {
        var (body, malformed) = await RequestBody.ReadAsync(context.Request, ApiJson.Wire.SetRoleRequest);
        if (body is null)
        {
            return malformed!;
        }

        var errors = new FieldErrors();
        var userId = errors.PathId(context);
        var role = UserRoles.Parse(body.Role);
        if (role is null)
        {
            errors.Add("role", body.Role is null ? "role is required." : $"role must be one of {string.Join(", ", UserRoles.All)}.");
        }

        return errors.Any
            ? Problem.Invalid(errors)
            : await ChangedAsync(grains.GetGrain<IUserGrain>(userId).SetRoleAsync(role!.Value, Caller.Of(context).UserId));
    }

    private async ValueTask<Answer> LockAsync(HttpContext context)
    {
        var (body, malformed) = await RequestBody.ReadOptionalAsync(context.Request, ApiJson.Wire.LockUserRequest);
        if (body is null)
        {
            return malformed!;
        }

        var errors = new FieldErrors();
        var userId = errors.PathId(context);
        var reason = errors.OptionalText("reason", body.Reason, Limits.MaxDescriptionLength);
        return errors.Any
            ? Problem.Invalid(errors)
            : await ChangedAsync(grains.GetGrain<IUserGrain>(userId).LockAsync(reason, Caller.Of(context).UserId));
    }

    private async ValueTask<Answer> UnlockAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        var userId = errors.PathId(context);
        return errors.Any
            ? Problem.Invalid(errors)
            : await ChangedAsync(grains.GetGrain<IUserGrain>(userId).UnlockAsync(Caller.Of(context).UserId));
    }

    private async ValueTask<Answer> ChangedAsync(Task<UserChange> changing)
    {
        var change = await changing;
        if (change.User is not { } user)
        {
            return change.Refusal switch
            {
                UserChangeRefusal.NotFound => Problem.NotFound,
                UserChangeRefusal.LastOperator => new Problem(ProblemKind.LastOperator, "Nobody would be left who can undo this. Make somebody else an operator first."),
                var refusal => throw new UnreachableException($"Unknown refusal {refusal}."),
            };
        }

        // What has ended counts here before the operator is told.
        await credentials.RefreshAfterChangeAsync();
        return Answer.Ok(ListedUserResponse.Of(user), ApiJson.Wire.ListedUserResponse);
    }
}

/// <summary>Gives a user another role.</summary>
internal sealed record SetRoleRequest
{
    /// <summary>customer, service or operator.</summary>
    [Required]
    public string? Role { get; init; }
}

/// <summary>Keeps a user out.</summary>
internal sealed record LockUserRequest
{
    /// <summary>Why, at most 500 characters; operators see it.</summary>
    public string? Reason { get; init; }
}

/// <summary>A page of users, the newest first.</summary>
/// <param name="Items">The users.</param>
/// <param name="NextCursor">The parameter cursor of the next page; null on the last one.</param>
internal sealed record UserListResponse(IReadOnlyList<ListedUserResponse> Items, string? NextCursor);

/// <summary>A user as operators see it.</summary>
/// <param name="UserId">Its id.</param>
/// <param name="Email">E-mail address as it was given.</param>
/// <param name="FullName">Name to show.</param>
/// <param name="Role">customer, service or operator.</param>
/// <param name="Status">ACTIVE, or LOCKED by an operator.</param>
/// <param name="CreatedAt">When it was created.</param>
internal sealed record ListedUserResponse(Guid UserId, string Email, string FullName, string Role, string Status, DateTimeOffset CreatedAt)
{
    /// <summary>Telephone number; left out when there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Phone { get; init; }

    /// <summary>The first wallet; left out when there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? WalletId { get; init; }

    /// <summary>When it was locked; left out when it is not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? LockedAt { get; init; }

    /// <summary>Why; left out when not said.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LockReason { get; init; }

    public static ListedUserResponse Of(User user) => new(
        user.UserId, user.Email, user.FullName, UserRoles.NameOf(user.Role), user.LockedAt is null ? "ACTIVE" : "LOCKED", user.CreatedAt)
    {
        Phone = user.Phone,
        WalletId = user.WalletId,
        LockedAt = user.LockedAt,
        LockReason = user.LockReason,
    };
}
