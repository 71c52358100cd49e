using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
using WalletGrains.Api.OpenApi;

namespace WalletGrains.Api.Protection;

/// <summary>
/// Refuses what is too much before anything is done for it: before a token is checked, a body read or a grain called. Refusals cost little, so
/// that the work that was let in keeps its speed. Paths that do not exist are counted too; health, documents and push are not.
/// </summary>
internal sealed class FrontGate : IDisposable
{
    private readonly RequestDelegate _next;
    private readonly RateLimits _limits;
    private readonly ConcurrencyLimiter _places;
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
    }

    public async Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        var operation = endpoint?.Metadata.GetMetadata<Operation>();
        if (endpoint is not null && operation is not { Limited: true })
        {
            await _next(context);
            return;
        }

        var address = context.Connection.RemoteIpAddress;
        var refusal = _limits.Take(address) ?? (operation is { SignsIn: true } ? _limits.TakeSignIn(address) : null);
        if (refusal is not null)
        {
            Answer.Of(refusal).Write(context, _time);
            return;
        }

        using var place = _places.AttemptAcquire() is { IsAcquired: true } free ? free : await WaitAsync(context);
        if (place is { IsAcquired: true })
        {
            await _next(context);
        }
        else
        {
            Answer.Of(Problem.Overloaded).Write(context, _time);
        }
    }

    public void Dispose() => _places.Dispose();

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
