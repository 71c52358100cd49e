using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Contracts.Bulks;

/// <summary>What became of a request for a bulk transfer.</summary>
[GenerateSerializer, Immutable]
[Alias("walletgrains.BulkOutcome")]
public abstract record BulkOutcome
{
    private protected BulkOutcome()
    {
    }

    /// <summary>Every leg is paid.</summary>
    /// <param name="BulkId">The bulk.</param>
    /// <param name="TransferIds">The transfers, in the order of the legs.</param>
    /// <param name="Replayed">The request had been made before.</param>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.BulkOutcome.Completed")]
    public sealed record Completed(
        [property: Id(0)] Guid BulkId,
        [property: Id(1)] IReadOnlyList<Guid> TransferIds,
        [property: Id(2)] bool Replayed) : BulkOutcome;

    /// <summary>A wallet refused a leg: nothing moved, and stays so under this request id.</summary>
    /// <param name="Refusal">Why.</param>
    /// <param name="FailedLeg">The first leg that was refused, from 0.</param>
    /// <param name="Replayed">The request had been made before.</param>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.BulkOutcome.Refused")]
    public sealed record Refused(
        [property: Id(0)] WalletRefusal Refusal,
        [property: Id(1)] int FailedLeg,
        [property: Id(2)] bool Replayed) : BulkOutcome;

    /// <summary>Its coordinator was lost before anything was decided: nothing moved, and stays so under this request id.</summary>
    /// <param name="Replayed">The request had been made before.</param>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.BulkOutcome.Abandoned")]
    public sealed record Abandoned([property: Id(0)] bool Replayed) : BulkOutcome;

    /// <summary>A leg cannot be, whatever the wallets hold; the request id is still free.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="FailedLeg">The first such leg, from 0.</param>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.BulkOutcome.Invalid")]
    public sealed record Invalid(
        [property: Id(0)] TransferInvalidReason Reason,
        [property: Id(1)] int FailedLeg) : BulkOutcome;

    /// <summary>
    /// No final answer. With <see cref="NotDecidedReason.OutcomeUnknown"/> the same request id, or the recovery, brings the
    /// bulk to its end.
    /// </summary>
    /// <param name="Reason">Why.</param>
    /// <param name="FailedLeg">With <see cref="NotDecidedReason.WalletNotFound"/>: the leg whose payer there is not.</param>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.BulkOutcome.NotDecided")]
    public sealed record NotDecided(
        [property: Id(0)] NotDecidedReason Reason,
        [property: Id(1)] int? FailedLeg = null) : BulkOutcome;
}
