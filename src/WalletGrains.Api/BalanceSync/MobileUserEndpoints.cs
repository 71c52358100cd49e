using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Api.Users;
using WalletGrains.Contracts;
using WalletGrains.Contracts.BalanceSync;

namespace WalletGrains.Api.BalanceSync;

/// <summary>Creates, shows and changes mobile users, for operators.</summary>
internal sealed class MobileUserEndpoints(IGrainFactory grains, LiveCredentials credentials, TimeProvider time)
{
    private const string Tag = "Mobile banking";

    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("POST", "/mobile-users", CreateAsync, new("createMobileUser", Tag, "Create a mobile user with its first account")
        {
            Description = "It is a user of the product too, with the same id and the role of a customer, and signs in by its name.",
            Access = Access.Operator,
            IfUnknown = "Send it again: it goes on where it was. When the name is taken then, it had happened.",
            Body = typeof(CreateMobileUserRequest),
            Status = StatusCodes.Status201Created,
            Response = typeof(MobileUserResponse),
            Problems = [ProblemKind.UsernameTaken],
        });
        endpoints.MapApi("GET", "/mobile-users/{id}", GetAsync, new("getMobileUser", Tag, "A mobile user with its accounts and their last known balances")
        {
            Access = Access.Operator,
            Response = typeof(MobileUserResponse),
            Problems = [ProblemKind.NotFound],
        });
        endpoints.MapApi("PATCH", "/mobile-users/{id}", ChangeAsync, new("changeMobileUser", Tag, "Make a mobile user active or not")
        {
            Description = "One who is not active is locked: its sessions end and it cannot sign in. Its balances stay as they are.",
            Access = Access.Operator,
            Body = typeof(ChangeMobileUserRequest),
            Response = typeof(MobileUserResponse),
            Problems = [ProblemKind.NotFound],
        });
        endpoints.MapApi("POST", "/mobile-users/{id}/accounts", AddAccountAsync, new("addMobileAccount", Tag, "Add an account to a mobile user")
        {
            Access = Access.Operator,
            IfUnknown = "Send it again: when the user has the account then, it happened.",
            Body = typeof(AddMobileAccountRequest),
            Status = StatusCodes.Status201Created,
            Response = typeof(MobileUserResponse),
            Problems = [ProblemKind.NotFound, ProblemKind.AccountTaken, ProblemKind.TooManyAccounts],
        });
        endpoints.MapApi("PATCH", "/mobile-users/{id}/accounts", ChangeAccountAsync, new("changeMobileAccount", Tag, "Make an account active or not, and the primary one or not")
        {
            Description = "One that the core banking system had closed, or did not know, is asked for again when it is made active.",
            Access = Access.Operator,
            Body = typeof(ChangeMobileAccountRequest),
            Response = typeof(MobileUserResponse),
            Problems = [ProblemKind.NotFound],
        });
    }

    private async ValueTask<Answer> CreateAsync(HttpContext context)
    {
        var (body, malformed) = await RequestBody.ReadAsync(context.Request, ApiJson.Wire.CreateMobileUserRequest);
        if (body is null)
        {
            return malformed!;
        }

        var errors = new FieldErrors();
        var command = new CreateMobileUser(
            errors.Username(body.Username),
            errors.NewPassword("password", body.Password),
            errors.FullName(body.FullName),
            errors.Number("customerNumber", body.CustomerNumber),
            errors.Number("accountNumber", body.AccountNumber),
            errors.AccountType(body.AccountType),
            errors.Context(body.Context));
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        var mobileUserId = Guid.CreateVersion7(time.GetUtcNow());
        return await grains.GetGrain<IMobileUserGrain>(mobileUserId).CreateAsync(command) switch
        {
            CreateMobileUserOutcome.Created { User: var user } => Answer.Created(MobileUserResponse.Of(user), ApiJson.Wire.MobileUserResponse) with
            {
                Location = $"/mobile-users/{user.MobileUserId}",
            },
            CreateMobileUserOutcome.PasswordRefused { Refusal: var refusal } => AccountRules.Refused("password", refusal),
            CreateMobileUserOutcome.UsernameTaken => new Problem(ProblemKind.UsernameTaken, "There is a user with this name already."),
            var outcome => throw new UnreachableException($"Unknown outcome {outcome}."),
        };
    }

    private async ValueTask<Answer> GetAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        var mobileUserId = errors.PathId(context);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        return await grains.GetGrain<IMobileUserGrain>(mobileUserId).GetAsync() is { } user
            ? Answer.Ok(MobileUserResponse.Of(user), ApiJson.Wire.MobileUserResponse)
            : Problem.NotFound;
    }

    private async ValueTask<Answer> ChangeAsync(HttpContext context)
    {
        var (body, malformed) = await RequestBody.ReadAsync(context.Request, ApiJson.Wire.ChangeMobileUserRequest);
        if (body is null)
        {
            return malformed!;
        }

        var errors = new FieldErrors();
        var mobileUserId = errors.PathId(context);
        if (body.IsActive is null)
        {
            errors.Add("isActive", "isActive is required.");
        }

        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        var change = await grains.GetGrain<IMobileUserGrain>(mobileUserId).SetActiveAsync(body.IsActive!.Value, Caller.Of(context).UserId);

        // What has ended counts here before the operator is told.
        await credentials.RefreshAfterChangeAsync();
        return AnswerTo(change, StatusCodes.Status200OK);
    }

    private async ValueTask<Answer> AddAccountAsync(HttpContext context)
    {
        var (body, malformed) = await RequestBody.ReadAsync(context.Request, ApiJson.Wire.AddMobileAccountRequest);
        if (body is null)
        {
            return malformed!;
        }

        var errors = new FieldErrors();
        var mobileUserId = errors.PathId(context);
        var (accountNumber, accountType) = (errors.Number("accountNumber", body.AccountNumber), errors.AccountType(body.AccountType));
        return errors.Any
            ? Problem.Invalid(errors)
            : AnswerTo(
                await grains.GetGrain<IMobileUserGrain>(mobileUserId).AddAccountAsync(accountNumber, accountType, body.IsPrimary == true),
                StatusCodes.Status201Created);
    }

    private async ValueTask<Answer> ChangeAccountAsync(HttpContext context)
    {
        var (body, malformed) = await RequestBody.ReadAsync(context.Request, ApiJson.Wire.ChangeMobileAccountRequest);
        if (body is null)
        {
            return malformed!;
        }

        var errors = new FieldErrors();
        var mobileUserId = errors.PathId(context);
        var accountNumber = errors.Number("accountNumber", body.AccountNumber);
        if (body is { IsActive: null, IsPrimary: null })
        {
            errors.Add("isActive", "isActive or isPrimary is required.");
        }

        return errors.Any
            ? Problem.Invalid(errors)
            : AnswerTo(
                await grains.GetGrain<IMobileUserGrain>(mobileUserId).ChangeAccountAsync(accountNumber, body.IsActive, body.IsPrimary), StatusCodes.Status200OK);
    }

    private static Answer AnswerTo(MobileUserChange change, int status) => change switch
    {
        { User: { } user } when status is StatusCodes.Status201Created => Answer.Created(MobileUserResponse.Of(user), ApiJson.Wire.MobileUserResponse),
        { User: { } user } => Answer.Ok(MobileUserResponse.Of(user), ApiJson.Wire.MobileUserResponse),
        { Refusal: MobileUserRefusal.AccountTaken } => new Problem(ProblemKind.AccountTaken, "The user has this account already."),
        { Refusal: MobileUserRefusal.TooManyAccounts } => new Problem(ProblemKind.TooManyAccounts, $"A user has at most {Limits.MaxMobileAccounts} accounts."),
        _ => Problem.NotFound,
    };
}
