using Microsoft.AspNetCore.Http;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;

namespace WalletGrains.Api.Protection;

/// <summary>Refuses callers, and requests about wallets, of which there are too many. It comes after the token was checked and before anything else.</summary>
internal sealed class CallerGate(RequestDelegate next, RateLimits limits, TimeProvider time)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<Operation>() is { Limited: true } operation && RefusalOf(context, operation) is { } refusal)
        {
            Answer.Of(refusal).Write(context, time);
            return Task.CompletedTask;
        }

        return next(context);
    }

    // What nobody has shown a credential for counts for its address only: it must not use up the owner's share of a wallet.
    private Problem? RefusalOf(HttpContext context, Operation operation) => context.User.Identity is not Caller caller ? null : limits.Take(caller)
        ?? (operation.HasWalletInPath && context.Request.RouteValues["id"] is string id && Guid.TryParseExact(id, "D", out var walletId)
            ? limits.TakeWallet(walletId)
            : null);
}
