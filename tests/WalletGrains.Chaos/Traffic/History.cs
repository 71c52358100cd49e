using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using WalletGrains.Testing.Processes;

namespace WalletGrains.Chaos.Traffic;

/// <summary>Everything that clients asked and were told. Written by all of them at the same time.</summary>
internal sealed class History
{
    private readonly ConcurrentDictionary<Operation, OperationRecord> _operations = new();
    private readonly ConcurrentQueue<ReadRecord> _reads = new();
    private readonly TaskCompletionSource _outageFelt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableList<ServiceWatch> _watches = [];

    /// <summary>Completes with the first answer that is not definite.</summary>
    public Task OutageFelt => _outageFelt.Task;

    public IReadOnlyCollection<OperationRecord> Operations => [.. _operations.Values];

    public IReadOnlyCollection<ReadRecord> Reads => [.. _reads];

    public void Add(Operation operation, Attempt attempt)
    {
        _operations.GetOrAdd(operation, static operation => new OperationRecord(operation)).Add(attempt);
        if (!attempt.Reply.IsDefinite)
        {
            _outageFelt.TrySetResult();
        }
        else if (attempt.Reply is Reply.Ok { Replayed: false })
        {
            foreach (var watch in _watches)
            {
                watch.Note(operation.WalletId, attempt);
            }
        }
    }

    public void Add(ReadRecord read) => _reads.Enqueue(read);

    /// <summary>Watches from now on until each of these wallets has done something new.</summary>
    public ServiceWatch Watch(IEnumerable<Guid> wallets)
    {
        var watch = new ServiceWatch(Stopwatch.GetTimestamp(), wallets);
        ImmutableInterlocked.Update(ref _watches, static (all, added) => all.Add(added), watch);
        return watch;
    }
}

/// <summary>
/// Tells how soon clients are served after a moment: operations that were asked before it do not count, nor do repeats of
/// what was done before.
/// </summary>
internal sealed class ServiceWatch(long since, IEnumerable<Guid> wallets)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private readonly HashSet<Guid> _missing = [.. wallets];
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>From the moment to the first success of anybody; zero before it.</summary>
    public TimeSpan First { get; private set; }

    /// <summary>From the moment until every wallet had its first success; zero before it.</summary>
    public TimeSpan Every { get; private set; }

    /// <summary>Waits until every wallet has done something new.</summary>
    /// <exception cref="TimeoutException">Some are still not served after much longer than any recovery may take.</exception>
    public async Task EveryWalletServedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _all.Task.WaitAsync(Limit, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"Not served for {Limit.TotalSeconds} s: {Missing()}.", e);
        }
    }

    public void Note(Guid walletId, Attempt attempt)
    {
        if (attempt.InvokedAt < since)
        {
            return;
        }

        var elapsed = Stopwatch.GetElapsedTime(since, attempt.CompletedAt);
        lock (_missing)
        {
            First = First == TimeSpan.Zero ? elapsed : First;
            if (_missing.Remove(walletId) && _missing.Count == 0)
            {
                Every = elapsed;
                _all.TrySetResult();
            }
        }
    }

    private string Missing()
    {
        lock (_missing)
        {
            return string.Join(", ", _missing);
        }
    }
}
