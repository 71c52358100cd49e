using System.Collections.Concurrent;
using Orleans.Streams;

namespace Orleans.InProcess;

/// <summary>The handlers of one activation, or of the client, by subscription.</summary>
internal sealed class StreamHandlers
{
    private readonly ConcurrentDictionary<Guid, StreamHandler> _bySubscription = new();

    public void Set<T>(Guid subscription, IAsyncObserver<T> observer) => _bySubscription[subscription] = new StreamHandler<T>(observer);

    public void Remove(Guid subscription) => _bySubscription.TryRemove(subscription, out _);

    public StreamHandler? Find(Guid subscription) => _bySubscription.GetValueOrDefault(subscription);
}

/// <summary>A handler with the type of its events erased.</summary>
internal abstract class StreamHandler
{
    public abstract Task OnNextAsync(object? item, StreamSequenceToken token);

    public abstract Task OnErrorAsync(Exception failure);
}

/// <inheritdoc/>
internal sealed class StreamHandler<T>(IAsyncObserver<T> observer) : StreamHandler
{
    public override Task OnNextAsync(object? item, StreamSequenceToken token) => observer.OnNextAsync((T)item!, token);

    public override Task OnErrorAsync(Exception failure) => observer.OnErrorAsync(failure);
}
