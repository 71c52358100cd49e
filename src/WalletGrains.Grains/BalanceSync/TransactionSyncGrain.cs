using Microsoft.Extensions.Logging;
using Orleans.Streams;
using Orleans.Streams.Core;
using WalletGrains.Contracts.Activity;
using WalletGrains.Contracts.BalanceSync;
using WalletGrains.Contracts.Jobs;
using WalletGrains.Grains.Activity;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.BalanceSync;

namespace WalletGrains.Grains.BalanceSync;

/// <summary>What transactions in one partition of the wallets mean for balances in the core banking system.</summary>
[ImplicitStreamSubscription(ActivityStreams.Wallets)]
public sealed partial class TransactionSyncGrain(
    IMobileUserStore users,
    ICoreBanking core,
    IActivityLog log,
    IActivityPositions positions,
    IdGenerator ids,
    ActivityOptions options,
    ActivityMetrics metrics,
    TimeProvider time,
    ILogger<TransactionSyncGrain> logger) : Grain, ITransactionSyncGrain, IStreamSubscriptionObserver, IAsyncObserver<ActivityBatch>
{
    /// <summary>Migration 016 knows it, too.</summary>
    internal const string ConsumerName = "balance-sync";

    private ConsumerActivation _consumer = null!;
    private TransactionSyncEffects _effects = null!;
    private IGrainTimer _wake = null!;

    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _effects = new TransactionSyncEffects(users, core, ids);
        _wake = this.RegisterGrainTimer(WakeAsync, new GrainTimerCreationOptions(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        _consumer = new ConsumerActivation(
            this, new ActivityConsumer(ConsumerName, (int)this.GetPrimaryKeyLong(), _effects, log, positions, options, metrics, ids, time, logger), WakeSoon);
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

    private void WakeSoon()
    {
        if (_effects.TakeQueued())
        {
            _wake.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Wakes who drives the queue; what is not heard of costs ten seconds.</summary>
    private async Task WakeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await GrainFactory.GetGrain<IJobGrain>(BalanceSyncJobs.Kind).WakeAsync();
        }
        catch (Exception e) when (e is OrleansException or TimeoutException)
        {
            LogNotWoken(logger, e);
        }
    }

    [LoggerMessage(1963, LogLevel.Debug, "The jobs of the balance sync could not be woken")]
    private static partial void LogNotWoken(ILogger logger, Exception exception);
}
