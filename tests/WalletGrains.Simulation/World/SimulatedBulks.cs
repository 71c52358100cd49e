using WalletGrains.Journal;
using WalletGrains.Journal.Bulks;

namespace WalletGrains.Simulation.World;

/// <summary>The rows of bulk transfers, with faults around each write, and an observer of what was written.</summary>
internal sealed class SimulatedBulks(CommitInterceptor interceptor, Action<BulkRow> written, TimeProvider time) : IBulkStore
{
    private readonly MemoryBulkStore _durable = new(time: time);

    public async Task<(BulkRow Stored, bool IsNew)> CreateAsync(BulkRow bulk, CancellationToken cancellationToken)
    {
        await interceptor(CommitPoint.Before, bulk.BulkId);
        var created = await _durable.CreateAsync(bulk, cancellationToken);
        if (created.IsNew)
        {
            written(created.Stored);
        }

        await interceptor(CommitPoint.After, bulk.BulkId);
        return created;
    }

    public async Task<bool> MoveAsync(BulkMove move, CancellationToken cancellationToken)
    {
        await interceptor(CommitPoint.Before, move.BulkId);
        var moved = await _durable.MoveAsync(move, cancellationToken);
        if (moved)
        {
            written((await _durable.FindAsync(move.BulkId, cancellationToken))!);
        }

        await interceptor(CommitPoint.After, move.BulkId);
        return moved;
    }

    public Task<BulkRow?> FindAsync(Guid bulkId, CancellationToken cancellationToken) => _durable.FindAsync(bulkId, cancellationToken);

    public Task<IReadOnlyList<UnfinishedBulk>> ReadUnfinishedAsync(
        DateTimeOffset before, UnfinishedBulk? after, int limit, CancellationToken cancellationToken) =>
        _durable.ReadUnfinishedAsync(before, after, limit, cancellationToken);
}
