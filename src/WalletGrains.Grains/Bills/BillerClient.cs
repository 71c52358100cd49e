using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using WalletGrains.Contracts.Bills;
using WalletGrains.Grains.Counterparts;

namespace WalletGrains.Grains.Bills;

/// <summary>One biller by its HTTP interface.</summary>
internal sealed class BillerClient : IBiller, IDisposable
{
    private const string ApiKeyHeader = "x-api-key";

    /// <summary>Refusals of calls that would be the same for each one like it. Any other answer of 422 may be somebody else's, a proxy's for example.</summary>
    private static readonly HashSet<string> DefiniteCodes = ["UNKNOWN_CUSTOMER", "AMOUNT_OUT_OF_BOUNDS", "WRONG_CURRENCY"];

    private readonly BillerOptions _options;
    private readonly BillerMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly Regex _references;
    private readonly CounterpartCalls _calls;

    /// <summary>Whoever asks for a payment has the biller asked for a name: what comes of that must not hold up anybody's payment.</summary>
    private readonly CounterpartCalls _enquiries;

    public BillerClient(BillerOptions options, BillerMetrics metrics, TimeProvider time, ILogger<CounterpartCalls> logger)
    {
        (_options, _metrics, _time) = (options, metrics, time);
        _references = BillerOptions.ToRegex(options.Profile.ReferencePattern);
        var policy = new CounterpartPolicy($"Biller {options.Profile.Code}", options.Timeout)
        {
            MinCallsToJudge = options.BreakerCalls,
            FailuresToBreak = 0.5,
            BreakDuration = options.BreakerPause,
        };
        _calls = new CounterpartCalls(policy, time, logger);
        _enquiries = new CounterpartCalls(policy with { Name = $"{policy.Name} (names)" }, time, logger);
    }

    /// <inheritdoc />
    public Biller Profile => _options.Profile;

    /// <summary>Only printable ASCII, whatever the pattern says; and no text that an address would be shortened by.</summary>
    public bool Accepts(string customerReference) =>
        customerReference is { Length: > 0 and <= BillerLimits.MaxReferenceLength } and not ("." or "..")
        && !customerReference.AsSpan().ContainsAnyExceptInRange(' ', '~')
        && _references.IsMatch(customerReference);

    /// <inheritdoc />
    public async Task<BillerAnswer> PayAsync(BillOrder order, CancellationToken cancellationToken)
    {
        using var request = NewRequest(HttpMethod.Post, "payments");
        request.Content = new ByteArrayContent(BodyOf(order)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        return await AskAsync("pay", request, answer => answer.Status switch
        {
            HttpStatusCode.OK or HttpStatusCode.Created => answer.Read(json => AnswerIn(json, order)),
            HttpStatusCode.UnprocessableEntity when answer.Code is { } code && DefiniteCodes.Contains(code) =>
                new BillerAnswer.Refused(code, answer.Message ?? "The biller refused the payment."),
            _ => throw RefusalOf(answer),
        }, cancellationToken);
    }

    /// <inheritdoc />
    public async Task<BillerAnswer> FindAsync(BillOrder order, CancellationToken cancellationToken)
    {
        using var request = NewRequest(HttpMethod.Get, $"payments/{Uri.EscapeDataString(order.Reference)}");
        return await AskAsync("find", request, answer => answer.Status switch
        {
            HttpStatusCode.OK => answer.Read(json => AnswerIn(json, order)),

            // A wrong path and a proxy answer 404 too.
            HttpStatusCode.NotFound when answer.Code is "NOT_FOUND" => new BillerAnswer.NotFound(),
            _ => throw RefusalOf(answer),
        }, cancellationToken);
    }

    /// <inheritdoc />
    public async Task<CustomerAnswer> EnquireAsync(string customerReference, CancellationToken cancellationToken)
    {
        if (!Profile.NameEnquiry || !Accepts(customerReference))
        {
            throw new ArgumentException($"Biller {Profile.Code} cannot be asked about this reference.", nameof(customerReference));
        }

        using var request = NewRequest(HttpMethod.Get, $"customers/{Uri.EscapeDataString(customerReference)}");
        var startedAt = _time.GetTimestamp();
        CustomerAnswer said;
        try
        {
            said = await _enquiries.SendAsync(request, answer => answer.Status switch
            {
                HttpStatusCode.OK => answer.Read(json => json.Text("customerReference") == customerReference
                    ? (CustomerAnswer)new CustomerAnswer.Known(json.Text("name"))
                    : throw new FormatException("It is about another customer.")),
                HttpStatusCode.NotFound when answer.Code is "UNKNOWN_CUSTOMER" => new CustomerAnswer.Nobody(),
                _ => throw RefusalOf(answer),
            }, cancellationToken);
        }
        catch (CounterpartException e)
        {
            said = new CustomerAnswer.NotSaid(e.Message);
        }

        _metrics.Enquired(Profile.Code, said, _time.GetElapsedTime(startedAt));
        return said;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _calls.Dispose();
        _enquiries.Dispose();
    }

    private HttpRequestMessage NewRequest(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, new Uri(_options.BaseUrl, path));
        request.Headers.Add(ApiKeyHeader, _options.ApiKey);
        return request;
    }

    private async Task<BillerAnswer> AskAsync(string call, HttpRequestMessage request, Func<CounterpartAnswer, BillerAnswer> read, CancellationToken cancellationToken)
    {
        var startedAt = _time.GetTimestamp();
        BillerAnswer said;
        try
        {
            said = await _calls.SendAsync(request, read, cancellationToken);
        }
        catch (CounterpartException e)
        {
            said = e.WasNotAsked ? new BillerAnswer.NotSent(e.RetryAfter, e.Message) : new BillerAnswer.Unknown(e.Message);
        }

        _metrics.Asked(Profile.Code, call, said, _time.GetElapsedTime(startedAt));
        return said;
    }

    /// <summary>A wrong key is looked at before anything else is, so nothing can have happened. Of no other refusal that is not expected is that known.</summary>
    private CounterpartException RefusalOf(CounterpartAnswer answer) => answer.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
        ? new CounterpartException($"Biller {Profile.Code} does not accept {BillerOptions.Section}:{Profile.Code}:{nameof(BillerOptions.ApiKey)}: it answered {(int)answer.Status}.") { WasNotAsked = true }
        : answer.ToException();

    /// <summary>How a payment stands, where the answer is about just what was ordered.</summary>
    private static BillerAnswer AnswerIn(JsonElement json, BillOrder order)
    {
        if (json.Text("reference") != order.Reference || json.Text("customerReference") != order.CustomerReference || json.Amount("amount", "currency") != order.Amount)
        {
            throw new FormatException("It is about another payment, customer or amount.");
        }

        return json.Text("status") switch
        {
            "SUCCESSFUL" => new BillerAnswer.Paid(json.Text("billerReference"), json.OptionalText("token")),
            "FAILED" => new BillerAnswer.Failed("DECLINED", json.OptionalText("reason") ?? "The biller did not say why."),
            "PENDING" => new BillerAnswer.Pending(json.OptionalText("billerReference")),
            _ => throw new FormatException("It has a status that is not known."),
        };
    }

    private static byte[] BodyOf(BillOrder order)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("reference"u8, order.Reference);
            json.WriteString("customerReference"u8, order.CustomerReference);
            json.WriteNumber("amount"u8, order.Amount.ToDecimal());
            json.WriteString("currency"u8, order.Amount.Currency.Code);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
