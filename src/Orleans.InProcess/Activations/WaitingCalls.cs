namespace Orleans.InProcess;

/// <summary>The calls that wait for an activation, oldest first; linked through the calls themselves.</summary>
internal struct WaitingCalls
{
    private Call? _first;
    private Call? _last;
    private int _interleaving;
    private int _readOnly;

    public int Count { get; private set; }

    public readonly Call? First => _first;

    public void Add(Call call)
    {
        call.Next = null;
        if (_last is null)
            _first = call;
        else
            _last.Next = call;

        _last = call;
        Note(call, 1);
    }

    public Call? TakeFirst()
    {
        var first = _first;
        if (first is not null)
            Remove(null, first);

        return first;
    }

    /// <summary>Whether there is a call to take while only interleaving ones (and, if so said, read-only ones) may start.</summary>
    public readonly bool HasInterleaving(bool readOnlyToo) => _interleaving > 0 || (readOnlyToo && _readOnly > 0);

    /// <summary>Takes the oldest call that may start beside those in progress, past others that must wait.</summary>
    public Call? TakeInterleaving(bool readOnlyToo)
    {
        // The counts spare a long queue of ordinary calls from being searched at each arrival.
        if (!HasInterleaving(readOnlyToo))
            return null;

        Call? before = null;
        for (var call = _first; call is not null; before = call, call = call.Next)
        {
            if (call.Method.AlwaysInterleave || (readOnlyToo && call.Method.ReadOnly))
            {
                Remove(before, call);
                return call;
            }
        }

        return null;
    }

    public List<Call> TakeAll()
    {
        var all = new List<Call>(Count);
        while (TakeFirst() is { } call)
            all.Add(call);

        return all;
    }

    private void Remove(Call? before, Call call)
    {
        if (before is null)
            _first = call.Next;
        else
            before.Next = call.Next;

        if (ReferenceEquals(_last, call))
            _last = before;

        call.Next = null;
        Note(call, -1);
    }

    private void Note(Call call, int change)
    {
        Count += change;
        if (call.Method.AlwaysInterleave)
            _interleaving += change;
        else if (call.Method.ReadOnly)
            _readOnly += change;
    }
}
