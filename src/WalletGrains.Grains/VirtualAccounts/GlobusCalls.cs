using System.Net;
using System.Text.Json;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace WalletGrains.Grains.VirtualAccounts;

/// <summary>What the bank answered.</summary>
/// <param name="Status">The status.</param>
/// <param name="RetryAfter">How long it wants to be left alone; null when it does not say.</param>
/// <param name="Body">The body, as it came.</param>
internal sealed record BankAnswer(HttpStatusCode Status, TimeSpan? RetryAfter, byte[] Body)
{
    /// <summary>Reads the body.</summary>
    /// <exception cref="BankException">It is not what the bank's documents promise.</exception>
    public T Read<T>(Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(Body);
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new BankException($"The bank's answer cannot be read ({e.GetType().Name}).", e);
        }
    }

    /// <summary>What the bank's refusal means for whoever asked.</summary>
    public BankException ToException()
    {
        var isTransient = Status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.Unauthorized || (int)Status >= 500;
        return new BankException($"The bank answered {(int)Status}{Code()}.") { IsDefinite = !isTransient, RetryAfter = RetryAfter };
    }

    /// <summary>The code of a refusal, where the body has one.</summary>
    private string Code()
    {
        try
        {
            using var document = JsonDocument.Parse(Body);
            return document.RootElement.TryGetProperty("code", out var code) && code.GetString() is { Length: > 0 and <= 64 } text ? " " + text : "";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return "";
        }
    }
}

/// <summary>
/// Single calls of the bank: each ends within its time, and when the bank has failed for a while it is left alone for a while. Nothing is
/// repeated here: a job is.
/// </summary>
internal sealed class GlobusCalls
{
    /// <summary>The name of the client that the factory makes.</summary>
    public const string ClientName = "globus";

    /// <summary>Bytes of an answer. An account has under 1 KB.</summary>
    public const int MaxAnswerBytes = 64 * 1024;

    /// <summary>How long the bank is left alone.</summary>
    public static readonly TimeSpan BreakDuration = TimeSpan.FromSeconds(30);

    // Two thirds of the calls of a full minute at the lowest rate that says anything.
    private const int MinCallsToJudge = 20;
    private const double FailuresToBreak = 0.66;
    private static readonly TimeSpan JudgedPeriod = TimeSpan.FromMinutes(1);

    private readonly IHttpClientFactory _clients;
    private readonly TimeProvider _time;
    private readonly ResiliencePipeline<BankAnswer> _pipeline;

    public GlobusCalls(IHttpClientFactory clients, GlobusOptions options, TimeProvider time)
    {
        (_clients, _time) = (clients, time);
        _pipeline = new ResiliencePipelineBuilder<BankAnswer> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<BankAnswer>
            {
                FailureRatio = FailuresToBreak,
                MinimumThroughput = MinCallsToJudge,
                SamplingDuration = JudgedPeriod,
                BreakDuration = BreakDuration,
                ShouldHandle = new PredicateBuilder<BankAnswer>()
                    .Handle<HttpRequestException>()
                    .Handle<TimeoutRejectedException>()
                    .HandleResult(static answer => (int)answer.Status >= 500),
            })
            .AddTimeout(options.Timeout)
            .Build();
    }

    /// <summary>Calls the bank once.</summary>
    /// <exception cref="BankException">There is no answer; what was asked for may be done all the same, unless it says that the bank was not asked.</exception>
    public async Task<BankAnswer> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await _pipeline.ExecuteAsync(
                async (request, limit) =>
                {
                    using var client = _clients.CreateClient(ClientName);
                    using var response = await client.SendAsync(request, limit);
                    return new BankAnswer(response.StatusCode, RetryAfterOf(response), await response.Content.ReadAsByteArrayAsync(limit));
                },
                request,
                cancellationToken);
        }
        catch (BrokenCircuitException e)
        {
            throw new BankException("The bank has failed too often and is left alone for a while.", e) { RetryAfter = e.RetryAfter ?? BreakDuration, WasNotAsked = true };
        }
        catch (TimeoutRejectedException e)
        {
            throw new BankException($"The bank did not answer within {e.Timeout.TotalSeconds:0} s.", e);
        }
        catch (HttpRequestException e)
        {
            throw new BankException($"The bank cannot be reached: {e.Message}", e);
        }
    }

    private TimeSpan? RetryAfterOf(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > _time.GetUtcNow() => date - _time.GetUtcNow(),
        _ => null,
    };
}
