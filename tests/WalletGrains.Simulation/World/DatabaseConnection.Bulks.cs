using WalletGrains.Journal.Bulks;

namespace WalletGrains.Simulation.World;

/// <content>Bulk transfers, in the same database.</content>
internal sealed partial class DatabaseConnection : IBulkStore
{
    public Task<(BulkRow Stored, bool IsNew)> CreateAsync(BulkRow bulk, CancellationToken cancellationToken) =>
        Write(() => database.Bulks.CreateAsync(bulk, cancellationToken));

    public Task<bool> MoveAsync(BulkMove move, CancellationToken cancellationToken) =>
        Write(() => database.Bulks.MoveAsync(move, cancellationToken));

    public Task<BulkRow?> FindAsync(Guid bulkId, CancellationToken cancellationToken) =>
        Read(() => database.Bulks.FindAsync(bulkId, cancellationToken));

    public Task<IReadOnlyList<UnfinishedBulk>> ReadUnfinishedAsync(
        DateTimeOffset before, UnfinishedBulk? after, int limit, CancellationToken cancellationToken) =>
        Read(() => database.Bulks.ReadUnfinishedAsync(before, after, limit, cancellationToken));
}
