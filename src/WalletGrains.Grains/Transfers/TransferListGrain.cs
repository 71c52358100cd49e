using Orleans.Concurrency;
using WalletGrains.Contracts.Transfers;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Journal;
using WalletGrains.Journal.Reading;

namespace WalletGrains.Grains.Transfers;

/// <summary>Lists of transfers. A stateless worker: every silo has its own, and calls do not wait for one another.</summary>
[StatelessWorker]
[Reentrant]
public sealed class TransferListGrain(PostgresTransferList transfers) : Grain, ITransferListGrain
{
    /// <inheritdoc />
    public async Task<Page<Transfer>> ListAsync(TransferStatus? status, Guid? before, int limit)
    {
        // One more than asked for tells whether there is a next page.
        var rows = await Outage.GuardAsync(() => transfers.ReadAsync((TransferState?)status, before, limit + 1, CancellationToken.None));
        return new Page<Transfer>(rows.Take(limit).Select(TransferRows.ToTransfer).ToList(), rows.Count > limit);
    }
}
