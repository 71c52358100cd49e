using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using WalletGrains.Api.Http;
using WalletGrains.Contracts.Bills;

namespace WalletGrains.Api.Bills;

/// <summary>Pays a bill out of a wallet.</summary>
internal sealed record PayBillRequest
{
    /// <summary>The wallet that pays.</summary>
    [Required]
    public Guid? WalletId { get; init; }

    /// <summary>The code of the biller, as GET /bills/billers lists it.</summary>
    [Required]
    public string? BillerCode { get; init; }

    /// <summary>Whose bill it is, in the form that the biller's referencePattern says.</summary>
    [Required]
    public string? CustomerReference { get; init; }

    /// <summary>How much, in major units of the currency of wallet and biller.</summary>
    [Required]
    public AmountText Amount { get; init; }

    /// <summary>Names this request; a repeat is answered like the first one. 1 to 255 characters.</summary>
    public string? RequestId { get; init; }
}

/// <summary>A payment that was taken and goes on by itself.</summary>
/// <param name="PaymentId">Its id, which the hold of its money has too.</param>
/// <param name="Status">PENDING, whatever has become of it since: GET /bills/{id} tells.</param>
internal sealed record PayBillResponse(Guid PaymentId, string Status);

/// <summary>A biller.</summary>
/// <param name="Code">Its name in requests.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Currency">What it is paid in, by its code of ISO 4217.</param>
/// <param name="ReferenceLabel">What it calls the references by which it knows its customers.</param>
/// <param name="ReferencePattern">The regular expression that such a reference matches as a whole.</param>
/// <param name="ReferenceExample">One that does.</param>
/// <param name="MinAmount">The least it takes, in major units.</param>
/// <param name="MaxAmount">The most it takes.</param>
/// <param name="NameEnquiry">It tells whose reference it is; a payment then shows the name.</param>
internal sealed record BillerResponse(
    string Code,
    string Name,
    string Currency,
    string ReferenceLabel,
    string ReferencePattern,
    string ReferenceExample,
    decimal MinAmount,
    decimal MaxAmount,
    bool NameEnquiry)
{
    public static BillerResponse Of(Biller biller) => new(
        biller.Code,
        biller.Name,
        biller.Currency.Code,
        biller.ReferenceLabel,
        biller.ReferencePattern,
        biller.ReferenceExample,
        biller.MinAmount.ToMajor(),
        biller.MaxAmount.ToMajor(),
        biller.NameEnquiry);
}

/// <summary>The payment of a bill.</summary>
/// <param name="PaymentId">Its id, which the hold of its money has too.</param>
/// <param name="WalletId">The wallet that pays.</param>
/// <param name="BillerCode">Who is paid.</param>
/// <param name="CustomerReference">Whose bill it is.</param>
/// <param name="Amount">How much, in major units.</param>
/// <param name="Currency">The currency, by its code of ISO 4217.</param>
/// <param name="Status">PENDING, PROCESSING, UNKNOWN (the biller is being asked), COMPLETED, REVERSING, REVERSED (the money is available again) or FAILED
/// (the wallet refused, and no money was held).</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="UpdatedAt">When it changed last.</param>
/// <param name="History">Its steps, the oldest first.</param>
internal sealed record BillPaymentResponse(
    Guid PaymentId,
    Guid WalletId,
    string BillerCode,
    string CustomerReference,
    decimal Amount,
    string Currency,
    string Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    IReadOnlyList<BillStepResponse> History)
{
    /// <summary>The name that belongs to the reference; left out when the biller tells none, and until the money is held.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CustomerName { get; init; }

    /// <summary>The biller's own name of the payment; left out before it has said one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? BillerReference { get; init; }

    /// <summary>What the customer got for it, such as the number that charges a prepaid meter; left out when there is nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Token { get; init; }

    /// <summary>Why it failed, for programs: the biller's code, a wallet's refusal, BILLER_UNAVAILABLE or SETTLED_BY_OPERATOR; left out unless it did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? FailureCode { get; init; }

    /// <summary>Why it failed, for people; left out unless it did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? FailureReason { get; init; }

    /// <summary>Since when the biller is asked how it stands; left out when it never had to be.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? AwaitingSince { get; init; }

    /// <summary>To operators: who of them decided what had become of it; left out when the biller said so.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? SettledBy { get; init; }

    /// <summary>To operators: on what evidence.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SettledBecause { get; init; }

    /// <summary>To operators: when the biller first said something against what was decided; left out when it agrees.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? DisputedAt { get; init; }

    /// <summary>To operators: what it said.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DisputedBecause { get; init; }

    public static BillPaymentResponse Of(BillPayment payment, bool toOperator) => new(
        payment.PaymentId,
        payment.WalletId,
        payment.BillerCode,
        payment.CustomerReference,
        payment.Amount.ToMajor(),
        payment.Amount.Currency.Code,
        BillStatuses.NameOf(payment.Status),
        payment.CreatedAt,
        payment.UpdatedAt,
        [.. payment.History.Select(step => new BillStepResponse(BillStatuses.NameOf(step.Status), step.At) { Detail = step.Detail })])
    {
        CustomerName = payment.CustomerName,
        BillerReference = payment.BillerReference,
        Token = payment.Token,
        FailureCode = payment.Failure?.Code,
        FailureReason = payment.Failure?.Reason,
        AwaitingSince = payment.AwaitingSince,
        SettledBy = toOperator ? payment.Settlement?.OperatorId : null,
        SettledBecause = toOperator ? payment.Settlement?.Reason : null,
        DisputedAt = toOperator ? payment.Dispute?.At : null,
        DisputedBecause = toOperator ? payment.Dispute?.Said : null,
    };
}

/// <summary>A step of a payment.</summary>
/// <param name="Status">How far the payment had come with it.</param>
/// <param name="At">When.</param>
internal sealed record BillStepResponse(string Status, DateTimeOffset At)
{
    /// <summary>What happened, for people; left out where the status says it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }
}

/// <summary>A page of payments, the newest first.</summary>
/// <param name="Items">The payments.</param>
/// <param name="NextCursor">The parameter cursor of the next page; null on the last one.</param>
internal sealed record BillPaymentListResponse(IReadOnlyList<BillPaymentResponse> Items, string? NextCursor);

/// <summary>Decides what has become of a payment whose biller does not say.</summary>
internal sealed record SettleBillRequest
{
    /// <summary>COMPLETED when the biller has the money, FAILED when it has not and will not take it.</summary>
    [Required]
    public string? Outcome { get; init; }

    /// <summary>On what evidence, at most 500 characters.</summary>
    [Required]
    public string? Reason { get; init; }
}
