using System.Net;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace WalletGrains.Grains.Counterparts;

/// <summary>
/// Single calls of one third party: each ends within its time, and when it has failed for a while it is left alone for a while. Nothing is
/// repeated here: a job is.
/// </summary>
internal sealed partial class CounterpartCalls : IDisposable
{
    /// <summary>Bytes of an answer; honest ones have a few KB.</summary>
    public const int MaxAnswerBytes = 64 * 1024;

    private readonly CounterpartPolicy _policy;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly ResiliencePipeline _pipeline;
    private long _pausedUntil = long.MinValue;

    public CounterpartCalls(CounterpartPolicy policy, TimeProvider time, ILogger<CounterpartCalls> logger)
    {
        (_policy, _time) = (policy, time);

        // What a redirection leads to must not be told our credentials. Addresses are logged nowhere: they name customers and payments.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            MaxResponseContentBufferSize = MaxAnswerBytes,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                FailureRatio = policy.FailuresToBreak,
                MinimumThroughput = policy.MinCallsToJudge,
                SamplingDuration = policy.JudgedPeriod,
                BreakDuration = policy.BreakDuration,
                ShouldHandle = new PredicateBuilder().Handle<TimeoutRejectedException>().Handle<CounterpartException>(static e => !e.IsLeftAlone),
                OnOpened = opened =>
                {
                    LogOpened(logger, policy.Name, opened.BreakDuration, opened.Outcome.Exception is TimeoutRejectedException late ? NoAnswer(late).Message : opened.Outcome.Exception?.Message);
                    return ValueTask.CompletedTask;
                },
                OnClosed = _ =>
                {
                    LogClosed(logger, policy.Name);
                    return ValueTask.CompletedTask;
                },
            })
            .AddTimeout(policy.Timeout)
            .Build();
    }

    /// <summary>Calls once.</summary>
    /// <param name="request">What to send.</param>
    /// <param name="read">Makes of an answer whatever it means; what it throws, and every answer of 5xx, counts against the third party.</param>
    /// <param name="cancellationToken">Gives the call up, which counts against nobody.</param>
    /// <exception cref="CounterpartException">There is no answer, or none that can be read; what was asked for may be done all the same, unless it says that
    /// nobody was asked.</exception>
    public async Task<T> SendAsync<T>(HttpRequestMessage request, Func<CounterpartAnswer, T> read, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _pausedUntil) is var until && _time.GetUtcNow().UtcTicks is var now && now < until)
        {
            throw new CounterpartException($"{_policy.Name} asked for a pause.") { WasNotAsked = true, RetryAfter = TimeSpan.FromTicks(until - now) };
        }

        try
        {
            return await _pipeline.ExecuteAsync(
                static async (call, limit) => call.read(await call.Self.CallAsync(call.request, limit)), (Self: this, request, read), cancellationToken);
        }
        catch (BrokenCircuitException e)
        {
            throw new CounterpartException($"{_policy.Name} has failed too often and is left alone for a while.", e) { RetryAfter = e.RetryAfter ?? _policy.BreakDuration, WasNotAsked = true };
        }
        catch (TimeoutRejectedException e)
        {
            throw NoAnswer(e);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private async Task<CounterpartAnswer> CallAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        CounterpartAnswer answer;
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            answer = new CounterpartAnswer(_policy.Name, response.StatusCode, RetryAfterOf(response), await response.Content.ReadAsByteArrayAsync(cancellationToken));
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError)
        {
            throw new CounterpartException($"{_policy.Name} cannot be reached: {e.Message}", e) { WasNotAsked = true };
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new CounterpartException($"{_policy.Name} did not answer: {e.Message}", e);
        }

        if (answer.Status is HttpStatusCode.TooManyRequests)
        {
            var wait = answer.RetryAfter ?? _policy.DefaultPause;
            wait = wait < _policy.MaxPause ? wait : _policy.MaxPause;
            Volatile.Write(ref _pausedUntil, (_time.GetUtcNow() + wait).UtcTicks);
            throw new CounterpartException($"{_policy.Name} answered 429.") { WasNotAsked = true, RetryAfter = wait };
        }

        return (int)answer.Status >= 500 ? throw answer.ToException() : answer;
    }

    private TimeSpan? RetryAfterOf(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } when delta > TimeSpan.Zero => delta,
        { Date: { } date } when date > _time.GetUtcNow() => date - _time.GetUtcNow(),
        _ => null,
    };

    private CounterpartException NoAnswer(TimeoutRejectedException late) => new($"{_policy.Name} did not answer within {late.Timeout.TotalMilliseconds:0} ms.", late);

    [LoggerMessage(1951, LogLevel.Error, "{Counterpart} is not asked for {Pause}: {Reason}")]
    private static partial void LogOpened(ILogger logger, string counterpart, TimeSpan pause, string? reason);

    [LoggerMessage(1952, LogLevel.Information, "{Counterpart} answers again")]
    private static partial void LogClosed(ILogger logger, string counterpart);
}
