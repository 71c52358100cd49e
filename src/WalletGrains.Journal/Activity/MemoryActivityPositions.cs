namespace WalletGrains.Journal.Activity;

/// <summary>Positions in memory with the observable behaviour of <see cref="PostgresActivityPositions"/>, for tests and simulations.</summary>
/// <param name="interceptor">Called around every move; see <see cref="CommitInterceptor"/>.</param>
public sealed class MemoryActivityPositions(CommitInterceptor? interceptor = null) : IActivityPositions
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Consumer, int Partitions, int Partition), long> _positions = [];

    /// <inheritdoc/>
    public Task<long> LoadAsync(string consumer, int partition, int partitions, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_positions.ContainsKey((consumer, partitions, partition)))
            {
                var old = _positions.Where(known => known.Key.Consumer == consumer).ToList();
                old.ForEach(known => _positions.Remove(known.Key));
                for (var each = 0; each < partitions; each++)
                {
                    _positions[(consumer, partitions, each)] = old.Count == 0 ? 0 : old.Min(known => known.Value);
                }
            }

            return Task.FromResult(_positions[(consumer, partitions, partition)]);
        }
    }

    /// <inheritdoc/>
    public Task<bool> MoveAsync(PositionMove move, CancellationToken cancellationToken) => MoveAsync(move, () => { });

    /// <summary>Sets the consumer of a wallet's partition back by one, if a change that it must not overwrite was made at the same moment.</summary>
    internal bool SetBack(string consumer, Guid walletId, Func<bool> change)
    {
        lock (_lock)
        {
            var isChanged = change();
            foreach (var (key, position) in isChanged ? _positions.ToList() : [])
            {
                if (key.Consumer == consumer && position > 0 && ActivityQuery.PartitionOf(walletId, key.Partitions) == key.Partition)
                {
                    _positions[key] = position - 1;
                }
            }

            return isChanged;
        }
    }

    /// <summary>Moves, and has the effects that belong to it at the same moment.</summary>
    internal async Task<bool> MoveAsync(PositionMove move, Action effects)
    {
        ArgumentNullException.ThrowIfNull(move);
        await (interceptor?.Invoke(CommitPoint.Before, Guid.Empty) ?? Task.CompletedTask);
        bool moved;
        lock (_lock)
        {
            var key = (move.Consumer, move.Partitions, move.Partition);
            moved = _positions.TryGetValue(key, out var position) && position == move.From;
            if (moved)
            {
                effects();
                _positions[key] = move.To;
            }
        }

        await (interceptor?.Invoke(CommitPoint.After, Guid.Empty) ?? Task.CompletedTask);
        return moved;
    }
}
