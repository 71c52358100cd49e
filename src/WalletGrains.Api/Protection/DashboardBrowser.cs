using Microsoft.AspNetCore.Http;
using WalletGrains.Api.Auth;

namespace WalletGrains.Api.Protection;

/// <summary>
/// Lets an operator's browser see the dashboard, whose pages can send no Authorization header: what is opened with <c>?access_token=</c> (RFC 6750, 2.3) goes on with a
/// cookie for these pages alone, until the token ends. They only show things, so another site gains nothing by leading a browser there.
/// </summary>
internal sealed class DashboardBrowser(RequestDelegate next)
{
    /// <summary>Where the dashboard is.</summary>
    public const string Path = "/dashboard";

    private const string CookieName = "walletgrains-dashboard";

    public Task InvokeAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (!HttpMethods.IsGet(request.Method) || !request.Path.StartsWithSegments(Path, StringComparison.Ordinal))
        {
            return next(context);
        }

        if (request.Query["access_token"] is [{ Length: > 0 and <= ApiLimits.MaxTokenLength } token])
        {
            // Out of the address, where it would be in the browser's history.
            response.Cookies.Append(
                CookieName, token, new CookieOptions { Path = Path, HttpOnly = true, Secure = request.IsHttps, SameSite = SameSiteMode.Lax });
            response.Redirect(Path + "/");
            return Task.CompletedTask;
        }

        if (request.Headers.Authorization.Count == 0 && request.Cookies[CookieName] is { } kept)
        {
            request.Headers.Authorization = $"{BearerHandler.SchemeName} {kept}";
        }

        return next(context);
    }
}
