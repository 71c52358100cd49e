using Orleans.Runtime;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Orleans.InProcess;

/// <summary>An event with its position and the request context of its publisher.</summary>
internal sealed record StreamEvent(object? Item, StreamSequenceToken Token, Dictionary<string, object>? RequestContext);

/// <summary>An event on its way to one subscriber: a call like any other, so handling it is a turn.</summary>
internal sealed class StreamEventCall : ActionCall
{
    public static readonly CallMethod Delivery = CallMethod.Internal(typeof(IAsyncObserver<object>), nameof(IAsyncObserver<object>.OnNextAsync));

    private readonly StreamProvider _provider;
    private readonly StreamSubscription _subscription;
    private readonly StreamEvent _event;

    public StreamEventCall(StreamProvider provider, StreamSubscription subscription, StreamEvent streamEvent)
    {
        _provider = provider;
        _subscription = subscription;
        _event = streamEvent;
        RequestContext = streamEvent.RequestContext;
    }

    protected override async Task InvokeTarget(object grain)
    {
        var handlers = StreamSubscriber.HandlersOf(grain);
        var handler = handlers.Find(_subscription.Id);
        if (handler is null && grain is IStreamSubscriptionObserver observer)
        {
            await observer.OnSubscribed(new HandleFactory(_provider, _subscription));
            handler = handlers.Find(_subscription.Id);
        }

        if (handler is null)
            _provider.Silo.Log.NoStreamHandler(_subscription.Stream, _subscription.Subscriber);
        else
            await handler.OnNextAsync(_event.Item, _event.Token);
    }

    private sealed class HandleFactory(StreamProvider provider, StreamSubscription subscription) : IStreamSubscriptionHandleFactory
    {
        public StreamId StreamId => subscription.Stream;

        public string ProviderName => provider.Name;

        public StreamSubscriptionHandle<T> Create<T>() => new SubscriptionHandle<T>(provider, subscription);
    }
}

/// <summary>Tells a subscriber that an event was given up.</summary>
internal sealed class StreamErrorCall(StreamSubscription subscription, Exception failure) : ActionCall
{
    protected override Task InvokeTarget(object grain) =>
        StreamSubscriber.HandlersOf(grain).Find(subscription.Id)?.OnErrorAsync(failure) ?? Task.CompletedTask;
}

/// <summary>Where the handlers of the current grain, or of the client, are kept.</summary>
internal static class StreamSubscriber
{
    /// <summary>The handlers that an event call finds at its target.</summary>
    public static StreamHandlers HandlersOf(object target) =>
        target as StreamHandlers ?? ((Activation)RuntimeContext.Current!).StreamHandlers;
}
