namespace WalletGrains.Contracts.Wallets;

/// <summary>Opens a wallet with a zero balance.</summary>
/// <param name="Currency">The only currency it will ever hold.</param>
/// <param name="OwnerId">The user it belongs to; null for a wallet only services and operators may use.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.OpenWallet")]
public sealed record OpenWallet([property: Id(0)] Currency Currency, [property: Id(1)] Guid? OwnerId);

/// <summary>Asks a wallet to change its balance. The kinds below are all there are.</summary>
/// <param name="RequestId">Names the request; repeating it has no further effect.</param>
/// <param name="Amount">How much, above zero.</param>
/// <param name="Description">Words for the history, at most 500 characters; null for none.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.WalletCommand")]
public abstract record WalletCommand(
    [property: Id(0)] RequestId RequestId,
    [property: Id(1)] Money Amount,
    [property: Id(2)] string? Description);

/// <summary>Money comes in from outside.</summary>
[GenerateSerializer, Immutable]
[Alias("walletgrains.Deposit")]
public sealed record Deposit(RequestId RequestId, Money Amount, string? Description = null)
    : WalletCommand(RequestId, Amount, Description);

/// <summary>Money goes outside.</summary>
[GenerateSerializer, Immutable]
[Alias("walletgrains.Withdraw")]
public sealed record Withdraw(RequestId RequestId, Money Amount, string? Description = null)
    : WalletCommand(RequestId, Amount, Description);

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
[GenerateSerializer, Immutable]
[Alias("walletgrains.DebitTransfer")]
public sealed record DebitTransfer(
    RequestId RequestId,
    Money Amount,
    [property: Id(0)] Guid TransferId,
    [property: Id(1)] Guid ToWalletId,
    string? Description = null)
    : WalletCommand(RequestId, Amount, Description);

/// <summary>The second step of a transfer, sent to the receiver's wallet.</summary>
/// <param name="Amount">How much.</param>
/// <param name="TransferId">The transfer.</param>
/// <param name="FromWalletId">The payer.</param>
/// <param name="Description">Words for the receiver's history.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.CreditTransfer")]
public sealed record CreditTransfer(
    Money Amount,
    [property: Id(0)] Guid TransferId,
    [property: Id(1)] Guid FromWalletId,
    string? Description = null)
    : WalletCommand(RequestId.ForCredit(TransferId), Amount, Description);

/// <summary>The step that undoes the debit, sent to the payer's wallet only after the credit was refused for good.</summary>
/// <param name="Amount">How much.</param>
/// <param name="TransferId">The transfer.</param>
/// <param name="ToWalletId">The wallet that refused the credit.</param>
/// <param name="Failure">Why it was refused.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.RefundTransfer")]
public sealed record RefundTransfer(
    Money Amount,
    [property: Id(0)] Guid TransferId,
    [property: Id(1)] Guid ToWalletId,
    [property: Id(2)] WalletRefusal Failure)
    : WalletCommand(RequestId.ForRefund(TransferId), Amount, null);
