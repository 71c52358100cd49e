using Orleans.Streams;

namespace Orleans.InProcess;

/// <summary>
/// The events of one stream on their way to one subscriber: one at a time, in order, each tried a bounded number of times.
/// It exists only while there are such events.
/// </summary>
internal sealed class StreamDelivery(StreamProvider provider, StreamSubscription subscription)
{
    private readonly Lock _gate = new();
    private readonly Queue<StreamEvent> _events = new();
    private readonly SystemTurns _turns = new(provider.Silo.Scheduler);
    private TaskCompletionSource? _room;
    private bool _started;
    private bool _ended;

    /// <summary>What became of an attempt to queue an event.</summary>
    public enum Outcome
    {
        Queued,

        /// <summary>Wait for <see cref="Room"/>.</summary>
        Full,

        /// <summary>This delivery has just ended; use a new one.</summary>
        Ended,
    }

    /// <summary>Completes when there is room again.</summary>
    public Task Room
    {
        get
        {
            lock (_gate)
            {
                if (_events.Count < provider.Silo.Options.MaxWaitingEventsPerSubscription)
                    return Task.CompletedTask;

                _room ??= new TaskCompletionSource(provider.Silo.ReplyOptions);
                return _room.Task;
            }
        }
    }

    public Outcome TryAdd(StreamEvent next)
    {
        lock (_gate)
        {
            if (_ended)
                return Outcome.Ended;

            if (_events.Count >= provider.Silo.Options.MaxWaitingEventsPerSubscription)
                return Outcome.Full;

            _events.Enqueue(next);
            if (_started)
                return Outcome.Queued;

            _started = true;
        }

        _turns.Run(DeliverAllAsync);
        return Outcome.Queued;
    }

    private async Task DeliverAllAsync()
    {
        while (true)
        {
            StreamEvent? next;
            lock (_gate)
            {
                if (!_events.TryPeek(out next))
                {
                    _ended = true;
                    break;
                }
            }

            await DeliverAsync(next);
            TaskCompletionSource? room;
            lock (_gate)
            {
                _events.Dequeue();
                room = _room;
                _room = null;
            }

            room?.SetResult();
        }

        provider.End(subscription, this);
    }

    private async Task DeliverAsync(StreamEvent next)
    {
        var options = provider.Silo.Options;
        var pause = options.StreamRetryDelay;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await SendAsync(new StreamEventCall(provider, subscription, next));
                return;
            }
            catch (Exception failure)
            {
                if (attempt == options.MaxStreamDeliveries)
                {
                    await GiveUpAsync(attempt, failure);
                    return;
                }

                provider.Silo.Log.DeliveryFailed(subscription.Stream, subscription.Subscriber, attempt, failure);
            }

            await Task.Delay(pause, provider.Silo.Time);
            pause *= 2;
        }
    }

    private async Task GiveUpAsync(int attempts, Exception failure)
    {
        provider.Silo.Log.DeliveryGivenUp(subscription.Stream, subscription.Subscriber, attempts, failure);
        var error = new StreamEventDeliveryFailureException(
            $"An event of {subscription.Stream} was not delivered to {subscription.Subscriber} in {attempts} attempts.", failure);
        try
        {
            await SendAsync(new StreamErrorCall(subscription, error));
        }
        catch (Exception unheard)
        {
            provider.Silo.Log.DeliveryFailed(subscription.Stream, subscription.Subscriber, attempts, unheard);
        }
    }

    private async Task SendAsync(ActionCall call)
    {
        var reply = new Reply<object?>(provider.Silo.ReplyOptions);
        call.Method = StreamEventCall.Delivery;
        provider.Silo.Send(call, subscription.Subscriber, reply);
        await reply.Task;
    }
}
