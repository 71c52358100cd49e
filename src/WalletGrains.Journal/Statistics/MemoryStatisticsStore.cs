using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Journal.Statistics;

/// <summary>Statistics in memory with the observable behaviour of <see cref="PostgresStatisticsStore"/>, for tests and simulations.</summary>
/// <param name="positions">The positions that moves go by, and their faults.</param>
/// <param name="jobStore">Where jobs go.</param>
public sealed class MemoryStatisticsStore(MemoryActivityPositions positions, MemoryJobStore jobStore) : IStatisticsStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, StatisticsRow> _rows = [];

    /// <inheritdoc/>
    public Task<IReadOnlyList<StatisticsRow>> FindAsync(IReadOnlyCollection<Guid> walletIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(walletIds);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<StatisticsRow>>([.. walletIds.Distinct().Where(_rows.ContainsKey).Select(walletId => _rows[walletId])]);
        }
    }

    /// <inheritdoc/>
    public Task<bool> WriteAsync(
        PositionMove move, IReadOnlyList<StatisticsRow> rows, IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken) => positions.MoveAsync(move, () =>
    {
        lock (_lock)
        {
            jobs.ToList().ForEach(jobStore.Enqueue);
            foreach (var row in rows)
            {
                if (!_rows.TryGetValue(row.WalletId, out var known) || known.Version < row.Version)
                {
                    _rows[row.WalletId] = row with { LastActivityAt = row.LastActivityAt?.Stored() };
                }
            }
        }
    });

    /// <inheritdoc/>
    public Task<bool> AddAsync(StatisticsRow row, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(row);
        lock (_lock)
        {
            return Task.FromResult(_rows.TryAdd(row.WalletId, row with { LastActivityAt = row.LastActivityAt?.Stored() }));
        }
    }

    /// <inheritdoc/>
    public Task<bool> CorrectAsync(string consumer, StatisticsRow row, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(row);
        return Task.FromResult(positions.Correct(consumer, row.WalletId, () =>
        {
            lock (_lock)
            {
                var isThere = _rows.TryGetValue(row.WalletId, out var known) && known.Version == row.Version;
                if (isThere)
                {
                    _rows[row.WalletId] = row with { LastActivityAt = row.LastActivityAt?.Stored() };
                }

                return isThere;
            }
        }));
    }
}
