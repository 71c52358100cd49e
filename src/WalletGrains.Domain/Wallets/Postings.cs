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

    /// <summary>Money that the bank holds for wallets with virtual accounts.</summary>
    public const string ExternalGlobus = "external:globus";

    /// <summary>What the account names of billers begin with.</summary>
    public const string BillerPrefix = "biller:";

    /// <summary>What the account names of wallets begin with.</summary>
    public const string WalletPrefix = "wallet:";

    /// <summary>The entry that an event makes on a wallet.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="before">The wallet before the event.</param>
    /// <param name="after">The wallet after it.</param>
    public static Entry EntryOf(WalletEvent happened, WalletState before, WalletState after) => new(
        happened.EntryId,
        before.WalletId,
        after.Version,
        TypeOf(happened),
        new Money(happened.AmountMinor, before.Currency),
        before.BalanceMinor,
        after.BalanceMinor,
        CounterAccountOf(happened, before.WalletId),
        happened.RequestId,
        TransferIdOf(happened),
        happened.Description,
        happened.At,
        after.HeldMinor,
        after.Status,
        WalletDecider.HoldOf(happened),
        happened is WalletEvent.LimitsSet set ? set.Limits : null,
        happened is WalletEvent.ReversalDebited reversal ? reversal.ReversedTransferId : null,
        happened.Metadata,
        (happened as WalletEvent.TransferRefunded)?.DebitedAt);

    /// <summary>The event that made an entry.</summary>
    /// <exception cref="FormatException">No event makes such an entry.</exception>
    public static WalletEvent EventOf(Entry entry)
    {
        var (id, request, amount, words, more, at) =
            (entry.EntryId, entry.RequestId, entry.Amount.MinorUnits, entry.Description, entry.Metadata, entry.CreatedAt);
        return (entry.Type, entry.Hold) switch
        {
            (EntryType.Fund, null) when entry.CounterAccount == ExternalGlobus => new WalletEvent.BankCreditReceived(id, request, amount, words, more, at),
            (EntryType.Fund, null) => new WalletEvent.Funded(id, request, amount, words, more, at),
            (EntryType.Withdraw, null) => new WalletEvent.Withdrawn(id, request, amount, words, more, at),
            (EntryType.TransferOut, null) when entry.ReversesTransferId is { } reversed => new WalletEvent.ReversalDebited(
                id, request, amount, words, more, at, TransferOf(entry), OtherWallet(entry), reversed),
            (EntryType.TransferOut, null) => new WalletEvent.TransferDebited(id, request, amount, words, more, at, TransferOf(entry), OtherWallet(entry)),
            (EntryType.TransferOut, { } hold) => new WalletEvent.HeldTransferDebited(
                id, request, amount, words, more, at, TransferOf(entry), OtherWallet(entry), hold),
            (EntryType.TransferIn, null) => new WalletEvent.TransferCredited(id, request, amount, words, more, at, TransferOf(entry), OtherWallet(entry)),
            (EntryType.TransferRefund, null) => new WalletEvent.TransferRefunded(
                id, request, amount, words, more, at, TransferOf(entry), OtherWallet(entry), entry.DebitedAt),
            (EntryType.Hold, { } hold) => new WalletEvent.HoldPlaced(id, request, amount, words, more, at, hold),
            (EntryType.Capture, { } hold) => new WalletEvent.HoldCaptured(id, request, amount, words, more, at, hold),
            (EntryType.Release, { } hold) => new WalletEvent.HoldReleased(id, request, amount, words, more, at, hold),
            (EntryType.BillPayment, { } hold) => new WalletEvent.BillPaid(id, request, amount, words, more, at, BillerOf(entry), hold),
            (EntryType.BillReversal, { } hold) => new WalletEvent.BillReversed(id, request, amount, words, more, at, hold),
            (EntryType.Freeze, null) => new WalletEvent.Frozen(id, request, words, at),
            (EntryType.Unfreeze, null) => new WalletEvent.Unfrozen(id, request, words, at),
            (EntryType.Close, null) => new WalletEvent.Closed(id, request, words, at),
            (EntryType.SetLimits, null) => new WalletEvent.LimitsSet(
                id, request, words, at, entry.Limits ?? throw new FormatException($"Entry {id} sets limits and has none.")),
            _ => throw new FormatException($"Entry {id} of type {entry.Type} is not one that an event makes."),
        };
    }

    /// <summary>The account name of a wallet.</summary>
    public static string AccountOf(Guid walletId) => $"{WalletPrefix}{walletId}";

    /// <summary>The type of the entry that an event makes.</summary>
    internal static EntryType TypeOf(WalletEvent happened) => happened switch
    {
        WalletEvent.Funded or WalletEvent.BankCreditReceived => EntryType.Fund,
        WalletEvent.Withdrawn => EntryType.Withdraw,
        WalletEvent.TransferDebited or WalletEvent.HeldTransferDebited or WalletEvent.ReversalDebited => EntryType.TransferOut,
        WalletEvent.TransferCredited => EntryType.TransferIn,
        WalletEvent.TransferRefunded => EntryType.TransferRefund,
        WalletEvent.HoldPlaced => EntryType.Hold,
        WalletEvent.HoldCaptured => EntryType.Capture,
        WalletEvent.HoldReleased => EntryType.Release,
        WalletEvent.BillPaid => EntryType.BillPayment,
        WalletEvent.BillReversed => EntryType.BillReversal,
        WalletEvent.Frozen => EntryType.Freeze,
        WalletEvent.Unfrozen => EntryType.Unfreeze,
        WalletEvent.Closed => EntryType.Close,
        WalletEvent.LimitsSet => EntryType.SetLimits,
        _ => throw new UnreachableException($"{happened.GetType().Name} has no entry type."),
    };

    private static string CounterAccountOf(WalletEvent happened, Guid walletId) => happened switch
    {
        WalletEvent.Funded or WalletEvent.Withdrawn or WalletEvent.HoldCaptured => ExternalCash,
        WalletEvent.BankCreditReceived => ExternalGlobus,
        WalletEvent.TransferDebited debited => AccountOf(debited.ToWalletId),
        WalletEvent.HeldTransferDebited debited => AccountOf(debited.ToWalletId),
        WalletEvent.ReversalDebited debited => AccountOf(debited.ToWalletId),
        WalletEvent.TransferCredited credited => AccountOf(credited.FromWalletId),
        WalletEvent.TransferRefunded refunded => AccountOf(refunded.ToWalletId),
        WalletEvent.BillPaid paid => BillerPrefix + paid.BillerCode,
        WalletEvent.HoldPlaced or WalletEvent.HoldReleased or WalletEvent.BillReversed => AccountOf(walletId),
        WalletEvent.Frozen or WalletEvent.Unfrozen or WalletEvent.Closed or WalletEvent.LimitsSet => AccountOf(walletId),
        _ => throw new UnreachableException($"{happened.GetType().Name} has no counter account."),
    };

    private static Guid? TransferIdOf(WalletEvent happened) => happened switch
    {
        WalletEvent.TransferDebited debited => debited.TransferId,
        WalletEvent.HeldTransferDebited debited => debited.TransferId,
        WalletEvent.ReversalDebited debited => debited.TransferId,
        WalletEvent.TransferCredited credited => credited.TransferId,
        WalletEvent.TransferRefunded refunded => refunded.TransferId,
        WalletEvent.Funded or WalletEvent.BankCreditReceived or WalletEvent.Withdrawn => null,
        WalletEvent.HoldPlaced or WalletEvent.HoldCaptured or WalletEvent.HoldReleased => null,
        WalletEvent.BillPaid or WalletEvent.BillReversed => null,
        WalletEvent.Frozen or WalletEvent.Unfrozen or WalletEvent.Closed or WalletEvent.LimitsSet => null,
        _ => throw new UnreachableException($"No rule says whether {happened.GetType().Name} belongs to a transfer."),
    };

    private static Guid TransferOf(Entry entry) => entry.TransferId ?? throw new FormatException($"Entry {entry.EntryId} names no transfer.");

    private static string BillerOf(Entry entry) => entry.CounterAccount.StartsWith(BillerPrefix, StringComparison.Ordinal)
        ? entry.CounterAccount[BillerPrefix.Length..]
        : throw new FormatException($"Entry {entry.EntryId} names no biller.");

    private static Guid OtherWallet(Entry entry) =>
        entry.CounterAccount.StartsWith(WalletPrefix, StringComparison.Ordinal) && Guid.TryParse(entry.CounterAccount.AsSpan(WalletPrefix.Length), out var walletId)
            ? walletId
            : throw new FormatException($"Entry {entry.EntryId} names no other wallet.");
}
