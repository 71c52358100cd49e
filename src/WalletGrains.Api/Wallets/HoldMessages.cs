using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using WalletGrains.Api.Http;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Api.Wallets;

/// <summary>Reserves money of the wallet in the path.</summary>
internal sealed record PlaceHoldRequest
{
    /// <summary>How much, in major units of the wallet's currency.</summary>
    [Required]
    public AmountText Amount { get; init; }

    /// <summary>Names this request; a repeat is answered like the first one. 1 to 255 characters.</summary>
    public string? RequestId { get; init; }

    /// <summary>After how many seconds the hold ends by itself, at most 366 days; never when left out.</summary>
    public long? ExpiresInSeconds { get; init; }

    /// <summary>Words for the history, at most 500 characters.</summary>
    public string? Description { get; init; }

    /// <summary>What you attach for your own use; shown with the transaction.</summary>
    public MetadataObject Metadata { get; init; }
}

/// <summary>Takes held money.</summary>
internal sealed record CaptureHoldRequest
{
    /// <summary>How much, at most what is held; all of it when left out. The rest is available again.</summary>
    public AmountText? Amount { get; init; }

    /// <summary>Names this request; a repeat is answered like the first one. 1 to 255 characters.</summary>
    public string? RequestId { get; init; }
}

/// <summary>Gives a hold up.</summary>
internal sealed record ReleaseHoldRequest
{
    /// <summary>Names this request; a repeat is answered like the first one. 1 to 255 characters.</summary>
    public string? RequestId { get; init; }
}

/// <summary>A hold. In the answer to a command a function of its entry alone, so that a repeat is answered byte for byte.</summary>
/// <param name="HoldId">Its id.</param>
/// <param name="WalletId">The wallet.</param>
/// <param name="Amount">How much was reserved, in major units.</param>
/// <param name="Captured">How much of it was taken; 0 until it is captured.</param>
/// <param name="Status">ACTIVE, CAPTURED, RELEASED or EXPIRED.</param>
/// <param name="CreatedAt">When it was placed.</param>
internal sealed record HoldResponse(
    Guid HoldId,
    Guid WalletId,
    decimal Amount,
    decimal Captured,
    string Status,
    [property: JsonPropertyOrder(1)] DateTimeOffset CreatedAt)
{
    /// <summary>When it ends by itself; left out for never.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ExpiresAt { get; init; }

    public static HoldResponse Of(Hold hold) => new(
        hold.HoldId,
        hold.WalletId,
        hold.Amount.ToMajor(),
        Amounts.ToMajor(hold.CapturedMinor, hold.Amount.Currency),
        HoldStatuses.NameOf(hold.Status),
        hold.CreatedAt)
    {
        ExpiresAt = hold.ExpiresAt,
    };
}
