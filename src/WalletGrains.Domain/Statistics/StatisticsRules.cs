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

        var amount = entry.Amount.MinorUnits;
        var after = entry.Type switch
        {
            EntryType.Fund => before with { DepositedMinor = before.DepositedMinor + amount },
            EntryType.Withdraw or EntryType.Capture => before with { WithdrawnMinor = before.WithdrawnMinor + amount },
            EntryType.TransferIn => before with { TransferredInMinor = before.TransferredInMinor + amount },
            EntryType.TransferOut => before with { TransferredOutMinor = before.TransferredOutMinor + amount },
            EntryType.TransferRefund => before with { TransferredOutMinor = before.TransferredOutMinor - amount },
            EntryType.Hold or EntryType.Release => before,
            EntryType.Freeze or EntryType.Unfreeze or EntryType.Close or EntryType.SetLimits => before,
            _ => throw new UnreachableException($"No rule counts entries of type {entry.Type}."),
        };
        return EntryTypes.IsTransaction(entry.Type)
            ? after with { Version = entry.Version, TransactionCount = before.TransactionCount + 1, LastActivityAt = entry.CreatedAt }
            : after with { Version = entry.Version };
    }
}
