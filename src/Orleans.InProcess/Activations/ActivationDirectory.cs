using System.Collections.Concurrent;
using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>Who takes the calls of which grain on one silo.</summary>
internal sealed class ActivationDirectory(InProcessSilo silo)
{
    private readonly ConcurrentDictionary<GrainId, ICallTarget> _targets = new();

    public IEnumerable<Activation> Activations =>
        _targets.SelectMany(entry => entry.Value switch
        {
            Activation activation => [activation],
            WorkerPool pool => pool.Workers,
            _ => [],
        });

    public bool TryFind(GrainId id, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ICallTarget? target) =>
        _targets.TryGetValue(id, out target);

    /// <summary>Finds the target or makes it. Two racing callers get the same one: nothing runs in it before its first call.</summary>
    public ICallTarget Get(GrainId id, GrainClass grainClass) => _targets.GetOrAdd(
        id,
        static (id, arguments) => arguments.grainClass.MaxLocalWorkers > 0
            ? new WorkerPool(arguments.silo, arguments.grainClass, id)
            : new Activation(arguments.silo, arguments.grainClass, id),
        (silo, grainClass));

    public void Add(GrainId id, ICallTarget target) => _targets[id] = target;

    public void RemoveDeadObservers()
    {
        foreach (var entry in _targets)
        {
            if (entry.Value is ObserverTarget { IsDead: true })
                _targets.TryRemove(entry);
        }
    }

    /// <summary>Removes the target unless another one has taken its place.</summary>
    public void Remove(GrainId id, ICallTarget target) => _targets.TryRemove(new KeyValuePair<GrainId, ICallTarget>(id, target));
}
