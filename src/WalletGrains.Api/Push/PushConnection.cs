using System.Threading.Channels;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Logging;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Fraud;

namespace WalletGrains.Api.Push;

/// <summary>
/// One connection of the hub: an outbox and the loop that sends what is in it. Whoever has news never waits for a client; only this
/// loop does, and only for so long.
/// </summary>
internal sealed class PushConnection(
    HubConnectionContext hub,
    Guid userId,
    bool isOperator,
    LiveCredentials credentials,
    PushOptions options,
    PushMetrics metrics,
    TimeProvider time,
    ILogger logger)
{
    /// <summary>A replay goes on when fewer than this wait: a page of it always has room.</summary>
    private const int RoomForPage = ApiLimits.MaxWaitingUpdates / 4;

    /// <summary>The name of the message that has an alert.</summary>
    private const string AlertTarget = "FRAUD_ALERT";

    private readonly Outbox _outbox = new(ApiLimits.MaxWaitingUpdates, ApiLimits.MaxFollowedWallets);
    private readonly Channel<FraudAlertResponse> _alerts = Channel.CreateBounded<FraudAlertResponse>(
        new BoundedChannelOptions(ApiLimits.MaxWaitingAlerts) { FullMode = BoundedChannelFullMode.DropOldest });

    private readonly Channel<BillUpdated> _bills = Channel.CreateBounded<BillUpdated>(
        new BoundedChannelOptions(ApiLimits.MaxWaitingBills) { FullMode = BoundedChannelFullMode.DropOldest });

    private readonly Channel<WalletUpdated> _accounts = Channel.CreateBounded<WalletUpdated>(
        new BoundedChannelOptions(ApiLimits.MaxResumedWallets) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly TaskCompletionSource _resumed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _room;
    private int _isDropped;

    /// <summary>Whose it is.</summary>
    public Guid UserId => userId;

    /// <summary>Whether alerts go to it.</summary>
    public bool IsOperator => isOperator;

    /// <summary>How often it has resumed.</summary>
    public int Resumes { get; set; }

    /// <summary>Ends when the connection does.</summary>
    public CancellationToken Closed => hub.ConnectionAborted;

    /// <summary>Sends an update as soon as the client takes it.</summary>
    public void Push(WalletUpdated update)
    {
        var result = _outbox.Add(update, out var conflated);
        Queued(result, conflated);
    }

    /// <summary>Sends an alert as soon as the client takes it. Of too many the oldest are left out: the list of alerts is the record.</summary>
    public void Alert(FraudAlertResponse alert)
    {
        _alerts.Writer.TryWrite(alert);
        _news.Writer.TryWrite(true);
    }

    /// <summary>Sends the number of a virtual account, behind what waits now. Of too many the rest is left out: the next Resume has it.</summary>
    public void TellOfAccount(WalletUpdated update)
    {
        _accounts.Writer.TryWrite(update);
        _news.Writer.TryWrite(true);
    }

    /// <summary>Sends a step of a bill's payment as soon as the client takes it. Of too many the oldest are left out: the payment is the record.</summary>
    public void TellOfBill(BillUpdated step)
    {
        _bills.Writer.TryWrite(step);
        _news.Writer.TryWrite(true);
    }

    /// <summary>Begins to replay wallets, and then lets everything else flow.</summary>
    /// <param name="known">The versions that the client has.</param>
    /// <returns>The versions after which to begin.</returns>
    public Dictionary<Guid, long> BeginReplays(IReadOnlyDictionary<Guid, long> known)
    {
        var from = known.ToDictionary(pair => pair.Key, pair => _outbox.BeginReplay(pair.Key, pair.Value));
        _resumed.TrySetResult();
        return from;
    }

    /// <summary>Sends an update of a wallet that is being replayed; waits while many others wait.</summary>
    /// <exception cref="OperationCanceledException">The connection has ended.</exception>
    public async ValueTask ReplayAsync(WalletUpdated update)
    {
        Queued(_outbox.AddReplayed(update, out var conflated), conflated);
        while (_outbox.Count >= RoomForPage)
        {
            var room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _room, room);
            if (_outbox.Count >= RoomForPage)
            {
                await room.Task.WaitAsync(Closed);
            }
        }
    }

    /// <inheritdoc cref="Outbox.TryEndReplay" />
    public bool TryEndReplay(Guid walletId, long reached) => _outbox.TryEndReplay(walletId, reached);

    /// <inheritdoc cref="Outbox.Forget" />
    public void Forget(Guid walletId) => _outbox.Forget(walletId);

    /// <summary>
    /// Sends until the connection ends. While it is not known which sessions have ended nothing is sent: this one may have. The client is not sent away for
    /// it, or all would come back at the same time.
    /// </summary>
    public async Task RunAsync()
    {
        try
        {
            await Task.WhenAny(_resumed.Task, Task.Delay(options.ResumeWindow, time, Closed));
            while (await _news.Reader.WaitToReadAsync(Closed))
            {
                _news.Reader.TryRead(out _);
                await credentials.WhenTheyCountAsync(Closed);
                while (_alerts.Reader.TryRead(out var alert))
                {
                    await SendAsync(new InvocationMessage(AlertTarget, [alert]));
                    metrics.SentAlert();
                    await credentials.WhenTheyCountAsync(Closed);
                }

                while (_outbox.TryTake(out var update, out var isReplay))
                {
                    await SendAsync(new InvocationMessage(WalletUpdated.Target, [update]));
                    Closed.ThrowIfCancellationRequested();
                    Sent(update, isReplay);
                    await credentials.WhenTheyCountAsync(Closed);
                }

                while (_bills.Reader.TryRead(out var step))
                {
                    await SendAsync(new InvocationMessage(BillUpdated.Target, [step]));
                    metrics.SentBill();
                    await credentials.WhenTheyCountAsync(Closed);
                }

                while (_accounts.Reader.TryRead(out var account))
                {
                    await SendAsync(new InvocationMessage(WalletUpdated.Target, [account]));
                    metrics.SentAccount();
                }
            }
        }
        catch (OperationCanceledException) when (Closed.IsCancellationRequested)
        {
            // It has ended, by whichever side.
        }
        catch (TimeoutException)
        {
            Cut(DropReason.Slow);
        }
    }

    /// <summary>Says why, and closes the connection in good order: what was sent before arrives.</summary>
    public async Task CloseAsync(DropReason reason, string message, bool allowReconnect)
    {
        if (!IsFirst(reason))
        {
            return;
        }

        try
        {
            await SendAsync(new CloseMessage(message, allowReconnect));

            // The client hangs up when it has read that. Were it cut off at once, what it is just sending by a request of its own would be answered with 404, and it
            // would take that for the reason.
            await Task.Delay(ApiLimits.HubGoodbye, time, hub.ConnectionAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            hub.Abort();
        }
        catch (TimeoutException)
        {
            hub.Features.Get<IConnectionLifetimeFeature>()!.Abort();
        }
    }

    /// <summary>Cuts the connection: its client does not take anything any more, so there is no use in telling it.</summary>
    private void Cut(DropReason reason)
    {
        if (IsFirst(reason))
        {
            hub.Features.Get<IConnectionLifetimeFeature>()!.Abort();
        }
    }

    private bool IsFirst(DropReason reason)
    {
        if (Interlocked.Exchange(ref _isDropped, 1) == 1)
        {
            return false;
        }

        metrics.Dropped(reason);
        PushConnectionLog.Dropped(logger, hub.ConnectionId, userId, reason);
        return true;
    }

    private void Queued(OutboxResult result, int conflated)
    {
        metrics.Conflated(conflated);
        if (result is OutboxResult.Overflow)
        {
            Cut(DropReason.Overflow);
        }
        else if (result is OutboxResult.Waits)
        {
            _news.Writer.TryWrite(true);
        }
    }

    private void Sent(WalletUpdated update, bool isReplay)
    {
        if (isReplay)
        {
            metrics.SentReplay();
        }
        else
        {
            metrics.SentLive(time.GetUtcNow() - update.OccurredAt);
        }

        if (Volatile.Read(ref _room) is { } waiting && _outbox.Count < RoomForPage)
        {
            waiting.TrySetResult();
        }
    }

    private async ValueTask SendAsync(HubMessage message)
    {
        var sent = hub.WriteAsync(message);
        if (!sent.IsCompletedSuccessfully)
        {
            await sent.AsTask().WaitAsync(options.SlowClient, time);
        }
    }
}
