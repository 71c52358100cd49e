using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Api.Protection;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Users;

namespace WalletGrains.Api.Users;

/// <summary>Begins sessions, goes on with them and ends them.</summary>
internal sealed class SessionEndpoints(
    IGrainFactory grains,
    AccessTokenIssuer accessTokens,
    RefreshTokens refreshTokens,
    LiveCredentials credentials,
    IOptions<SessionTimes> sessions,
    TimeProvider time)
{
    private readonly TimeSpan _idle = TimeSpan.FromDays(sessions.Value.IdleDays);
    private readonly TimeSpan _lifetime = TimeSpan.FromDays(sessions.Value.LifetimeDays);

    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("POST", "/auth/login", LoginAsync, new("login", "Identity", "Sign in")
        {
            Description = "A wrong e-mail address, a wrong password, too many attempts and a locked account are answered alike.",
            Access = Access.Open,
            SignsIn = true,
            IfUnknown = "Sign in again.",
            Body = typeof(LoginRequest),
            Response = typeof(LoginResponse),
            Problems = [ProblemKind.Unauthenticated],
        });
        endpoints.MapApi("POST", "/auth/refresh", RefreshAsync, new("refresh", "Identity", "Go on with a session")
        {
            Description = "Each refresh token is good for one call and its answer has the next one. For a minute the same call is answered with the same next "
                + "token, until that one is used: so an answer may be lost, and two tabs may ask at the same time. After that a token that was used before ends the "
                + "session, for one of its two users is not its owner.",
            Access = Access.Open,
            SignsIn = true,
            IfUnknown = "Send the same token again, within a minute.",
            Body = typeof(RefreshRequest),
            Response = typeof(LoginResponse),
            Problems = [ProblemKind.Unauthenticated],
        });
        endpoints.MapApi("POST", "/auth/logout", LogoutAsync, new("logout", "Identity", "End the session")
        {
            Description = "Its refresh token and every access token of it count no more: here at once, behind other addresses of the product within seconds.",
            Access = Access.SignedIn,
            Status = StatusCodes.Status204NoContent,
            Response = typeof(void),
        });
    }

    private async ValueTask<Answer> LoginAsync(HttpContext context)
    {
        var (body, malformed) = await RequestBody.ReadAsync(context.Request, ApiJson.Wire.LoginRequest);
        if (body is null)
        {
            return malformed!;
        }

        var errors = new FieldErrors();
        var email = errors.RequiredText("email", body.Email, 1, AccountRules.MaxEmailLength);
        var password = errors.RequiredText("password", body.Password, 1, Limits.MaxPasswordLength);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        var sessionId = Guid.CreateVersion7(time.GetUtcNow());
        var (token, hash) = refreshTokens.Make(sessionId);
        var network = ClientNetwork.Of(context.Connection.RemoteIpAddress);
        return await grains.GetGrain<ISignInGrain>(0).SignInAsync(new SignIn(email, password, sessionId, hash, _idle, _lifetime, network)) is { } user
            ? Tokens(user, sessionId, token)
            : Problem.Unauthenticated;
    }

    private async ValueTask<Answer> RefreshAsync(HttpContext context)
    {
        var (body, malformed) = await RequestBody.ReadAsync(context.Request, ApiJson.Wire.RefreshRequest);
        if (body is null)
        {
            return malformed!;
        }

        var errors = new FieldErrors();
        var shown = errors.RequiredText("refreshToken", body.RefreshToken, 1, ApiLimits.MaxTokenLength);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        if (!refreshTokens.TryRead(shown, out var sessionId, out var hash))
        {
            return Problem.Unauthenticated;
        }

        var (token, nextHash) = refreshTokens.Next(sessionId, hash);
        var renewal = await grains.GetGrain<ISessionGrain>(0).RenewAsync(new RenewSession(sessionId, hash, nextHash, _idle));
        if (renewal.Ended)
        {
            credentials.End(sessionId);
        }

        return renewal.User is { } user ? Tokens(user, sessionId, token) : Problem.Unauthenticated;
    }

    private async ValueTask<Answer> LogoutAsync(HttpContext context)
    {
        // Only those who signed in get here.
        var sessionId = Caller.Of(context).SessionId!.Value;
        await grains.GetGrain<ISessionGrain>(0).EndAsync(sessionId);
        credentials.End(sessionId);
        return Answer.NoContent;
    }

    private Answer Tokens(User user, Guid sessionId, string refreshToken) => Answer.Ok(
        new LoginResponse(accessTokens.Issue(user, sessionId), refreshToken, BearerHandler.SchemeName, accessTokens.LifetimeSeconds, SignedInUser.Of(user)),
        ApiJson.Wire.LoginResponse) with { UserId = user.UserId };
}
