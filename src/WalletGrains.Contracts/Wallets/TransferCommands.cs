namespace WalletGrains.Contracts.Wallets;

/// <summary>A step of a transfer: asks one of its two wallets to move the amount.</summary>
/// <param name="RequestId">Names the step.</param>
/// <param name="Amount">How much.</param>
/// <param name="TransferId">The transfer.</param>
/// <param name="Description">Words for the history.</param>
/// <param name="Metadata">What the caller attached.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.TransferCommand")]
public abstract record TransferCommand(
    RequestId RequestId,
    Money Amount,
    [property: Id(0)] Guid TransferId,
    string? Description,
    Metadata? Metadata)
    : MoneyCommand(RequestId, Amount, Description, Metadata);

/// <summary>
/// The first step of a transfer, sent to the payer's wallet. It carries the payer's own request id: the debit is the
/// record that makes the whole transfer idempotent.
/// </summary>
/// <param name="RequestId">The payer's request id.</param>
/// <param name="Amount">How much.</param>
/// <param name="TransferId">The id the transfer gets if this request is new. It is not part of the request's content:
/// a repeat proposes another id and is answered with the first one.</param>
/// <param name="ToWalletId">The receiver.</param>
/// <param name="Description">Words for both histories.</param>
/// <param name="Metadata">What the caller attaches, to both histories.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.DebitTransfer")]
public sealed record DebitTransfer(
    RequestId RequestId,
    Money Amount,
    Guid TransferId,
    [property: Id(0)] Guid ToWalletId,
    string? Description = null,
    Metadata? Metadata = null)
    : TransferCommand(RequestId, Amount, TransferId, Description, Metadata);

/// <summary>
/// The first step of a reversal: a transfer that gives back what another one moved, sent to the wallet that received it.
/// Neither a freeze nor a limit stops it.
/// </summary>
/// <param name="RequestId">The request id of who asks for the reversal; see <see cref="RequestId.TryFromReversal"/>.</param>
/// <param name="Amount">How much to give back at most; all of it, unless <paramref name="UpToWhatIsLeft"/>.</param>
/// <param name="TransferId">The id the reversal gets if this request is new; not part of its content.</param>
/// <param name="ToWalletId">The payer of the transfer that is reversed.</param>
/// <param name="ReversedTransferId">The transfer that is reversed.</param>
/// <param name="OriginalAmountMinor">The amount of that transfer, in minor units. What was given back in all never exceeds it.</param>
/// <param name="UpToWhatIsLeft">Give back what earlier reversals have left of it.</param>
/// <param name="Description">Words for both histories.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.DebitReversal")]
public sealed record DebitReversal(
    RequestId RequestId,
    Money Amount,
    Guid TransferId,
    [property: Id(0)] Guid ToWalletId,
    [property: Id(1)] Guid ReversedTransferId,
    [property: Id(2)] long OriginalAmountMinor,
    [property: Id(3)] bool UpToWhatIsLeft,
    string? Description = null)
    : TransferCommand(RequestId, Amount, TransferId, Description, null);

/// <summary>The first step of a transfer whose amount was held before: it captures the hold in full.</summary>
/// <param name="Amount">How much, all that is held.</param>
/// <param name="TransferId">The transfer.</param>
/// <param name="ToWalletId">The receiver.</param>
/// <param name="HoldId">The hold.</param>
/// <param name="BulkId">The bulk transfer it is a leg of.</param>
/// <param name="Description">Words for both histories.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.DebitHeldTransfer")]
public sealed record DebitHeldTransfer(
    Money Amount,
    Guid TransferId,
    [property: Id(0)] Guid ToWalletId,
    [property: Id(1)] Guid HoldId,
    [property: Id(2)] Guid BulkId,
    string? Description = null)
    : TransferCommand(RequestId.ForDebit(TransferId), Amount, TransferId, Description, null);

/// <summary>The second step of a transfer, sent to the receiver's wallet.</summary>
/// <param name="Amount">How much.</param>
/// <param name="TransferId">The transfer.</param>
/// <param name="FromWalletId">The payer.</param>
/// <param name="Description">Words for the receiver's history.</param>
/// <param name="Metadata">What the payer attached.</param>
/// <param name="IsSettlement">The transfer cannot be undone any more, so the receiver takes the money whatever its phase and
/// balance: a reversal, or a leg of a bulk transfer that was decided.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.CreditTransfer")]
public sealed record CreditTransfer(
    Money Amount,
    Guid TransferId,
    [property: Id(0)] Guid FromWalletId,
    string? Description = null,
    Metadata? Metadata = null,
    [property: Id(1)] bool IsSettlement = false)
    : TransferCommand(RequestId.ForCredit(TransferId), Amount, TransferId, Description, Metadata);

/// <summary>The step that undoes the debit, sent to the payer's wallet only after the credit was refused for good.</summary>
/// <param name="Amount">How much.</param>
/// <param name="TransferId">The transfer.</param>
/// <param name="ToWalletId">The wallet that refused the credit.</param>
/// <param name="Failure">Why it was refused.</param>
/// <param name="DebitedAt">When the debit was decided; it follows from the transfer and is not part of the request's content.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.RefundTransfer")]
public sealed record RefundTransfer(
    Money Amount,
    Guid TransferId,
    [property: Id(0)] Guid ToWalletId,
    [property: Id(1)] WalletRefusal Failure,
    [property: Id(2)] DateTimeOffset DebitedAt)
    : TransferCommand(RequestId.ForRefund(TransferId), Amount, TransferId, null, null);
