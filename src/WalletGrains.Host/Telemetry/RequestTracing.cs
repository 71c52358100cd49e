using System.Diagnostics;

namespace WalletGrains.Host.Telemetry;

/// <summary>Makes the framework's span of a request the parent of the grain calls it makes, and gives it its correlation id and its name.</summary>
internal sealed class RequestTracing(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var span = Activity.Current;
        GrainCallTelemetry.CallFrom(span);
        await next(context);
        if (span is { Recorded: true })
        {
            // The route and not the path: a path names wallets, and there are as many as there are customers.
            var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
            span.DisplayName = $"{context.Request.Method} {route ?? "(no route)"}";
            span.SetTag("http.request.method", context.Request.Method);
            span.SetTag("http.route", route);
            span.SetTag("http.response.status_code", context.Response.StatusCode);
            span.SetTag("walletgrains.correlation_id", context.TraceIdentifier);
        }
    }
}
