using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Api.Protection;
using WalletGrains.Contracts;
using WalletGrains.Contracts.BalanceSync;
using WalletGrains.Contracts.Users;

namespace WalletGrains.Api.BalanceSync;

/// <summary>Signs mobile users in with a fresh balance, and has balances brought up to date.</summary>
internal sealed class BalanceSyncEndpoints(
    IGrainFactory grains, AccessTokenIssuer accessTokens, RefreshTokens refreshTokens, IOptions<SessionTimes> sessions, TimeProvider time)
{
    private const string Tag = "Mobile banking";

    private readonly TimeSpan _idle = TimeSpan.FromDays(sessions.Value.IdleDays);
    private readonly TimeSpan _lifetime = TimeSpan.FromDays(sessions.Value.LifetimeDays);

    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("POST", "/mobile-users/login", LoginAsync, new("mobileLogin", Tag, "Sign in as a mobile user, with its balance")
        {
            Description = "The core banking system is asked for the balance of the primary account, before all others. When it does not tell within 2 seconds, "
                + "the answer has the balance it told last, with balanceIsFresh false. An unknown name, a wrong password, too many attempts and an inactive "
                + "user are answered alike. The session goes on and ends by /auth/refresh and /auth/logout.",
            Access = Access.Open,
            SignsIn = true,
            Body = typeof(MobileLoginRequest),
            Response = typeof(MobileLoginResponse),
            Problems = [ProblemKind.Unauthenticated],
        });
        endpoints.MapApi("POST", "/mobile-users/{id}/sync", SyncAsync, new("syncMobileUser", Tag, "Have a mobile user's balances brought up to date")
        {
            Description = "An account that is queued already is not queued twice. Without a core banking system it is 503.",
            Access = Access.WalletsRead,
            Status = StatusCodes.Status202Accepted,
            Response = typeof(SyncQueuedResponse),
            Problems = [ProblemKind.NotFound, ProblemKind.NothingToSync],
        });
        endpoints.MapApi("GET", "/api/sync/status", GetStatusAsync, new("getSyncStatus", Tag, "How balances are brought up to date")
        {
            Description = "succeeded and failed are counted once in five seconds.",
            Access = Access.WalletsRead,
            Response = typeof(SyncStatusResponse),
        });
        endpoints.MapApi("POST", "/api/sync/start", StartAsync, new("startSync", Tag, "Go through all mobile users once in every interval")
        {
            Access = Access.Operator,
            Response = typeof(SyncStatusResponse),
        });
        endpoints.MapApi("POST", "/api/sync/stop", StopAsync, new("stopSync", Tag, "Go through mobile users no more")
        {
            Description = "What is queued is still done; logins and requests are served as before.",
            Access = Access.Operator,
            Response = typeof(SyncStatusResponse),
        });
    }

    private IBalanceSyncGrain Sync => grains.GetGrain<IBalanceSyncGrain>(0);

    private async ValueTask<Answer> LoginAsync(HttpContext context)
    {
        var (body, malformed) = await RequestBody.ReadAsync(context.Request, ApiJson.Wire.MobileLoginRequest);
        if (body is null)
        {
            return malformed!;
        }

        var errors = new FieldErrors();
        var username = errors.Username(body.Username);
        var password = errors.RequiredText("password", body.Password, 1, Limits.MaxPasswordLength);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        // Names of mobile users stand where others have an e-mail address; they have no @, so they are nobody else's.
        var sessionId = Guid.CreateVersion7(time.GetUtcNow());
        var (refreshToken, hash) = refreshTokens.Make(sessionId);
        var signIn = new SignIn(username, password, sessionId, hash, _idle, _lifetime, ClientNetwork.Of(context.Connection.RemoteIpAddress));
        if (await grains.GetGrain<ISignInGrain>(0).SignInAsync(signIn) is not { } user)
        {
            return Problem.Unauthenticated;
        }

        var balance = await grains.GetGrain<IMobileUserGrain>(user.UserId).ReadBalanceAsync(Limits.FreshBalancePatience);
        return Answer.Ok(
            new MobileLoginResponse(
                accessTokens.Issue(user, sessionId), refreshToken, BearerHandler.SchemeName, accessTokens.LifetimeSeconds, user.UserId, balance?.IsFresh == true)
            {
                Balance = balance?.Available,
                Currency = balance?.Currency,
                BalanceAt = balance?.SyncedAt,
            },
            ApiJson.Wire.MobileLoginResponse);
    }

    private async ValueTask<Answer> SyncAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        var mobileUserId = errors.PathId(context);
        if (errors.Any)
        {
            return Problem.Invalid(errors);
        }

        if (!Caller.Of(context).MayUse(mobileUserId))
        {
            return Problem.NotFound;
        }

        return await grains.GetGrain<IMobileUserGrain>(mobileUserId).RequestSyncAsync() switch
        {
            SyncRequest.Queued => Answer.Accepted(new SyncQueuedResponse(mobileUserId), ApiJson.Wire.SyncQueuedResponse),
            SyncRequest.NothingToSync => new Problem(
                ProblemKind.NothingToSync, "The user is inactive, has no active account, or has none in the core banking system."),
            _ => Problem.NotFound,
        };
    }

    private async ValueTask<Answer> StartAsync(HttpContext context)
    {
        await Sync.StartAsync();
        return await GetStatusAsync(context);
    }

    private async ValueTask<Answer> StopAsync(HttpContext context)
    {
        await Sync.StopAsync();
        return await GetStatusAsync(context);
    }

    private async ValueTask<Answer> GetStatusAsync(HttpContext context) =>
        Answer.Ok(SyncStatusResponse.Of(await Sync.GetStatusAsync()), ApiJson.Wire.SyncStatusResponse);
}
