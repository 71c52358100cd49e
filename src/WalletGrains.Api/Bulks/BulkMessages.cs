using System.ComponentModel.DataAnnotations;
using WalletGrains.Api.Http;
using WalletGrains.Api.Transfers;
using WalletGrains.Contracts.Bulks;
using WalletGrains.Contracts.Transfers;

namespace WalletGrains.Api.Bulks;

/// <summary>Makes many transfers, of which all happen or none does.</summary>
internal sealed record BulkRequest
{
    /// <summary>The transfers, 1 to 100. Money that one of them brings cannot be spent by another one.</summary>
    [Required]
    [MinLength(1)]
    [MaxLength(Contracts.Limits.MaxBulkLegs)]
    public IReadOnlyList<BulkLegRequest?>? Legs { get; init; }

    /// <summary>Names this request among your own; a repeat is answered like the first one. 1 to 255 characters.</summary>
    public string? RequestId { get; init; }
}

/// <summary>One transfer of a bulk.</summary>
internal sealed record BulkLegRequest
{
    /// <summary>The wallet it is taken from.</summary>
    [Required]
    public Guid? SenderWalletId { get; init; }

    /// <summary>The wallet that receives it.</summary>
    [Required]
    public Guid? ReceiverWalletId { get; init; }

    /// <summary>How much, in major units of the currency of both wallets.</summary>
    [Required]
    public AmountText Amount { get; init; }

    /// <summary>Words for both histories, at most 500 characters.</summary>
    public string? Description { get; init; }
}

/// <summary>A bulk of which every leg is paid. A function of the stored bulk alone, so that a repeat is answered byte for byte.</summary>
/// <param name="BulkId">Its id.</param>
/// <param name="Status">COMPLETED: every receiver is credited.</param>
/// <param name="Legs">The transfers, in the order of the request.</param>
internal sealed record BulkResponse(Guid BulkId, string Status, IReadOnlyList<BulkLegResponse> Legs)
{
    public static BulkResponse Of(BulkOutcome.Completed completed)
    {
        var status = TransferResponse.Name(TransferStatus.Completed);
        return new(completed.BulkId, status, [.. completed.TransferIds.Select(transferId => new BulkLegResponse(transferId, status))]);
    }
}

/// <summary>One transfer of a bulk.</summary>
/// <param name="TransferId">Its id.</param>
/// <param name="Status">COMPLETED: the receiver is credited.</param>
internal sealed record BulkLegResponse(Guid TransferId, string Status);
