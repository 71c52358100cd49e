namespace WalletGrains.Journal.Activity;

/// <summary>Positions in memory with the observable behaviour of <see cref="PostgresActivityPositions"/>, for tests and simulations.</summary>
/// <param name="interceptor">Called around every move; see <see cref="CommitInterceptor"/>.</param>
public sealed class MemoryActivityPositions(CommitInterceptor? interceptor = null) : IActivityPositions
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Consumer, int Partitions, int Partition), ConsumerPlace> _places = [];

    /// <inheritdoc/>
    public Task<ConsumerPlace> LoadAsync(string consumer, int partition, int partitions, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_places.ContainsKey((consumer, partitions, partition)))
            {
                var old = _places.Where(known => known.Key.Consumer == consumer).ToList();
                old.ForEach(known => _places.Remove(known.Key));
                for (var each = 0; each < partitions; each++)
                {
                    _places[(consumer, partitions, each)] = old.Count == 0
                        ? default
                        : new ConsumerPlace(old.Min(known => known.Value.Position), old.Max(known => known.Value.Corrections) + 1);
                }
            }

            return Task.FromResult(_places[(consumer, partitions, partition)]);
        }
    }

    /// <inheritdoc/>
    public Task<bool> MoveAsync(PositionMove move, CancellationToken cancellationToken) => MoveAsync(move, () => { });

    /// <summary>Counts a correction of what the consumer of a wallet's partition writes, if it was made at the same moment.</summary>
    internal bool Correct(string consumer, Guid walletId, Func<bool> change)
    {
        lock (_lock)
        {
            var isChanged = change();
            foreach (var (key, place) in isChanged ? _places.ToList() : [])
            {
                if (key.Consumer == consumer && ActivityQuery.PartitionOf(walletId, key.Partitions) == key.Partition)
                {
                    _places[key] = place with { Corrections = place.Corrections + 1 };
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
            moved = _places.TryGetValue(key, out var place) && place == move.From;
            if (moved)
            {
                effects();
                _places[key] = place with { Position = move.To };
            }
        }

        await (interceptor?.Invoke(CommitPoint.After, Guid.Empty) ?? Task.CompletedTask);
        return moved;
    }
}
