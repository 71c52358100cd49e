using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using WalletGrains.Grains.Counterparts;

namespace WalletGrains.Grains.BalanceSync;

/// <summary>
/// The core banking system by its HTTP interface. A call that fails, takes too long or is answered with something else than an answer
/// counts against it; when too many do, none is sent for a while.
/// </summary>
internal sealed class T24Client(CoreBankingOptions options, TimeProvider time, ILogger<CounterpartCalls> logger) : ICoreBanking, IDisposable
{
    private const string ApiKeyHeader = "x-api-key";

    // The codes with which T24 says that an account has no balances. Any other refusal leaves the account as it is: a wrong path or a
    // proxy answers 404 too.
    private static readonly Dictionary<string, string> GoneCodes = new(StringComparer.Ordinal)
    {
        ["TGVCP-007"] = "The core banking system knows no such account (TGVCP-007).",
        ["AC-ACCOUNT.CLOSED"] = "The account is closed (AC-ACCOUNT.CLOSED).",
    };

    private readonly CounterpartCalls _calls = new(
        new CounterpartPolicy("The core banking system", options.Timeout)
        {
            MinCallsToJudge = BalanceSyncLimits.BreakerCalls,
            FailuresToBreak = 0.5,
            JudgedPeriod = BalanceSyncLimits.BreakerWindow,
            BreakDuration = BalanceSyncLimits.BreakerPause,
        },
        time,
        logger);

    /// <inheritdoc />
    public bool IsConfigured => options.BaseUrl is not null;

    /// <inheritdoc />
    public async Task<CoreAnswer> AskAsync(string accountNumber, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(accountNumber);
        using var request = new HttpRequestMessage(HttpMethod.Get, options.AddressOf(accountNumber));
        request.Headers.Add(ApiKeyHeader, options.ApiKey);
        try
        {
            return await _calls.SendAsync(request, answer => Read(answer, accountNumber), cancellationToken);
        }
        catch (CounterpartException e)
        {
            return e.IsLeftAlone ? new CoreAnswer.NotNow(e.RetryAfter!.Value, e.Message) : new CoreAnswer.Failed(e.Message);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _calls.Dispose();

    private static CoreAnswer Read(CounterpartAnswer answer, string accountNumber) => answer.Status switch
    {
        HttpStatusCode.OK => answer.Read(json => BalanceIn(json, accountNumber)),
        HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.Gone when GoneReasonIn(answer) is { } reason => new CoreAnswer.Gone(reason),
        _ => throw answer.ToException(),
    };

    /// <summary>What an answer says of an account.</summary>
    /// <exception cref="FormatException">It has no balance of the account that can be read exactly. Other exceptions of reading JSON mean the same.</exception>
    internal static CoreAnswer BalanceIn(JsonElement answer, string accountNumber)
    {
        foreach (var line in answer.GetProperty("body").EnumerateArray())
        {
            if (line.GetProperty("accountId").GetString() == accountNumber)
            {
                return line.GetProperty("currency").GetString() is { Length: 3 } currency && currency.All(char.IsAsciiLetterUpper)
                    && TryReadExactly(line.GetProperty("availableBalance"), out var available)
                    ? new CoreAnswer.Balance(available, currency)
                    : throw new FormatException("It has no balance that can be read exactly.");
            }
        }

        throw new FormatException("It is about another account.");
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

    private static string? GoneReasonIn(CounterpartAnswer answer)
    {
        try
        {
            return answer.Read(json => json.GetProperty("error").GetProperty("errorDetails").EnumerateArray()
                .Select(detail => GoneCodes.GetValueOrDefault(detail.GetProperty("code").GetString() ?? ""))
                .FirstOrDefault(reason => reason is not null));
        }
        catch (CounterpartException)
        {
            return null;
        }
    }
}
