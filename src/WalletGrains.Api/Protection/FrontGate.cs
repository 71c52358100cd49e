using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;

namespace WalletGrains.Api.Protection;

/// <summary>
/// Refuses what is too much before anything is done for it: before a token is checked, a body read or a grain called. Refusals cost little, so
/// that the work that was let in keeps its speed. Paths that do not exist are counted too; health and documents are not. Push has places of its own: its requests
/// last as long as its connections.
/// </summary>
internal sealed class FrontGate : IDisposable
{
    private readonly RequestDelegate _next;
    private readonly RateLimits _limits;
    private readonly ConcurrencyLimiter _places;
    private readonly ConcurrencyLimiter _pushPlaces;
    private readonly TimeProvider _time;

    public FrontGate(RequestDelegate next, RateLimits limits, IOptions<OverloadOptions> overload, TimeProvider time)
    {
        (_next, _limits, _time) = (next, limits, time);
        _places = new ConcurrencyLimiter(new ConcurrencyLimiterOptions
        {
            PermitLimit = overload.Value.ConcurrentRequests,
            QueueLimit = overload.Value.QueuedRequests,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
        _pushPlaces = new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = overload.Value.PushRequests, QueueLimit = 0 });
    }

    public async Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        var operation = endpoint?.Metadata.GetMetadata<Operation>();
        var isPush = endpoint?.Metadata.GetMetadata<HubMetadata>() is not null;
        if (endpoint is not null && !isPush && operation is not { Limited: true })
        {
            await _next(context);
            return;
        }

        var address = context.Connection.RemoteIpAddress;
        var refusal = _limits.Take(address)
            ?? (operation is { SignsIn: true } ? _limits.TakeSignIn(address) : null)
            ?? (isPush && BeginsConnection(context.Request, endpoint!) ? _limits.TakeConnect(address) : null);
        if (refusal is not null)
        {
            Answer.Of(refusal).Write(context, _time);
            return;
        }

        using var place = isPush ? _pushPlaces.AttemptAcquire()
            : _places.AttemptAcquire() is { IsAcquired: true } free ? free
            : await WaitAsync(context);
        if (place is { IsAcquired: true })
        {
            await _next(context);
        }
        else
        {
            Answer.Of(Problem.Overloaded).Write(context, _time);
        }
    }

    public void Dispose()
    {
        _places.Dispose();
        _pushPlaces.Dispose();
    }

    /// <summary>It asks for a connection, or is one at once. What belongs to one names it, and was counted when that began; a made-up name leads nowhere.</summary>
    private static bool BeginsConnection(HttpRequest request, Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<NegotiateMetadata>() is not null || string.IsNullOrEmpty(request.Query["id"]);

    /// <summary>Waits for a place. Without one when too many wait already, which is known at once, or when its time is over.</summary>
    private async ValueTask<RateLimitLease?> WaitAsync(HttpContext context)
    {
        using var patience = new CancellationTokenSource(ApiLimits.AdmissionPatience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, context.RequestAborted);
        try
        {
            return await _places.AcquireAsync(1, either.Token);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            return null;
        }
    }
}
