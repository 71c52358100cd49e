using System.Text.Json;
using System.Text.Json.Serialization;

namespace WalletGrains.Simulators.Billers;

/// <summary>What a biller says of itself.</summary>
internal sealed record BillerDetails(
    string Code, string Name, string Currency, string ReferenceLabel, string ReferencePattern, string ReferenceExample, decimal MinAmount, decimal MaxAmount, bool NameEnquiry);

internal sealed record CustomerResponse(string CustomerReference, string Name);

internal sealed record PaymentRequest(string Reference, string CustomerReference, decimal Amount, string Currency = "NGN");

/// <summary>How a payment stands.</summary>
[JsonConverter(typeof(PaymentStatusConverter))]
public enum PaymentStatus
{
    Pending,
    Successful,
    Failed,
}

internal sealed class PaymentStatusConverter() : JsonStringEnumConverter<PaymentStatus>(JsonNamingPolicy.SnakeCaseUpper, allowIntegerValues: false);

/// <summary>A payment, as the biller shows it.</summary>
/// <param name="Reference">The payer's.</param>
/// <param name="BillerReference">The biller's own.</param>
/// <param name="CustomerReference">Whose bill it is.</param>
/// <param name="Amount">What was paid.</param>
/// <param name="Currency">Of the amount.</param>
/// <param name="Status">How it stands. What is not pending never changes any more.</param>
/// <param name="CreatedAt">When the biller took it.</param>
/// <param name="CompletedAt">When it became final; null while it is pending.</param>
/// <param name="Reason">Why it failed; null unless it did.</param>
/// <param name="Token">What the customer gets for it, where the biller gives something; null unless it succeeded.</param>
public sealed record BillerPayment(
    string Reference,
    string BillerReference,
    string CustomerReference,
    decimal Amount,
    string Currency,
    PaymentStatus Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset? CompletedAt = null,
    string? Reason = null,
    string? Token = null);
