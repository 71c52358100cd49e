namespace WalletGrains.Contracts.Wallets;

/// <summary>
/// The last step of a bill's payment: the biller has the money, so all that was held for it leaves the wallet. The hold has the payment's id, and
/// nothing but this or <see cref="ReverseBill"/> ends it.
/// </summary>
/// <param name="PaymentId">The payment.</param>
/// <param name="BillerCode">The biller.</param>
/// <param name="Description">Words for the history.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.CaptureBill")]
public sealed record CaptureBill([property: Id(0)] Guid PaymentId, [property: Id(1)] string BillerCode, string? Description = null)
    : WalletCommand(RequestId.ForBillCapture(PaymentId), Description, null);

/// <summary>The last step of a bill's payment that has failed for good: what was held for it is available again.</summary>
/// <param name="PaymentId">The payment.</param>
/// <param name="Description">Words for the history.</param>
[GenerateSerializer, Immutable]
[Alias("walletgrains.ReverseBill")]
public sealed record ReverseBill([property: Id(0)] Guid PaymentId, string? Description = null)
    : WalletCommand(RequestId.ForBillReversal(PaymentId), Description, null);
