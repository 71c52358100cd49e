using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Api.Wallets;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Audit;
using WalletGrains.Contracts.Users;

namespace WalletGrains.Api.Users;

/// <summary>Registers users and tells them who they are.</summary>
internal sealed class UserEndpoints(IGrainFactory grains, IOptions<WalletOptions> wallets, TimeProvider time)
{
    private readonly Currency _firstWalletCurrency = Currency.Parse(wallets.Value.DefaultUserCurrency);

    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("POST", "/auth/register", RegisterAsync, new("register", "Identity", "Create an account with its first wallet")
        {
            Access = Access.Open,
            SignsIn = true,
            IfUnknown = "Sign in with the address and the password: when that fails, nothing happened, and you can register again.",
            Body = typeof(RegisterRequest),
            Status = StatusCodes.Status201Created,
            Response = typeof(RegisterResponse),
            Problems = [ProblemKind.EmailTaken],
        });
        endpoints.MapApi("GET", "/auth/me", MeAsync, new("me", "Identity", "Your account")
        {
            Access = Access.SignedIn,
            Response = typeof(MeResponse),
        });
    }

    private async ValueTask<Answer> RegisterAsync(HttpContext context)
    {
        var (body, malformed) = await RequestBody.ReadAsync(context.Request, ApiJson.Wire.RegisterRequest);
        if (body is null)
        {
            return malformed!;
        }

        var errors = new FieldErrors();
        var command = new RegisterUser(
            errors.Email(body.Email),
            errors.NewPassword("password", body.Password),
            errors.FullName(body.FullName),
            errors.Phone(body.Phone),
            UserRole.Customer,
            _firstWalletCurrency);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        var userId = Guid.CreateVersion7(time.GetUtcNow());
        return await grains.GetGrain<IUserGrain>(userId).RegisterAsync(command) switch
        {
            RegisterOutcome.Registered { User: var user } =>
                Answer.Created(new RegisterResponse(user.UserId, user.Email, user.FullName, user.WalletId), ApiJson.Wire.RegisterResponse) with
                {
                    Made = new(MadeKind.User, user.UserId),
                },
            RegisterOutcome.PasswordRefused { Refusal: var refusal } => AccountRules.Refused("password", refusal),
            RegisterOutcome.EmailTaken => new Problem(ProblemKind.EmailTaken, "There is an account with this e-mail address already."),
            var outcome => throw new UnreachableException($"Unknown outcome {outcome}."),
        };
    }

    private async ValueTask<Answer> MeAsync(HttpContext context)
    {
        // A valid token of a user that is gone is no credential any more.
        return await grains.GetGrain<IUserGrain>(Caller.Of(context).UserId).GetAsync() is { } user
            ? Answer.Ok(MeResponse.Of(user), ApiJson.Wire.MeResponse)
            : Problem.Unauthenticated;
    }
}
