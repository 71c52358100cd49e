using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;

namespace WalletGrains.Grains.BalanceSync;

/// <summary>
/// The core banking system by its HTTP interface. A call that fails, takes too long or is answered with something else than an answer
/// counts against it; when too many do, none is sent for a while.
/// </summary>
public sealed partial class T24Client : ICoreBanking, IDisposable
{
    private const string ApiKeyHeader = "x-api-key";

    // The codes with which T24 says that an account has no balances. Any other refusal leaves the account as it is: a wrong path or a
    // proxy answers 404 too.
    private static readonly Dictionary<string, string> GoneCodes = new(StringComparer.Ordinal)
    {
        ["TGVCP-007"] = "The core banking system knows no such account (TGVCP-007).",
        ["AC-ACCOUNT.CLOSED"] = "The account is closed (AC-ACCOUNT.CLOSED).",
    };

    private readonly CoreBankingOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly ResiliencePipeline<CoreAnswer> _breaker;
    private long _pausedUntil = long.MinValue;

    /// <summary>Made by the container.</summary>
    public T24Client(CoreBankingOptions options, TimeProvider time, ILogger<T24Client> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _time) = (options, time);

        // No redirects: the key would go along.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            MaxResponseContentBufferSize = BalanceSyncLimits.MaxAnswerBytes,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (IsConfigured)
        {
            _http.DefaultRequestHeaders.Add(ApiKeyHeader, options.ApiKey);
        }

        _breaker = new ResiliencePipelineBuilder<CoreAnswer> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<CoreAnswer>
            {
                FailureRatio = 0.5,
                MinimumThroughput = BalanceSyncLimits.BreakerCalls,
                SamplingDuration = BalanceSyncLimits.BreakerWindow,
                BreakDuration = BalanceSyncLimits.BreakerPause,
                ShouldHandle = static call => ValueTask.FromResult(call.Outcome.Result is CoreAnswer.Failed),
                OnOpened = opened =>
                {
                    LogOpened(logger, (opened.Outcome.Result as CoreAnswer.Failed)?.Reason, opened.BreakDuration);
                    return ValueTask.CompletedTask;
                },
                OnClosed = _ =>
                {
                    LogClosed(logger);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
    }

    /// <inheritdoc />
    public bool IsConfigured => _options.BaseUrl is not null;

    /// <inheritdoc />
    public async Task<CoreAnswer> AskAsync(string accountNumber, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(accountNumber);
        if (_time.GetUtcNow().UtcTicks is var now && now < Volatile.Read(ref _pausedUntil))
        {
            return new CoreAnswer.NotNow(TimeSpan.FromTicks(Volatile.Read(ref _pausedUntil) - now), "It asked for a pause.");
        }

        try
        {
            return await _breaker.ExecuteAsync(async token => await CallAsync(accountNumber, token), cancellationToken);
        }
        catch (BrokenCircuitException e)
        {
            return new CoreAnswer.NotNow(e.RetryAfter ?? BalanceSyncLimits.BreakerPause, "Too many calls failed lately.");
        }
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private async Task<CoreAnswer> CallAsync(string accountNumber, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var response = await _http.GetAsync(_options.AddressOf(accountNumber), either.Token);
            return response.StatusCode switch
            {
                HttpStatusCode.OK => BalanceIn(await response.Content.ReadAsByteArrayAsync(either.Token), accountNumber),
                HttpStatusCode.TooManyRequests => Pause(response),
                HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.Gone
                    when GoneReasonIn(await response.Content.ReadAsByteArrayAsync(either.Token)) is { } reason => new CoreAnswer.Gone(reason),
                var status => new CoreAnswer.Failed($"It answered with status {(int)status}."),
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new CoreAnswer.Failed($"It did not answer within {_options.Timeout.TotalMilliseconds:0} ms.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new CoreAnswer.Failed($"It cannot be reached: {e.Message}");
        }
    }

    private CoreAnswer.NotNow Pause(HttpResponseMessage response)
    {
        var asked = response.Headers.RetryAfter is { } after
            ? after.Delta ?? (after.Date - _time.GetUtcNow())
            : null;
        var wait = asked is not { } given || given <= TimeSpan.Zero ? BalanceSyncLimits.DefaultPause
            : given > BalanceSyncLimits.MaxPause ? BalanceSyncLimits.MaxPause
            : given;
        Volatile.Write(ref _pausedUntil, (_time.GetUtcNow() + wait).UtcTicks);
        return new CoreAnswer.NotNow(wait, "It answered with status 429.");
    }

    internal static CoreAnswer BalanceIn(byte[] answer, string accountNumber)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            foreach (var line in document.RootElement.GetProperty("body").EnumerateArray())
            {
                if (line.GetProperty("accountId").GetString() == accountNumber)
                {
                    return line.GetProperty("currency").GetString() is { Length: 3 } currency && currency.All(char.IsAsciiLetterUpper)
                        && TryReadExactly(line.GetProperty("availableBalance"), out var available)
                        ? new CoreAnswer.Balance(available, currency)
                        : new CoreAnswer.Failed("Its answer has no balance that can be read exactly.");
                }
            }

            return new CoreAnswer.Failed("Its answer is about another account.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return new CoreAnswer.Failed("Its answer is malformed.");
        }
    }

    /// <summary>A decimal with every digit of the number's text, which is how many of them it says.</summary>
    private static bool TryReadExactly(JsonElement number, out decimal value)
    {
        value = 0;
        return number.ValueKind is JsonValueKind.Number
            && number.GetRawText() is var text
            && text.Count(char.IsAsciiDigit) <= BalanceSyncLimits.MaxDigits
            && decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value)
            && Math.Abs(value) < BalanceSyncLimits.MaxBalance;
    }

    private static string? GoneReasonIn(byte[] answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            return document.RootElement.GetProperty("error").GetProperty("errorDetails").EnumerateArray()
                .Select(detail => GoneCodes.GetValueOrDefault(detail.GetProperty("code").GetString() ?? ""))
                .FirstOrDefault(reason => reason is not null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    [LoggerMessage(1951, LogLevel.Error, "The core banking system is not asked for {Pause}: {Reason}")]
    private static partial void LogOpened(ILogger logger, string? reason, TimeSpan pause);

    [LoggerMessage(1952, LogLevel.Information, "The core banking system answers again")]
    private static partial void LogClosed(ILogger logger);
}
