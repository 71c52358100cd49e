namespace WalletGrains.Journal;

/// <summary>
/// Makes one call of many small ones: what is asked for while a call is under way goes into the next one. There is no timer: who is alone waits for nobody,
/// and grouping comes from the call in progress. What waits is bounded by who asks: each waits for its answer before it asks for the next.
/// </summary>
/// <param name="most">Items of one call.</param>
/// <param name="call">Does them all: a result for each, in their order.</param>
internal sealed class GroupedCalls<TItem, TResult>(int most, Func<IReadOnlyList<TItem>, Task<IReadOnlyList<TResult>>> call)
{
    private readonly Lock _lock = new();
    private readonly Queue<Waiting> _waiting = new();
    private bool _isCalling;

    /// <summary>Does one of them, together with others. It fails as the call does.</summary>
    public Task<TResult> RunAsync(TItem item)
    {
        var waiting = new Waiting(item);
        lock (_lock)
        {
            _waiting.Enqueue(waiting);
            if (_isCalling)
            {
                return waiting.Done.Task;
            }

            _isCalling = true;
        }

        // In nobody's turn: whoever came first may be gone before the last of them is done.
        _ = Task.Run(CallAsync);
        return waiting.Done.Task;
    }

    private async Task CallAsync()
    {
        while (Take() is { Count: > 0 } group)
        {
            await CallAsync(group);
        }
    }

    private async Task CallAsync(List<Waiting> group)
    {
        try
        {
            var results = await call(group.ConvertAll(waiting => waiting.Item));
            for (var i = 0; i < group.Count; i++)
            {
                group[i].Done.SetResult(results[i]);
            }
        }
        catch (JournalRejectedException) when (group.Count > 1)
        {
            // One of them cannot be stored; the others can.
            foreach (var waiting in group)
            {
                await CallAsync([waiting]);
            }
        }
        catch (Exception e)
        {
            // Whatever it is, also an answer with too few results: who has none yet must not wait for ever, nor those behind them.
            foreach (var waiting in group)
            {
                waiting.Done.TrySetException(e);
            }
        }
    }

    private List<Waiting> Take()
    {
        lock (_lock)
        {
            var group = new List<Waiting>();
            while (group.Count < most && _waiting.TryDequeue(out var next))
            {
                group.Add(next);
            }

            _isCalling = group.Count > 0;
            return group;
        }
    }

    private sealed record Waiting(TItem Item)
    {
        public TaskCompletionSource<TResult> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
