using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;
using WalletGrains.Api.Protection;

namespace WalletGrains.Api.Errors;

/// <summary>
/// The outermost middleware: gives every request its correlation id, and every refusal, also the framework's own bare
/// statuses and every exception, the one problem body.
/// </summary>
internal sealed class RequestBoundary(
    RequestDelegate next, SecurityHeaders security, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<RequestBoundary> logger)
{
    /// <summary>nginx's status for a client that left; it is only ever seen in logs and metrics.</summary>
    private const int ClientClosedRequest = 499;

    public async Task InvokeAsync(HttpContext context)
    {
        var correlationId = CorrelationId.Of(context.Request, time);
        context.TraceIdentifier = correlationId;
        context.Response.Headers[CorrelationId.HeaderName] = correlationId;
        security.Apply(context);
        if (lifetime.ApplicationStopping.IsCancellationRequested && HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            // The client's next request goes elsewhere, and is not on its way here when the server closes the connection.
            context.Response.Headers.Connection = "close";
        }

        using var scope = logger.BeginScope(new CorrelationId.Scope(correlationId));

        try
        {
            await next(context);
        }
        catch (Exception exception)
        {
            Refuse(context, exception);
            return;
        }

        if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null, ContentType: null })
        {
            Answer.Of(Problem.OfStatus(context.Response.StatusCode)).Write(context, time);
        }
    }

    private void Refuse(HttpContext context, Exception exception)
    {
        if (IsClientGone(context, exception))
        {
            RequestBoundaryLog.ClientGone(logger, exception.GetType().Name);
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = ClientClosedRequest;
            }

            return;
        }

        var problem = Failures.OfRequest(exception, context.GetEndpoint()?.Metadata.GetMetadata<Operation>());
        if (problem is null)
        {
            RequestBoundaryLog.UnexpectedException(logger, exception, context.Request.Method, context.GetEndpoint()?.DisplayName);
        }
        else
        {
            RequestBoundaryLog.Failed(logger, problem.Kind.Code, exception.Message);
        }

        if (context.Response.HasStarted)
        {
            // Half an answer is on its way; only a broken connection tells the client that it is not a whole one.
            context.Abort();
            return;
        }

        context.Response.Clear();
        context.Response.Headers[CorrelationId.HeaderName] = context.TraceIdentifier;
        security.Apply(context);
        Answer.Of(problem ?? Problem.Internal).Write(context, time);
    }

    private static bool IsClientGone(HttpContext context, Exception exception) =>
        exception is ConnectionResetException or ConnectionAbortedException
        || (context.RequestAborted.IsCancellationRequested && exception is OperationCanceledException or IOException);
}
