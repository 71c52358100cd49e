using WalletGrains.Grains.Activity;
using WalletGrains.Journal;
using WalletGrains.Journal.Statistics;

namespace WalletGrains.Grains.Statistics;

/// <summary>Counts a wallet anew, up to the version that its statistics have: whatever was skipped of it is in them then.</summary>
public sealed class StatisticsRetry(IStatisticsStore store, IJournal journal) : IEventRetry
{
    internal const string ConsumerName = "statistics";

    /// <inheritdoc />
    public string Consumer => ConsumerName;

    /// <inheritdoc />
    public Task RetryAsync(Guid walletId, long version, CancellationToken cancellationToken) =>
        store.CorrectAsync(journal, walletId, version, cancellationToken);
}
