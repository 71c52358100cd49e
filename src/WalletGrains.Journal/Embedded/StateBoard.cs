namespace WalletGrains.Journal.Embedded;

/// <summary>The current state and those who wait for another one. A state that is left again at once still wakes its waiters.</summary>
internal sealed class StateBoard
{
    private readonly Lock _lock = new();
    private readonly Dictionary<EmbeddedPostgresState, TaskCompletionSource> _waiters = [];

    public EmbeddedPostgresState Current { get; private set; } = EmbeddedPostgresState.Starting;

    public void Set(EmbeddedPostgresState state)
    {
        lock (_lock)
        {
            Current = state;
            if (_waiters.Remove(state, out var reached)) reached.SetResult();
            if (state != EmbeddedPostgresState.Stopped) return;

            foreach (var hopeless in _waiters.Values)
                hopeless.SetException(new EmbeddedPostgresException(EmbeddedPostgresProblem.StartFailed, "The embedded PostgreSQL was stopped."));
            _waiters.Clear();
        }
    }

    /// <summary>Completes at once when <paramref name="state"/> is the current one, else when it is entered next.</summary>
    /// <exception cref="EmbeddedPostgresException">Stopped: the state cannot be reached any more.</exception>
    public Task WaitUntilAsync(EmbeddedPostgresState state, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (Current == state) return Task.CompletedTask;
            if (Current == EmbeddedPostgresState.Stopped)
                throw new EmbeddedPostgresException(EmbeddedPostgresProblem.StartFailed, "The embedded PostgreSQL was stopped.");
            if (!_waiters.TryGetValue(state, out var reached))
                _waiters[state] = reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return reached.Task.WaitAsync(cancellationToken);
        }
    }
}
