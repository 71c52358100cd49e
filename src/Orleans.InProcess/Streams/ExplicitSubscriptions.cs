using System.Collections.Concurrent;
using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>Who has subscribed to which stream of which provider by a call. Shared by the silos of a simulated cluster.</summary>
internal sealed class ExplicitSubscriptions
{
    private readonly ConcurrentDictionary<(string Provider, StreamId Stream), StreamSubscription[]> _byStream = new();

    public IEnumerable<StreamSubscription> Of(string provider, StreamId stream) =>
        _byStream.TryGetValue((provider, stream), out var added) ? added : [];

    public void Add(string provider, StreamSubscription added) =>
        _byStream.AddOrUpdate((provider, added.Stream), _ => [added], (_, others) => [.. others, added]);

    public void Remove(string provider, StreamSubscription removed)
    {
        if (_byStream.ContainsKey((provider, removed.Stream)))
            _byStream.AddOrUpdate((provider, removed.Stream), _ => [], (_, all) => [.. all.Where(other => other.Id != removed.Id)]);
    }
}
