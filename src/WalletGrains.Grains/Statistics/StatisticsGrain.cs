using Microsoft.Extensions.Logging;
using Orleans.Streams;
using Orleans.Streams.Core;
using WalletGrains.Contracts.Activity;
using WalletGrains.Contracts.Statistics;
using WalletGrains.Grains.Activity;
using WalletGrains.Journal;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Statistics;

namespace WalletGrains.Grains.Statistics;

/// <summary>The statistics of one partition of the wallets.</summary>
[ImplicitStreamSubscription(ActivityStreams.Wallets)]
public sealed class StatisticsGrain(
    IStatisticsStore store,
    IJournal journal,
    IActivityLog log,
    IActivityPositions positions,
    IdGenerator ids,
    ActivityOptions options,
    ActivityMetrics metrics,
    TimeProvider time,
    ILogger<StatisticsGrain> logger) : Grain, IStatisticsGrain, IStreamSubscriptionObserver, IAsyncObserver<ActivityBatch>
{
    private ConsumerActivation _consumer = null!;

    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var effects = new StatisticsEffects(store, journal);
        _consumer = new ConsumerActivation(
            this, new ActivityConsumer(StatisticsRetry.ConsumerName, (int)this.GetPrimaryKeyLong(), effects, log, positions, options, metrics, ids, time, logger));
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => _consumer.EndAsync();

    /// <inheritdoc />
    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<ActivityBatch>().ResumeAsync(this);

    /// <inheritdoc />
    public Task OnNextAsync(ActivityBatch item, StreamSequenceToken? token = null) => _consumer.HearAsync(item);

    /// <inheritdoc />
    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;
}
