using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Contracts.Transfers;

/// <summary>
/// Coordinates transfers: debit, credit, and a refund when the credit was refused for good. It keeps nothing itself, so
/// any silo may take any transfer, also one that another coordinator left half way. Key 0.
/// </summary>
[Alias("walletgrains.ITransferGrain")]
public interface ITransferGrain : IGrainWithIntegerKey
{
    /// <summary>Moves money between two wallets. Repeating the request has no further effect.</summary>
    /// <exception cref="UnavailableException">The store is away, and nothing happened.</exception>
    [Alias("Transfer")]
    Task<TransferOutcome> TransferAsync(StartTransfer command);

    /// <summary>Gives back a completed transfer, in full or in part. Repeating the request has no further effect.</summary>
    /// <exception cref="UnavailableException">The store is away, and nothing happened.</exception>
    [Alias("Reverse")]
    Task<TransferOutcome> ReverseAsync(ReverseTransfer command);

    /// <summary>Drives on a transfer whose debit is durable. Repeating the call has no further effect.</summary>
    /// <returns>The transfer; null when there is none with this id.</returns>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("Resume")]
    Task<Transfer?> ResumeAsync(Guid transferId);

    /// <summary>The transfer with this id; null when there is none.</summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("Find")]
    Task<Transfer?> FindAsync(Guid transferId);
}

/// <summary>Asks for a transfer.</summary>
/// <param name="RequestId">Names the request on the payer's wallet.</param>
/// <param name="FromWalletId">The payer.</param>
/// <param name="ToWalletId">The receiver.</param>
/// <param name="Amount">How much, above zero, in the currency of both wallets.</param>
/// <param name="Description">Words for both histories; null for none.</param>
/// <param name="Metadata">What the payer attaches to both histories; null for nothing.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.StartTransfer")]
public sealed record StartTransfer(
    [property: Id(0)] RequestId RequestId,
    [property: Id(1)] Guid FromWalletId,
    [property: Id(2)] Guid ToWalletId,
    [property: Id(3)] Money Amount,
    [property: Id(4)] string? Description = null,
    [property: Id(5)] Metadata? Metadata = null);

/// <summary>Asks for the reversal of a transfer: a transfer of its own, the other way round.</summary>
/// <param name="RequestId">Names the request; see <see cref="RequestId.TryFromReversal"/>.</param>
/// <param name="TransferId">The transfer to give back.</param>
/// <param name="Amount">How much; null for all that is left of it.</param>
/// <param name="Reason">Words for both histories; null for none.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.ReverseTransfer")]
public sealed record ReverseTransfer(
    [property: Id(0)] RequestId RequestId,
    [property: Id(1)] Guid TransferId,
    [property: Id(2)] Money? Amount = null,
    [property: Id(3)] string? Reason = null);

/// <summary>How far a transfer has come.</summary>
public enum TransferStatus
{
    /// <summary>The payer is debited, the receiver not yet credited.</summary>
    Debited = 1,

    /// <summary>The receiver is credited.</summary>
    Completed = 2,

    /// <summary>The receiver refused the credit and the payer has the money back.</summary>
    Compensated = 3,

    /// <summary>The payer's wallet refused the debit; nothing moved.</summary>
    Failed = 4,
}

/// <summary>A transfer.</summary>
/// <param name="TransferId">Its id.</param>
/// <param name="FromWalletId">The payer.</param>
/// <param name="ToWalletId">The receiver.</param>
/// <param name="Amount">How much.</param>
/// <param name="Description">The payer's words.</param>
/// <param name="Status">How far it has come.</param>
/// <param name="Failure">Why it was refused; null when it was not.</param>
/// <param name="Steps">What happened, oldest first.</param>
/// <param name="CreatedAt">When it began.</param>
/// <param name="ReversesTransferId">The transfer that it gives back; null when it is no reversal.</param>
/// <param name="BulkId">The bulk transfer it is a leg of; null when it is none.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.Transfer")]
public sealed record Transfer(
    [property: Id(0)] Guid TransferId,
    [property: Id(1)] Guid FromWalletId,
    [property: Id(2)] Guid ToWalletId,
    [property: Id(3)] Money Amount,
    [property: Id(4)] string? Description,
    [property: Id(5)] TransferStatus Status,
    [property: Id(6)] WalletRefusal? Failure,
    [property: Id(7)] IReadOnlyList<TransferStep> Steps,
    [property: Id(8)] DateTimeOffset CreatedAt,
    [property: Id(9)] Guid? ReversesTransferId = null,
    [property: Id(10)] Guid? BulkId = null);

/// <summary>One durable step of a transfer.</summary>
/// <param name="Type">What moved.</param>
/// <param name="WalletId">The wallet it moved in.</param>
/// <param name="EntryId">The wallet's entry.</param>
/// <param name="At">When.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.TransferStep")]
public sealed record TransferStep(
    [property: Id(0)] EntryType Type,
    [property: Id(1)] Guid WalletId,
    [property: Id(2)] Guid EntryId,
    [property: Id(3)] DateTimeOffset At);
