using WalletGrains.Contracts.Activity;
using WalletGrains.Contracts.Statistics;
using WalletGrains.Domain.Statistics;
using WalletGrains.Grains.Activity;
using WalletGrains.Journal;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.Statistics;

namespace WalletGrains.Grains.Statistics;

/// <summary>Counts events into the statistics of their wallets.</summary>
/// <remarks>
/// What is written stays known, so that a busy wallet is read once. Whoever else changes a row that may be known here moves the fence of this consumer
/// (<see cref="IStatisticsStore.CorrectAsync"/>), or has counted the same entries: so what is counted on is what is stored, or cannot be written.
/// </remarks>
internal sealed class StatisticsEffects(IStatisticsStore store, IJournal journal) : IActivityEffects
{
    private readonly Dictionary<Guid, WalletStatistics> _known = [];
    private readonly HashSet<Guid> _changed = [];

    /// <inheritdoc />
    public int Count => _changed.Count;

    /// <inheritdoc />
    public async Task PrepareAsync(IReadOnlyList<ActivityEvent> events)
    {
        var firsts = new Dictionary<Guid, long>();
        foreach (var happened in events)
        {
            if (!_known.ContainsKey(happened.WalletId))
            {
                firsts.TryAdd(happened.WalletId, happened.Version);
            }
        }

        if (firsts.Count == 0)
        {
            return;
        }

        var stored = (await store.FindAsync(firsts.Keys, CancellationToken.None)).ToDictionary(row => row.WalletId, StatisticsRows.ToStatistics);
        var read = new Dictionary<Guid, WalletStatistics>(firsts.Count);
        foreach (var (walletId, first) in firsts)
        {
            var before = stored.GetValueOrDefault(walletId, WalletStatistics.None);

            // What is missing between the two is older than positions are, or than this consumer.
            read[walletId] = before.Version >= first - 1 ? before : await CountAsync(walletId, before, first - 1);
        }

        foreach (var (walletId, statistics) in read)
        {
            _known.Add(walletId, statistics);
        }
    }

    /// <inheritdoc />
    public void Apply(ActivityEvent happened)
    {
        var before = _known[happened.WalletId];
        if (happened.Version > before.Version)
        {
            _known[happened.WalletId] = StatisticsRules.After(
                before, happened.Entry ?? throw new FormatException($"Entry {happened.Version} of wallet {happened.WalletId} cannot be read."));
            _changed.Add(happened.WalletId);
        }
    }

    /// <inheritdoc />
    public void Skip(ActivityEvent happened)
    {
        _known[happened.WalletId] = _known[happened.WalletId] with { Version = happened.Version };
        _changed.Add(happened.WalletId);
    }

    /// <inheritdoc />
    public Task<bool> WriteAsync(PositionMove move, IReadOnlyList<NewJob> jobs) => store.WriteAsync(
        move, _changed.Order().Select(walletId => StatisticsRows.ToRow(walletId, _known[walletId])).ToList(), jobs, CancellationToken.None);

    /// <inheritdoc />
    public void Clear()
    {
        _changed.Clear();
        if (_known.Count > GrainLimits.MaxKnownStatistics)
        {
            // They are read again when they are needed.
            _known.Clear();
        }
    }

    /// <inheritdoc />
    public void Reset()
    {
        _changed.Clear();
        _known.Clear();
    }

    /// <summary>Counts what is missing. Where that cannot be read the statistics stay behind, so that the event does not follow and is skipped.</summary>
    private async Task<WalletStatistics> CountAsync(Guid walletId, WalletStatistics before, long version)
    {
        try
        {
            return await StatisticsHistory.CountAsync(journal, walletId, before, version, CancellationToken.None);
        }
        catch (FormatException)
        {
            return before;
        }
    }
}
