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
internal sealed class StatisticsEffects(IStatisticsStore store, IJournal journal) : IActivityEffects
{
    private readonly Dictionary<Guid, WalletStatistics> _counted = [];

    /// <inheritdoc />
    public int Count => _counted.Count;

    /// <inheritdoc />
    public async Task PrepareAsync(IReadOnlyList<ActivityEvent> events)
    {
        var unknown = events.Select(happened => happened.WalletId).Where(walletId => !_counted.ContainsKey(walletId)).Distinct().ToList();
        if (unknown.Count == 0)
        {
            return;
        }

        var stored = (await store.FindAsync(unknown, CancellationToken.None)).ToDictionary(row => row.WalletId, StatisticsRows.ToStatistics);
        var read = new Dictionary<Guid, WalletStatistics>();
        foreach (var walletId in unknown)
        {
            var first = events.First(happened => happened.WalletId == walletId);
            var before = stored.GetValueOrDefault(walletId, WalletStatistics.None);

            // What is missing between the two is older than positions are, or than this consumer.
            read[walletId] = before.Version >= first.Version - 1 ? before : await CountAsync(walletId, before, first.Version - 1);
        }

        foreach (var (walletId, statistics) in read)
        {
            _counted.Add(walletId, statistics);
        }
    }

    /// <inheritdoc />
    public void Apply(ActivityEvent happened)
    {
        var before = _counted[happened.WalletId];
        if (happened.Version > before.Version)
        {
            _counted[happened.WalletId] = StatisticsRules.After(
                before, happened.Entry ?? throw new FormatException($"Entry {happened.Version} of wallet {happened.WalletId} cannot be read."));
        }
    }

    /// <inheritdoc />
    public void Skip(ActivityEvent happened) => _counted[happened.WalletId] = _counted[happened.WalletId] with { Version = happened.Version };

    /// <inheritdoc />
    public Task<bool> WriteAsync(PositionMove move, IReadOnlyList<NewJob> jobs) => store.WriteAsync(
        move, _counted.OrderBy(counted => counted.Key).Select(counted => StatisticsRows.ToRow(counted.Key, counted.Value)).ToList(), jobs, CancellationToken.None);

    /// <inheritdoc />
    public void Clear() => _counted.Clear();

    /// <inheritdoc />
    public void Reset() => Clear();

    /// <summary>Counts what is missing. Where that cannot be read the statistics stay behind, so that the event does not follow and is skipped.</summary>
    private async Task<WalletStatistics> CountAsync(Guid walletId, WalletStatistics before, long version)
    {
        try
        {
            return await StatisticsHistory.CountAsync(journal, walletId, before, version);
        }
        catch (FormatException)
        {
            return before;
        }
    }
}
