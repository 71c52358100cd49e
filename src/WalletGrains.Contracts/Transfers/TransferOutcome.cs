using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Contracts.Transfers;

/// <summary>What became of a transfer request.</summary>
[GenerateSerializer, Immutable]
[Alias("walletgrains.TransferOutcome")]
public abstract record TransferOutcome
{
    private protected TransferOutcome()
    {
    }

    /// <summary>The receiver is credited.</summary>
    /// <param name="TransferId">The transfer.</param>
    /// <param name="Debit">The payer's entry.</param>
    /// <param name="Replayed">The request had been decided before.</param>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.TransferOutcome.Completed")]
    public sealed record Completed(
        [property: Id(0)] Guid TransferId,
        [property: Id(1)] Entry Debit,
        [property: Id(2)] bool Replayed) : TransferOutcome;

    /// <summary>Nothing moved for good: the debit was refused, or it was refunded because the credit was refused.</summary>
    /// <param name="Refusal">Why.</param>
    /// <param name="TransferId">The refunded transfer; null when the payer was never debited.</param>
    /// <param name="Replayed">The request had been decided before.</param>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.TransferOutcome.Refused")]
    public sealed record Refused(
        [property: Id(0)] WalletRefusal Refusal,
        [property: Id(1)] Guid? TransferId,
        [property: Id(2)] bool Replayed) : TransferOutcome;

    /// <summary>The request never reached a wallet; its request id is still free.</summary>
    /// <param name="Reason">Why.</param>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.TransferOutcome.Invalid")]
    public sealed record Invalid([property: Id(0)] TransferInvalidReason Reason) : TransferOutcome;

    /// <summary>
    /// No final answer. With <see cref="NotDecidedReason.OutcomeUnknown"/> the payer may be debited already: the same request
    /// id, or the recovery, brings it to its end.
    /// </summary>
    /// <param name="Reason">Why.</param>
    /// <param name="OriginalEntryId">With <see cref="NotDecidedReason.RequestIdReused"/>: the entry the id belongs to.</param>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.TransferOutcome.NotDecided")]
    public sealed record NotDecided(
        [property: Id(0)] NotDecidedReason Reason,
        [property: Id(1)] Guid? OriginalEntryId = null) : TransferOutcome;
}

/// <summary>Why a transfer request is turned away before any wallet decides. Checked in this order.</summary>
public enum TransferInvalidReason
{
    /// <summary>Payer and receiver are the same wallet.</summary>
    SameWallet = 1,

    /// <summary>There is no wallet with the receiver's id.</summary>
    ReceiverNotFound = 2,

    /// <summary>The receiver holds another currency.</summary>
    ReceiverCurrencyMismatch = 3,

    /// <summary>There is no transfer with this id to give back.</summary>
    TransferNotFound = 4,

    /// <summary>The transfer to give back moved no money, or is a reversal itself.</summary>
    NotReversible = 5,

    /// <summary>The amount to give back is in another currency than the transfer.</summary>
    TransferCurrencyMismatch = 6,
}
