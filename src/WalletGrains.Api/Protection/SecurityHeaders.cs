using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace WalletGrains.Api.Protection;

/// <summary>What browsers are told about every answer (OWASP's REST and HTTP header cheat sheets).</summary>
internal sealed class SecurityHeaders(IOptions<HttpsSettings> https)
{
    /// <summary>An answer of the interface is data: nothing in it runs, loads or is framed.</summary>
    private const string DataPolicy = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>The pages under /docs and the dashboard's have scripts and styles of their own, and send requests to this host. Their styles are partly inline.</summary>
    private const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private readonly string? _strictTransport = https.Value.HstsDays == 0
        ? null
        : $"max-age={https.Value.HstsDays * 24 * 60 * 60}";

    /// <summary>Sets them; what comes later may replace them.</summary>
    public void Apply(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        var path = context.Request.Path;
        var isDocs = path.StartsWithSegments("/docs", StringComparison.Ordinal);
        headers.ContentSecurityPolicy = isDocs || path.StartsWithSegments(DashboardBrowser.Path, StringComparison.Ordinal) ? PagePolicy : DataPolicy;
        if (!isDocs)
        {
            // Tokens, names and balances: no cache on the way, nor the browser's, has a right to them.
            headers.CacheControl = "no-store";
        }

        if (_strictTransport is not null && context.Request.IsHttps)
        {
            headers.StrictTransportSecurity = _strictTransport;
        }
    }
}
