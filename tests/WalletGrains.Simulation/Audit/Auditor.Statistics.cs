using WalletGrains.Journal.Statistics;

namespace WalletGrains.Simulation.Audit;

/// <content>What was counted of the entries, when all is over.</content>
internal sealed partial class Auditor
{
    /// <summary>Whether all entries are counted, rightly or not.</summary>
    public bool IsCounted(IReadOnlyList<StatisticsRow> rows) =>
        _wallets.Values.All(wallet => wallet.Entries.Count == (rows.SingleOrDefault(row => row.WalletId == wallet.WalletId)?.Version ?? 0));

    /// <summary>Compares the statistics of wallets with their entries, added up anew.</summary>
    public void CheckStatistics(IReadOnlyList<StatisticsRow> rows)
    {
        foreach (var wallet in _wallets.Values.Where(wallet => wallet.Entries.Count > 0))
        {
            var row = rows.SingleOrDefault(row => row.WalletId == wallet.WalletId);
            Require(
                row?.Version == wallet.Entries.Count,
                () => $"The statistics of wallet {wallet.WalletId:N} have counted {row?.Version ?? 0} of {wallet.Entries.Count} entries.");
            Require(
                row?.DepositedMinor == Sum(wallet, Kinds.Fund)
                    && row?.WithdrawnMinor == Sum(wallet, Kinds.Withdraw, Kinds.Capture, Kinds.BillPayment)
                    && row?.TransferredInMinor == Sum(wallet, Kinds.TransferIn)
                    && row?.TransferredOutMinor == Sum(wallet, Kinds.TransferOut) - Sum(wallet, Kinds.TransferRefund),
                () => $"The statistics of wallet {wallet.WalletId:N} are not the sums of its entries: {row}.");
        }
    }

    private static decimal Sum(WalletBook wallet, params string[] types) =>
        wallet.Entries.Where(entry => types.Contains(entry.Type)).Sum(entry => (decimal)entry.Amount);
}
