using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using WalletGrains.Api.Http;

namespace WalletGrains.Api.VirtualAccounts;

/// <summary>A report of the bank. The bank may add members without telling us; they are skipped, or money would wait for our next version.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
internal sealed record GlobusWebhook
{
    /// <summary>The currency when none is named.</summary>
    public const string DefaultCurrency = "NGN";

    /// <summary>What happened: credit, or something else.</summary>
    [Required]
    public string? Event { get; init; }

    /// <summary>The bank's name of the payment: 1 to 100 characters.</summary>
    public string? Reference { get; init; }

    /// <summary>The account that was paid to: ten digits.</summary>
    public string? AccountNumber { get; init; }

    /// <summary>How much, in major units.</summary>
    public AmountText Amount { get; init; }

    /// <summary>Its currency, by its code of ISO 4217; NGN when it is left out.</summary>
    public string? Currency { get; init; }

    /// <summary>Who paid. What is above 200 characters is cut.</summary>
    [JsonConverter(typeof(PayersText))]
    public string? SenderName { get; init; }

    /// <summary>The payer's words. What is above 200 characters is cut.</summary>
    [JsonConverter(typeof(PayersText))]
    public string? Narration { get; init; }

    /// <summary>When it was paid; when it is left out, cannot be read or is more than seven days away, when it was reported.</summary>
    [JsonConverter(typeof(BanksTime))]
    public DateTimeOffset? OccurredAt { get; init; }
}

/// <summary>What became of a report.</summary>
/// <param name="Status">RECEIVED when it is stored, now or before; IGNORED when it tells nothing that is of use here.</param>
internal sealed record WebhookResponse(string Status)
{
    public static readonly WebhookResponse Received = new("RECEIVED");

    public static readonly WebhookResponse Ignored = new("IGNORED");
}
