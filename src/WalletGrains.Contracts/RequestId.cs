using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace WalletGrains.Contracts;

/// <summary>
/// Names one request to one wallet, for ever. Ids of clients and ids of the product's own steps have different prefixes,
/// so no client can use up, or guess, the id of a step.
/// </summary>
[GenerateSerializer, Immutable]
[Alias("walletgrains.RequestId")]
public readonly record struct RequestId
{
    private const string ClientPrefix = "c:";
    private const string TransferPrefix = "t:";
    private const string ReversalPrefix = "r:";
    private const string HoldPrefix = "h:";
    private const string BulkPrefix = "b:";
    private const string SchedulePrefix = "s:";
    private const string FraudPrefix = "f:";
    private const string VirtualAccountPrefix = "v:";
    private const string BillPrefix = "p:";

    [Id(0)]
    private readonly string? _value;

    private RequestId(string value) => _value = value;

    /// <summary>The id as it is stored.</summary>
    public string Value => _value ?? throw new InvalidOperationException("This request id was not made from a text.");

    /// <summary>The id as the client wrote it; null for a step of the product's own.</summary>
    public string? ClientText =>
        Value.StartsWith(ClientPrefix, StringComparison.Ordinal) || Value.StartsWith(ReversalPrefix, StringComparison.Ordinal)
            ? Value[ClientPrefix.Length..]
            : null;

    /// <summary>It names a step of a bulk transfer.</summary>
    public bool IsOfBulk => Value.StartsWith(BulkPrefix, StringComparison.Ordinal);

    /// <summary>It names a step of the payment of a bill.</summary>
    public bool IsOfBill => Value.StartsWith(BillPrefix, StringComparison.Ordinal);

    /// <summary>The id a client sent: 1 to 255 characters, no control characters, no halves of surrogate pairs.</summary>
    public static bool TryFromClient([NotNullWhen(true)] string? text, out RequestId requestId) => TryFrom(ClientPrefix, text, out requestId);

    /// <summary>
    /// The id that an operator or a service sent for a reversal. It is decided by the wallet that gives money back, whose owner
    /// uses ids of its own: the two never meet.
    /// </summary>
    public static bool TryFromReversal([NotNullWhen(true)] string? text, out RequestId requestId) => TryFrom(ReversalPrefix, text, out requestId);

    /// <summary>The id a client sent.</summary>
    /// <exception cref="ArgumentException">It is empty, too long or has control characters.</exception>
    public static RequestId FromClient(string text) => TryFromClient(text, out var requestId)
        ? requestId
        : throw new ArgumentException($"A request id has 1 to {Limits.MaxRequestIdLength} characters and no control characters.", nameof(text));

    /// <summary>The id of the debit of a transfer whose money was held before.</summary>
    public static RequestId ForDebit(Guid transferId) => new($"{TransferPrefix}{transferId:N}/debit");

    /// <summary>The id of a transfer's credit to its receiver.</summary>
    public static RequestId ForCredit(Guid transferId) => new($"{TransferPrefix}{transferId:N}/credit");

    /// <summary>The id of a transfer's refund to its sender.</summary>
    public static RequestId ForRefund(Guid transferId) => new($"{TransferPrefix}{transferId:N}/refund");

    /// <summary>The id of a hold's expiry.</summary>
    public static RequestId ForExpiry(Guid holdId) => new($"{HoldPrefix}{holdId:N}/expire");

    /// <summary>The id of the hold that reserves one leg of a bulk transfer.</summary>
    public static RequestId ForBulkHold(Guid bulkId, int leg) => new(string.Create(CultureInfo.InvariantCulture, $"{BulkPrefix}{bulkId:N}/{leg}/hold"));

    /// <summary>The id of the release of that hold.</summary>
    public static RequestId ForBulkRelease(Guid bulkId, int leg) => new(string.Create(CultureInfo.InvariantCulture, $"{BulkPrefix}{bulkId:N}/{leg}/release"));

    /// <summary>The id of the transfer that a schedule makes for one of its times.</summary>
    public static RequestId ForSchedule(Guid scheduleId, DateTimeOffset dueAt) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{SchedulePrefix}{scheduleId:N}/{dueAt.ToUnixTimeMilliseconds()}"));

    /// <summary>The id of the freeze that an alert asks for: another one with each further finding.</summary>
    /// <param name="alertId">The alert.</param>
    /// <param name="findings">How many findings the alert has by then.</param>
    public static RequestId ForFraudHold(Guid alertId, long findings) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{FraudPrefix}{alertId:N}/hold/{findings}"));

    /// <summary>The id of the credit of a payment to a virtual account: the provider's own reference names it, for ever.</summary>
    public static RequestId ForBankCredit(string provider, string reference) => new($"{VirtualAccountPrefix}{provider}/{reference}");

    /// <summary>The id of the hold that reserves the money of a bill's payment.</summary>
    public static RequestId ForBillHold(Guid paymentId) => new($"{BillPrefix}{paymentId:N}/hold");

    /// <summary>The id of the step by which that money leaves for the biller.</summary>
    public static RequestId ForBillCapture(Guid paymentId) => new($"{BillPrefix}{paymentId:N}/capture");

    /// <summary>The id of the step that gives it back.</summary>
    public static RequestId ForBillReversal(Guid paymentId) => new($"{BillPrefix}{paymentId:N}/reversal");

    /// <summary>The id as the journal has it.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public static RequestId FromStored(string? value) => new(value ?? throw new FormatException("A stored request id is missing."));

    /// <inheritdoc />
    public override string ToString() => _value ?? "";

    private static bool TryFrom(string prefix, string? text, out RequestId requestId)
    {
        if (text is { Length: > 0 and <= Limits.MaxRequestIdLength } && PlainText.IsValid(text))
        {
            requestId = new RequestId(prefix + text);
            return true;
        }

        requestId = default;
        return false;
    }
}
