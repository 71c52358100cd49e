using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Contracts.Bills;

/// <summary>What became of a request to pay a bill.</summary>
[GenerateSerializer, Immutable]
[Alias("walletgrains.BillOutcome")]
public abstract record BillOutcome
{
    private protected BillOutcome()
    {
    }

    /// <summary>The money is held, and the payment goes on by itself.</summary>
    /// <param name="PaymentId">The payment.</param>
    /// <param name="Replayed">The request had been made before.</param>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.BillOutcome.Accepted")]
    public sealed record Accepted([property: Id(0)] Guid PaymentId, [property: Id(1)] bool Replayed) : BillOutcome;

    /// <summary>The wallet refused to hold the money: nothing moved, and stays so under this request id.</summary>
    /// <param name="PaymentId">The payment that failed.</param>
    /// <param name="Refusal">Why.</param>
    /// <param name="Replayed">The request had been made before.</param>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.BillOutcome.Refused")]
    public sealed record Refused(
        [property: Id(0)] Guid PaymentId, [property: Id(1)] WalletRefusal Refusal, [property: Id(2)] bool Replayed) : BillOutcome;

    /// <summary>The biller takes no such payment; the request id is still free.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="Biller">What it takes; null when there is none with this code.</param>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.BillOutcome.Invalid")]
    public sealed record Invalid([property: Id(0)] BillInvalidReason Reason, [property: Id(1)] Biller? Biller) : BillOutcome;

    /// <summary>No final answer. With <see cref="NotDecidedReason.OutcomeUnknown"/> the payment may go on by itself; the same request id
    /// finds it.</summary>
    /// <param name="Reason">Why.</param>
    [GenerateSerializer, Immutable]
    [Alias("walletgrains.BillOutcome.NotDecided")]
    public sealed record NotDecided([property: Id(0)] NotDecidedReason Reason) : BillOutcome;
}

/// <summary>Why a biller takes no such payment. Checked in this order.</summary>
public enum BillInvalidReason
{
    /// <summary>There is no biller with this code.</summary>
    BillerNotFound = 1,

    /// <summary>It is not paid in the wallet's currency.</summary>
    CurrencyMismatch = 2,

    /// <summary>The reference is not one of its customers', by its form.</summary>
    ReferenceMalformed = 3,

    /// <summary>It takes more or less than this.</summary>
    AmountOutOfBounds = 4,

    /// <summary>It was asked, and knows no such customer.</summary>
    CustomerNotFound = 5,
}
