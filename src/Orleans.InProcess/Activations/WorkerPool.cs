using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>The activations of one stateless worker grain. A call goes to an idle one, else to a new one, else to the least loaded.</summary>
internal sealed class WorkerPool(InProcessSilo silo, GrainClass grainClass, GrainId id) : ICallTarget
{
    private readonly Lock _gate = new();
    private readonly List<Activation> _workers = [];

    public IReadOnlyList<Activation> Workers
    {
        get
        {
            lock (_gate)
                return [.. _workers];
        }
    }

    public void Receive(Call call)
    {
        // Delivered inside the lock: otherwise two callers could find the same worker idle.
        lock (_gate)
            Choose().Receive(call);
    }

    public void Remove(Activation worker)
    {
        lock (_gate)
        {
            _workers.Remove(worker);
            if (_workers.Count == 0)
                silo.Directory.Remove(id, this);
        }
    }

    private Activation Choose()
    {
        Activation? least = null;
        foreach (var worker in _workers)
        {
            var load = worker.Load;
            if (load == 0)
                return worker;

            if (least is null || load < least.Load)
                least = worker;
        }

        if (least is not null && _workers.Count >= grainClass.MaxLocalWorkers)
            return least;

        var added = new Activation(silo, grainClass, id, this);
        _workers.Add(added);
        return added;
    }
}
