using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;

namespace WalletGrains.Api.Protection;

/// <summary>
/// Refuses what is too much before anything is done for it: before a token is checked, a body read or a grain called. Refusals cost little, so
/// that the work that was let in keeps its speed. Paths that do not exist are counted too; health and documents are not. Push has places of its own: its requests
/// last as long as its connections. After a refusal the connection pauses: the client has its answer, but what it sends next is not looked at before it was told to come
/// back. So a client that asks again at once does not cost more than one that waits, and refusals leave the work its share of the machine.
/// </summary>
internal sealed class FrontGate : IDisposable
{
    private readonly RequestDelegate _next;
    private readonly RateLimits _limits;
    private readonly ConcurrencyLimiter _places;
    private readonly ConcurrencyLimiter _pushPlaces;
    private readonly TimeProvider _time;
    private readonly CancellationToken _stopping;
    private readonly bool _pauses;
    private int _paused;

    public FrontGate(
        RequestDelegate next, RateLimits limits, IOptions<OverloadOptions> overload, IOptions<ProxyOptions> proxies, IHostApplicationLifetime lifetime, TimeProvider time)
    {
        (_next, _limits, _time, _stopping) = (next, limits, time, lifetime.ApplicationStopping);

        // A proxy's connections serve everybody: one client's pause would be others' wait.
        _pauses = !proxies.Value.AreThere;
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
            Refuse(context, refusal);
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
            Refuse(context, Problem.Overloaded);
        }
    }

    public void Dispose()
    {
        _places.Dispose();
        _pushPlaces.Dispose();
    }

    private void Refuse(HttpContext context, Problem refusal)
    {
        if (_pauses)
        {
            var pause = ApiLimits.RefusalPause + TimeSpan.FromSeconds(Volatile.Read(ref _paused) / ApiLimits.ReturnsPerSecond);
            refusal = refusal.NotBefore(pause);
            context.Response.OnCompleted(() => PauseAsync(context, pause));
        }

        Answer.Of(refusal).Write(context, _time);
    }

    /// <summary>The answer is sent by now, and the server reads the next request of the connection when this ends. A stop of the host does not wait for it.</summary>
    private async Task PauseAsync(HttpContext context, TimeSpan pause)
    {
        var closed = context.Features.Get<IConnectionLifetimeFeature>()?.ConnectionClosed ?? CancellationToken.None;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(closed, _stopping);
        Interlocked.Increment(ref _paused);
        await Task.Delay(pause, _time, over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Interlocked.Decrement(ref _paused);
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
