using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace WalletGrains.Host.Telemetry;

/// <summary>
/// Measures and traces every call that reaches a grain of this product. The span of a call is the child of the span it was made in, on whatever
/// silo that was: its id travels in the request context.
/// </summary>
internal sealed class GrainCallTelemetry : IIncomingGrainCallFilter, IDisposable
{
    private const string ParentKey = "walletgrains.traceparent";
    private const string Ours = "WalletGrains.";

    private static readonly ActivitySource Source = new("WalletGrains.Grains");

    private readonly Meter _meter = new("WalletGrains.Grains");
    private readonly Histogram<double> _duration;

    public GrainCallTelemetry() => _duration = _meter.CreateHistogram<double>(
        "walletgrains.grain.call.duration", "s", "Grain calls, from the arrival at the grain to the answer");

    /// <summary>Makes this span the parent of the calls that are made from here on.</summary>
    public static void CallFrom(Activity? span)
    {
        if (span is { Recorded: true, Id: { } id })
        {
            RequestContext.Set(ParentKey, id);
        }
    }

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!context.InterfaceName.StartsWith(Ours, StringComparison.Ordinal))
        {
            await context.Invoke();
            return;
        }

        var name = context.InterfaceName[(context.InterfaceName.LastIndexOf('.') + 1)..];
        using var span = Source.StartActivity($"{name}/{context.MethodName}", ActivityKind.Server, RequestContext.Get(ParentKey) as string);
        CallFrom(span);
        var startedAt = Stopwatch.GetTimestamp();
        string? failure = null;
        try
        {
            await context.Invoke();
        }
        catch (Exception e)
        {
            failure = e.GetType().Name;
            span?.SetStatus(ActivityStatusCode.Error, failure);
            throw;
        }
        finally
        {
            var tags = new TagList { { "rpc.service", name }, { "rpc.method", context.MethodName } };
            if (failure is not null)
            {
                tags.Add("error.type", failure);
            }

            _duration.Record(Stopwatch.GetElapsedTime(startedAt).TotalSeconds, tags);
        }
    }

    public void Dispose() => _meter.Dispose();
}
