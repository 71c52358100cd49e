using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;

namespace WalletGrains.Domain.Fraud;

/// <summary>
/// What a wallet refuses because it looks like fraud. It is asked within the wallet's turn about what the wallet's own rules accept, and
/// looks at the event alone: so it costs nothing, and the same request on the same wallet is decided the same.
/// </summary>
/// <param name="rule">What is refused; null for nothing.</param>
public sealed class FraudGate(LargeAmountRule? rule)
{
    /// <summary>Refuses nothing.</summary>
    public static FraudGate Open { get; } = new(null);

    /// <summary>Whether it refuses what the wallet would accept. What was begun comes to its end, and money that comes back is taken.</summary>
    public bool Refuses(WalletEvent happened, WalletState before) =>
        rule is not null && TypeOf(happened) is { } type && rule.Concerns(EntryTypes.NameOf(type)) && rule.IsLarge(happened.AmountMinor, before.Currency);

    private static EntryType? TypeOf(WalletEvent happened) => happened switch
    {
        WalletEvent.Withdrawn => EntryType.Withdraw,
        WalletEvent.TransferDebited => EntryType.TransferOut,

        // The debit of a leg comes when its bulk is decided, and a bill's when the biller has the money: then nothing is refused any more.
        WalletEvent.HoldPlaced { RequestId.IsOfBulk: true } => EntryType.TransferOut,
        WalletEvent.HoldPlaced { RequestId.IsOfBill: true } => EntryType.BillPayment,
        WalletEvent.HoldPlaced => EntryType.Hold,
        _ => null,
    };
}
