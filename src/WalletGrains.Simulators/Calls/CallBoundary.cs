using Microsoft.AspNetCore.Http.Features;
using WalletGrains.Simulators.Faults;

namespace WalletGrains.Simulators.Calls;

/// <summary>Takes calls in, lets faults strike them, and answers.</summary>
internal sealed class CallBoundary(CallLog log, FaultPlan faults, HeldCalls held, IHostApplicationLifetime lifetime, TimeProvider time)
{
    private static readonly byte[] HtmlPage = "<html><body><h1>It works!</h1></body></html>"u8.ToArray();

    /// <summary>Makes a handler.</summary>
    /// <param name="route">The name under which faults and lists know it.</param>
    /// <param name="understand">Reads the request and checks whether the caller may ask at all.</param>
    public RequestDelegate Handle(string route, Func<HttpContext, ValueTask<Work>> understand) => context => RunAsync(context, route, understand);

    private async Task RunAsync(HttpContext context, string route, Func<HttpContext, ValueTask<Work>> understand)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = SimulatorLimits.MaxCallBodyBytes;
        var call = log.Begin(route);
        await using var givenUp = context.RequestAborted.Register(call.End);
        try
        {
            if (await AnswerAsync(context, call, understand) is { } reply)
            {
                call.Answer(reply.Status);
                await reply.SendAsync(context.Response);
            }
            else
            {
                context.Abort();
            }
        }
        catch (BadHttpRequestException e)
        {
            call.Answer(e.StatusCode);
            throw;
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            context.Abort();
        }
        finally
        {
            call.End();
        }
    }

    /// <summary>Null: there is none, ever.</summary>
    private async Task<Reply?> AnswerAsync(HttpContext context, CallLog.Call call, Func<HttpContext, ValueTask<Work>> understand)
    {
        var work = await understand(context);
        if (work.Refusal is { } refusal)
        {
            return refusal;
        }

        var occurrence = call.Understand(work.Key);
        if (occurrence == 0)
        {
            return Reply.Full;
        }

        var strikes = faults.Strike(call.Route, work.Key, occurrence);
        call.StrikeBy(strikes);
        var fault = strikes.OfAnswer;
        switch (fault?.Fault)
        {
            case FaultKind.Slow:
                await Task.Delay(TimeSpan.FromMilliseconds(fault.DelayMs), time, lifetime.ApplicationStopping);
                break;
            case FaultKind.Held:
                await held.WaitAsync(call.Route, work.Key, lifetime.ApplicationStopping);
                break;
            case FaultKind.TimeoutBefore:
                await HangAsync(context);
                return null;
            case FaultKind.ErrorBefore:
                return InternalError();
            case FaultKind.Throttled:
                return Reply.Refused(StatusCodes.Status429TooManyRequests, "TOO_MANY_REQUESTS", "Too many requests.") with { RetryAfterSeconds = fault.RetryAfterSeconds };
        }

        if (call.IsForgotten)
        {
            return null;
        }

        var reply = work.Do(strikes);
        switch (fault?.Fault)
        {
            case FaultKind.TimeoutAfter:
                await HangAsync(context);
                return null;
            case FaultKind.ErrorAfter:
                return InternalError();
            case FaultKind.Malformed:
                return Garble(reply, Draw.Number(faults.Seed, -1, call.Route, work.Key, occurrence));
            default:
                return reply;
        }
    }

    private static Reply InternalError() => Reply.Refused(StatusCodes.Status500InternalServerError, "INTERNAL", "Something went wrong.");

    private static Reply Garble(Reply reply, ulong drawn) => (drawn % 3) switch
    {
        0 => reply with { Status = StatusCodes.Status200OK, Content = reply.Content[..(reply.Content.Length / 2)] },
        1 => reply with { Status = StatusCodes.Status200OK, Content = ReadOnlyMemory<byte>.Empty },
        _ => reply with { Status = StatusCodes.Status200OK, Content = HtmlPage, ContentType = "text/html" },
    };

    /// <summary>Waits until the caller gives up.</summary>
    private async Task HangAsync(HttpContext context)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        await Task.Delay(SimulatorLimits.HangLimit, time, over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
