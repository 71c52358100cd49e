using System.Diagnostics;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Domain.Wallets;

/// <summary>
/// Double entry: which account stands on the other side of an entry. System accounts have no row of their own; their
/// balance is the sum over the entries that name them, so none of them is a hot row.
/// </summary>
public static class Postings
{
    /// <summary>Cash that comes in or goes out over the counter or by a partner.</summary>
    public const string ExternalCash = "external:cash";

    /// <summary>The entry that an event makes on a wallet.</summary>
    /// <param name="before">The wallet before the event.</param>
    /// <param name="happened">The event.</param>
    public static Entry EntryOf(WalletState before, WalletEvent happened) => new(
        happened.EntryId,
        before.WalletId,
        before.Version + 1,
        TypeOf(happened),
        new Money(happened.AmountMinor, before.Currency),
        before.BalanceMinor,
        before.BalanceMinor + WalletDecider.SignedAmount(happened),
        CounterAccountOf(happened),
        happened.RequestId,
        TransferIdOf(happened),
        happened.Description,
        happened.At);

    /// <summary>The account name of a wallet.</summary>
    public static string AccountOf(Guid walletId) => $"wallet:{walletId}";

    private static EntryType TypeOf(WalletEvent happened) => happened switch
    {
        WalletEvent.Funded => EntryType.Fund,
        WalletEvent.Withdrawn => EntryType.Withdraw,
        WalletEvent.TransferDebited => EntryType.TransferOut,
        WalletEvent.TransferCredited => EntryType.TransferIn,
        WalletEvent.TransferRefunded => EntryType.TransferRefund,
        _ => throw new UnreachableException($"{happened.GetType().Name} has no entry type."),
    };

    private static string CounterAccountOf(WalletEvent happened) => happened switch
    {
        WalletEvent.Funded or WalletEvent.Withdrawn => ExternalCash,
        WalletEvent.TransferDebited debited => AccountOf(debited.ToWalletId),
        WalletEvent.TransferCredited credited => AccountOf(credited.FromWalletId),
        WalletEvent.TransferRefunded refunded => AccountOf(refunded.ToWalletId),
        _ => throw new UnreachableException($"{happened.GetType().Name} has no counter account."),
    };

    private static Guid? TransferIdOf(WalletEvent happened) => happened switch
    {
        WalletEvent.TransferDebited debited => debited.TransferId,
        WalletEvent.TransferCredited credited => credited.TransferId,
        WalletEvent.TransferRefunded refunded => refunded.TransferId,
        WalletEvent.Funded or WalletEvent.Withdrawn => null,
        _ => throw new UnreachableException($"No rule says whether {happened.GetType().Name} belongs to a transfer."),
    };
}
