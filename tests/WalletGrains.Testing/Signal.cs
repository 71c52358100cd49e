namespace WalletGrains.Testing;

/// <summary>
/// Something that a test waits for, by name: armed before the act, awaited after it, and never for longer than a limit. In
/// place of sleeps and polling, which are slow when they work and flaky when they do not.
/// </summary>
/// <param name="name">What will have happened, for the message: "the reply was dropped".</param>
public sealed class Signal(string name)
{
    /// <summary>Generous: only a broken test waits this long, and a slow machine must not break one.</summary>
    public static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource _raised = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsRaised => _raised.Task.IsCompleted;

    /// <summary>It has happened. Saying so again changes nothing.</summary>
    public void Raise() => _raised.TrySetResult();

    /// <exception cref="TimeoutException">It has not happened within the limit; the message names it.</exception>
    public async Task WaitAsync(TimeSpan? limit = null, CancellationToken cancellationToken = default)
    {
        try
        {
            await _raised.Task.WaitAsync(limit ?? DefaultLimit, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"Not within {(limit ?? DefaultLimit).TotalSeconds:0.#} s: {name}.", e);
        }
    }
}
