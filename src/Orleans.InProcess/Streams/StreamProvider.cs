using System.Collections.Concurrent;
using Orleans.Providers.Streams.Common;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.InProcess;

/// <summary>The streams of one name: who has subscribed to which, and the deliveries in progress. All of it in memory.</summary>
internal sealed class StreamProvider : IStreamProvider
{
    private const int StripeCount = 64;

    private readonly ExplicitSubscriptions _explicit;
    private readonly ConcurrentDictionary<(StreamId, Guid), StreamDelivery> _deliveries = new();
    private readonly ConcurrentDictionary<string, GrainClass[]> _implicitByNamespace = new();
    private readonly Lock[] _stripes = [.. Enumerable.Range(0, StripeCount).Select(_ => new Lock())];
    private readonly StreamHandlers _clientHandlers = new();
    private readonly ObserverTarget _client;
    private long _sequence;

    public StreamProvider(InProcessSilo silo, string name, ExplicitSubscriptions subscriptions)
    {
        _explicit = subscriptions;
        Silo = silo;
        Name = name;
        _client = new ObserverTarget(silo, _clientHandlers);
        silo.Directory.Add(_client.GrainId, _client);
    }

    public InProcessSilo Silo { get; }

    public string Name { get; }

    public bool IsRewindable => false;

    /// <summary>The handlers of the grain in whose turn this is read, or of the client.</summary>
    public StreamHandlers CurrentHandlers => RuntimeContext.Current is Activation activation ? activation.StreamHandlers : _clientHandlers;

    private GrainId CurrentSubscriber => RuntimeContext.Current?.GrainId ?? _client.GrainId;

    public IAsyncStream<T> GetStream<T>(StreamId streamId) => new InProcessStream<T>(this, streamId);

    /// <summary>Queues the event for every subscriber; waits while one of the queues is full.</summary>
    public async Task PublishAsync(StreamId stream, object? item)
    {
        while (Queue(stream, item) is { } full)
            await full.Room.WaitAsync(Silo.Options.ResponseTimeout, Silo.Time);
    }

    /// <summary>The subscription under which the current grain or client gets the stream; a new one unless it is implicit.</summary>
    public StreamSubscription Subscribe(StreamId stream)
    {
        var subscriber = CurrentSubscriber;
        if (Implicit(stream).FirstOrDefault(subscription => subscription.Subscriber == subscriber) is { } own)
            return own;

        var added = new StreamSubscription(Silo.NewGuid(), stream, subscriber);
        _explicit.Add(Name, added);
        return added;
    }

    public void Unsubscribe(StreamSubscription subscription)
    {
        CurrentHandlers.Remove(subscription.Id);
        _explicit.Remove(Name, subscription);
    }

    public IEnumerable<StreamSubscription> SubscriptionsOfCurrent(StreamId stream)
    {
        var subscriber = CurrentSubscriber;
        return Subscriptions(stream).Where(subscription => subscription.Subscriber == subscriber);
    }

    public void End(StreamSubscription subscription, StreamDelivery delivery) =>
        _deliveries.TryRemove(new KeyValuePair<(StreamId, Guid), StreamDelivery>((subscription.Stream, subscription.Id), delivery));

    // Queues the event for all subscribers or for none; returns the queue that is full, if one is.
    private StreamDelivery? Queue(StreamId stream, object? item)
    {
        // One lock per stream, so that its events are numbered in the order in which they are queued.
        lock (_stripes[unchecked((uint)stream.GetHashCode()) % StripeCount])
        {
            var subscriptions = Subscriptions(stream).ToList();
            foreach (var subscription in subscriptions)
            {
                if (_deliveries.TryGetValue((stream, subscription.Id), out var delivery) && !delivery.Room.IsCompleted)
                    return delivery;
            }

            var token = new EventSequenceToken(Interlocked.Increment(ref _sequence));
            var next = new StreamEvent(item, token, RequestContext.Current);
            foreach (var subscription in subscriptions)
                Queue(subscription, next);

            return null;
        }
    }

    private void Queue(StreamSubscription subscription, StreamEvent next)
    {
        // Only publishers of this stream add events, and they hold its lock: a queue that had room still has it.
        StreamDelivery delivery;
        do
        {
            delivery = _deliveries.GetOrAdd(
                (subscription.Stream, subscription.Id),
                static (_, arguments) => new StreamDelivery(arguments.provider, arguments.subscription),
                (provider: this, subscription));
        }
        while (EndedAfterAll(subscription, delivery, delivery.TryAdd(next)));
    }

    private bool EndedAfterAll(StreamSubscription subscription, StreamDelivery delivery, StreamDelivery.Outcome outcome)
    {
        if (outcome != StreamDelivery.Outcome.Ended)
            return false;

        End(subscription, delivery);
        return true;
    }

    private IEnumerable<StreamSubscription> Subscriptions(StreamId stream) =>
        Implicit(stream).Concat(_explicit.Of(Name, stream));

    private IEnumerable<StreamSubscription> Implicit(StreamId stream)
    {
        var classes = _implicitByNamespace.GetOrAdd(
            stream.GetNamespace() ?? "",
            (_, ns) => [.. Silo.Classes.All.Where(grainClass => grainClass.Subscriptions.Any(subscription => subscription.Matches(ns)))],
            stream.GetNamespace());
        return classes.Select(grainClass => StreamSubscription.Implicit(grainClass, stream)).OfType<StreamSubscription>();
    }
}
