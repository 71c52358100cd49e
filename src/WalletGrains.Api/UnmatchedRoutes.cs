using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace WalletGrains.Api;

/// <summary>
/// Answers what routing found no endpoint of ours for, before authorization would answer it with 401: that a path is not
/// known, or knows other methods, is no secret, and a client that mistyped it should not look for its fault in its token.
/// </summary>
internal sealed class UnmatchedRoutes(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        switch (context.GetEndpoint())
        {
            case null:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            case RouteEndpoint:
                return next(context);
            case var refusal:
                // Routing's own endpoint for a known path with another method: it sets the status and the Allow header.
                return refusal.RequestDelegate!(context);
        }
    }
}
