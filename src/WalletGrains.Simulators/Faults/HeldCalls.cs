namespace WalletGrains.Simulators.Faults;

/// <summary>The calls that wait for the admin, oldest first.</summary>
internal sealed class HeldCalls(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly List<Held> _held = [];

    /// <summary>Waits until it is let go, or for as long as a call may hang.</summary>
    public async Task WaitAsync(string route, string key, CancellationToken stopping)
    {
        var held = new Held(route, key);
        lock (_lock)
        {
            _held.Add(held);
        }

        try
        {
            await held.LetGo.Task.WaitAsync(SimulatorLimits.HangLimit, time, stopping);
        }
        catch (TimeoutException)
        {
            // Long enough: it goes on by itself.
        }
        finally
        {
            lock (_lock)
            {
                _held.Remove(held);
            }
        }
    }

    public IReadOnlyList<(string Route, string Key)> List()
    {
        lock (_lock)
        {
            return [.. _held.Select(held => (held.Route, held.Key))];
        }
    }

    /// <summary>Lets the oldest go.</summary>
    /// <returns>The keys of those let go, in their order.</returns>
    public IReadOnlyList<string> Release(string routes, string? key, int count)
    {
        lock (_lock)
        {
            var released = _held.Where(held => Routes.Matches(routes, held.Route) && (key is null || key == held.Key)).Take(count).ToList();
            foreach (var held in released)
            {
                _held.Remove(held);
                held.LetGo.TrySetResult();
            }

            return [.. released.Select(held => held.Key)];
        }
    }

    private sealed record Held(string Route, string Key)
    {
        public TaskCompletionSource LetGo { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
