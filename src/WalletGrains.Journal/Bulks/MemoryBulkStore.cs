namespace WalletGrains.Journal.Bulks;

/// <summary>
/// Bulk transfers in memory with the observable behaviour of <see cref="PostgresBulkStore"/>, for tests and simulations.
/// </summary>
/// <param name="interceptor">Called around every write with the id of the bulk; see <see cref="CommitInterceptor"/>.</param>
/// <param name="time">Its clock; without one nothing is in the future.</param>
public sealed class MemoryBulkStore(CommitInterceptor? interceptor = null, TimeProvider? time = null) : IBulkStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, BulkRow> _bulks = [];
    private readonly Dictionary<(Guid CallerId, string RequestId), Guid> _byRequest = [];

    /// <inheritdoc/>
    public Task<(BulkRow Stored, bool IsNew)> CreateAsync(BulkRow bulk, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(bulk);
        return CommitAsync(bulk.BulkId, () =>
        {
            if (_byRequest.TryGetValue((bulk.CallerId, bulk.RequestId), out var known))
            {
                return (_bulks[known], false);
            }

            StoredForm.Check(bulk);
            var stored = bulk.Stored();
            _bulks.Add(stored.BulkId, stored);
            _byRequest.Add((stored.CallerId, stored.RequestId), stored.BulkId);
            return (stored, true);
        });
    }

    /// <inheritdoc/>
    public Task<bool> MoveAsync(BulkMove move, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(move);
        return CommitAsync(move.BulkId, () =>
        {
            if (!_bulks.TryGetValue(move.BulkId, out var known) || known.State != move.From)
            {
                return false;
            }

            StoredForm.Check(move);
            var next = known with
            {
                State = move.To,
                FailedLeg = move.FailedLeg ?? known.FailedLeg,
                FailureCode = move.FailureCode ?? known.FailureCode,
                UpdatedAt = move.At.Stored(),
            };
            StoredForm.Check(next);
            _bulks[move.BulkId] = next;
            return true;
        });
    }

    /// <inheritdoc/>
    public Task<BulkRow?> FindAsync(Guid bulkId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            return Task.FromResult(_bulks.GetValueOrDefault(bulkId));
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<UnfinishedBulk>> ReadUnfinishedAsync(
        DateTimeOffset before, UnfinishedBulk? after, int limit, CancellationToken cancellationToken)
    {
        AppendShape.CheckLimit(limit);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<UnfinishedBulk>>([.. _bulks.Values
                .Where(bulk => bulk.State is not (BulkState.Completed or BulkState.Failed) && (bulk.UpdatedAt < before.Stored() || bulk.UpdatedAt > time?.Future()))
                .Where(bulk => after is null || (bulk.UpdatedAt, bulk.BulkId).CompareTo((after.UpdatedAt, after.BulkId)) > 0)
                .OrderBy(bulk => bulk.UpdatedAt)
                .ThenBy(bulk => bulk.BulkId)
                .Take(limit)
                .Select(bulk => new UnfinishedBulk(bulk.BulkId, bulk.UpdatedAt))]);
        }
    }

    private async Task<T> CommitAsync<T>(Guid bulkId, Func<T> commit)
    {
        await (interceptor?.Invoke(CommitPoint.Before, bulkId) ?? Task.CompletedTask);
        T result;
        lock (_lock)
        {
            result = commit();
        }

        await (interceptor?.Invoke(CommitPoint.After, bulkId) ?? Task.CompletedTask);
        return result;
    }
}
