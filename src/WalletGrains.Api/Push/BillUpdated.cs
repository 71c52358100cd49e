using System.Text.Json.Serialization;
using WalletGrains.Api.Http;
using WalletGrains.Contracts.Bills;

namespace WalletGrains.Api.Push;

/// <summary>What the owner of a wallet is told of a step of a bill's payment. It is a hint, and may come late, twice or not at all: GET /bills/{id} is
/// the record.</summary>
/// <param name="PaymentId">The payment.</param>
/// <param name="WalletId">The wallet that pays.</param>
/// <param name="Status">How far it has come.</param>
/// <param name="BillerCode">Who is paid.</param>
/// <param name="CustomerReference">Whose bill it is.</param>
/// <param name="Amount">How much, in major units.</param>
/// <param name="Currency">Its currency.</param>
/// <param name="OccurredAt">When.</param>
internal sealed record BillUpdated(
    Guid PaymentId,
    Guid WalletId,
    string Status,
    string BillerCode,
    string CustomerReference,
    decimal Amount,
    string Currency,
    DateTimeOffset OccurredAt)
{
    /// <summary>The name of the message.</summary>
    public const string Target = "BILL_UPDATED";

    /// <summary>What happened, for people; left out where the status says it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>What the customer got for it; left out when there is nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Token { get; init; }

    /// <summary>Why it failed, for programs; left out unless it did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? FailureCode { get; init; }

    public static BillUpdated Of(BillPayment payment) => new(
        payment.PaymentId,
        payment.WalletId,
        BillStatuses.NameOf(payment.Status),
        payment.BillerCode,
        payment.CustomerReference,
        payment.Amount.ToMajor(),
        payment.Amount.Currency.Code,
        payment.History[^1].At)
    {
        Detail = payment.History[^1].Detail,
        Token = payment.Token,
        FailureCode = payment.Failure?.Code,
    };
}
