using Microsoft.Extensions.Logging;
using Orleans.Streams;
using Orleans.Streams.Core;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Activity;
using WalletGrains.Contracts.Fraud;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Grains.Activity;
using WalletGrains.Journal;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Fraud;

namespace WalletGrains.Grains.Fraud;

/// <summary>The suspicions about one partition of the wallets.</summary>
/// <remarks>
/// A wallet that is to be frozen is frozen after its alert is durable, under a request id that is made of the alert and its findings: so it may be tried as
/// often as it takes, by whichever activation, and happens once, and once more when the rule fires again. What is left undone by a crash is found by its row.
/// </remarks>
[ImplicitStreamSubscription(ActivityStreams.Wallets)]
public sealed partial class FraudGrain(
    FraudOptions rules,
    IFraudStore store,
    IJournal journal,
    IActivityLog log,
    IActivityPositions positions,
    IdGenerator ids,
    ActivityOptions options,
    ActivityMetrics metrics,
    TimeProvider time,
    ILogger<FraudGrain> logger) : Grain, IFraudGrain, IStreamSubscriptionObserver, IAsyncObserver<ActivityBatch>
{
    private ConsumerActivation _consumer = null!;
    private FraudEffects _effects = null!;
    private IGrainTimer _followUp = null!;
    private Guid _lastToHold;

    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _effects = new FraudEffects(rules.ToRules(), store, journal, ids);
        _consumer = new ConsumerActivation(
            this, new ActivityConsumer(FraudRetry.ConsumerName, (int)this.GetPrimaryKeyLong(), _effects, log, positions, options, metrics, ids, time, logger), FollowUpSoon);
        _followUp = this.RegisterGrainTimer(
            FollowUpAsync, new GrainTimerCreationOptions(GrainLimits.FraudFollowUpPause, GrainLimits.FraudFollowUpPeriod) { KeepAlive = false });
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

    /// <inheritdoc />
    public Task TellAsync(List<Guid> raised)
    {
        _effects.Raised.AddRange(raised);
        _followUp.Change(TimeSpan.Zero, GrainLimits.FraudFollowUpPeriod);
        return Task.CompletedTask;
    }

    private void FollowUpSoon()
    {
        if (_effects.Raised.Count > 0 || _effects.IsToHold)
        {
            _followUp.Change(TimeSpan.Zero, GrainLimits.FraudFollowUpPeriod);
        }
    }

    /// <summary>Tells of the alerts that were raised, and freezes the wallets that are to be frozen.</summary>
    private async Task FollowUpAsync(CancellationToken cancellationToken)
    {
        try
        {
            var raised = _effects.Raised.ToList();
            _effects.Raised.Clear();
            _effects.IsToHold = false;
            var alerts = this.GetStreamProvider(ActivityStreams.Provider).GetStream<FraudAlert>(StreamId.Create(FraudStreams.Alerts, 0));
            foreach (var alertId in raised)
            {
                if (await store.FindAsync(alertId, cancellationToken) is { } row)
                {
                    LogRaised(logger, row.AlertId, row.WalletId, row.Rule);
                    await alerts.OnNextAsync(FraudRows.ToAlert(row));
                }
            }

            var page = await store.ReadToHoldAsync(
                (int)this.GetPrimaryKeyLong(), options.Partitions, _lastToHold, GrainLimits.SweepPage, cancellationToken);
            foreach (var row in page)
            {
                await HoldAsync(row, cancellationToken);
            }

            // Those that could not be frozen come again when the others have had their turn.
            var isFull = page.Count == GrainLimits.SweepPage;
            _lastToHold = isFull ? page[^1].AlertId : Guid.Empty;
            if (isFull)
            {
                _followUp.Change(TimeSpan.Zero, GrainLimits.FraudFollowUpPeriod);
            }
        }
        catch (Exception e) when (e is JournalUnavailableException or JournalOutcomeUnknownException or UnavailableException or TimeoutException or OrleansException)
        {
            // What has a row is found again; who missed a message reads the list.
            LogPostponed(logger, e);
        }
    }

    private async Task HoldAsync(FraudAlertRow row, CancellationToken cancellationToken)
    {
        var freeze = new FreezeWallet(RequestId.ForFraudHold(row.AlertId, row.Findings), $"Fraud alert {row.AlertId}: {row.Rule}");
        WalletOutcome outcome;
        try
        {
            outcome = await GrainFactory.GetGrain<IWalletGrain>(row.WalletId).ExecuteAsync(freeze);
        }
        catch (Exception e)
        {
            // Whatever it is, it is this wallet's: the others are frozen.
            LogNotHeld(logger, e, row.WalletId, row.AlertId);
            return;
        }

        if (outcome is WalletOutcome.Accepted or WalletOutcome.Refused)
        {
            // Refused is a wallet that is frozen or closed already.
            await store.MarkHeldAsync(row.AlertId, row.Findings, time.GetUtcMilliseconds(), cancellationToken);
            LogHeld(logger, row.WalletId, row.AlertId, outcome is WalletOutcome.Accepted);
        }
    }

    [LoggerMessage(1941, LogLevel.Warning, "Fraud alert {AlertId} about wallet {WalletId}: {Rule}")]
    private static partial void LogRaised(ILogger logger, Guid alertId, Guid walletId, string rule);

    [LoggerMessage(1942, LogLevel.Warning, "Wallet {WalletId} is to be frozen for fraud alert {AlertId}; frozen by it: {Frozen}")]
    private static partial void LogHeld(ILogger logger, Guid walletId, Guid alertId, bool frozen);

    [LoggerMessage(1944, LogLevel.Error, "Wallet {WalletId} cannot be frozen now for fraud alert {AlertId}; it is tried again")]
    private static partial void LogNotHeld(ILogger logger, Exception exception, Guid walletId, Guid alertId);

    [LoggerMessage(1943, LogLevel.Warning, "What follows fraud alerts waits for the store, a wallet or a stream")]
    private static partial void LogPostponed(ILogger logger, Exception exception);
}
