using WalletGrains.Contracts.Statistics;
using WalletGrains.Journal.Statistics;

namespace WalletGrains.Grains.Statistics;

/// <summary>Statistics as the store's rows, and back.</summary>
internal static class StatisticsRows
{
    public static StatisticsRow ToRow(Guid walletId, WalletStatistics statistics) => new(
        walletId,
        statistics.Version,
        statistics.DepositedMinor,
        statistics.WithdrawnMinor,
        statistics.TransferredInMinor,
        statistics.TransferredOutMinor,
        statistics.TransactionCount,
        statistics.LastActivityAt);

    public static WalletStatistics ToStatistics(StatisticsRow row) => new(
        row.Version,
        row.DepositedMinor,
        row.WithdrawnMinor,
        row.TransferredInMinor,
        row.TransferredOutMinor,
        row.TransactionCount,
        row.LastActivityAt);
}
