using System.Diagnostics;
using WalletGrains.Contracts.Statistics;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Domain.Statistics;

/// <summary>What an entry adds to the statistics of its wallet.</summary>
public static class StatisticsRules
{
    /// <summary>The statistics with one more entry, the next one of the wallet.</summary>
    public static WalletStatistics After(WalletStatistics before, Entry entry)
    {
        if (entry.Version != before.Version + 1)
        {
            throw new ArgumentException($"Entry {entry.Version} does not follow entry {before.Version}.", nameof(entry));
        }

        // Made in one piece, since this is done for every entry there is.
        var amount = entry.Amount.MinorUnits;
        var (deposited, withdrawn, transferredIn, transferredOut) = entry.Type switch
        {
            EntryType.Fund => (amount, 0L, 0L, 0L),
            EntryType.Withdraw or EntryType.Capture or EntryType.BillPayment => (0, amount, 0, 0),
            EntryType.TransferIn => (0, 0, amount, 0),
            EntryType.TransferOut => (0, 0, 0, amount),
            EntryType.TransferRefund => (0, 0, 0, -amount),
            EntryType.Hold or EntryType.Release or EntryType.BillReversal => (0, 0, 0, 0),
            EntryType.Freeze or EntryType.Unfreeze or EntryType.Close or EntryType.SetLimits => (0, 0, 0, 0),
            _ => throw new UnreachableException($"No rule counts entries of type {entry.Type}."),
        };
        var isTransaction = EntryTypes.IsTransaction(entry.Type);
        return new WalletStatistics(
            entry.Version,
            before.DepositedMinor + deposited,
            before.WithdrawnMinor + withdrawn,
            before.TransferredInMinor + transferredIn,
            before.TransferredOutMinor + transferredOut,
            before.TransactionCount + (isTransaction ? 1 : 0),
            isTransaction ? entry.CreatedAt : before.LastActivityAt);
    }
}
