using System.Diagnostics;
using WalletGrains.Benchmarks.Load.Measure;
using WalletGrains.Benchmarks.Load.Targets;

namespace WalletGrains.Benchmarks.Load;

/// <summary>
/// Runs callers that each have one operation in flight, measures them, and checks every balance afterwards. In a closed loop a
/// caller sends its next operation when it has the answer to the last. In an open one operations are due at a fixed rate,
/// whatever the answers do, and their latency counts from when they were due: a stall is felt by all that were due in it, also by those that are answered
/// when the measured time is over.
/// </summary>
internal sealed class Loop
{
    private readonly ILoadTarget _target;
    private readonly Workload _workload;
    private readonly LatencyHistogram _latencies = new();
    private readonly Failures _failures = new();
    private readonly long[] _expectedMinor;
    private readonly uint _run = unchecked((uint)Random.Shared.Next());
    private readonly WalletChoice _choice;
    private readonly Pace? _pace;
    private long _from = long.MaxValue;
    private long _to = long.MaxValue;
    private long _answered;
    private volatile bool _isMeasuring;
    private volatile bool _isStopping;

    private Loop(ILoadTarget target, Workload workload)
    {
        (_target, _workload) = (target, workload);
        _choice = WalletChoice.Of(workload);
        _pace = workload.Rate is { } rate ? new Pace(rate) : null;
        _expectedMinor = new long[workload.Wallets];
        Array.Fill(_expectedMinor, workload.OpeningMinor);
    }

    public static Task<LoadResult> RunAsync(ILoadTarget target, Workload workload) => new Loop(target, workload).RunAsync();

    private async Task<LoadResult> RunAsync()
    {
        var callers = Enumerable.Range(0, _workload.Concurrency).Select(caller => Task.Run(() => CallAsync(caller))).ToArray();
        await Task.Delay(_workload.Warmup);

        using var journal = new JournalMeter();
        using var activity = new ActivityMeter();
        var spent = ProcessCost.Start();
        var startedAt = Stopwatch.GetTimestamp();
        Volatile.Write(ref _from, startedAt);
        _isMeasuring = true;
        await Task.Delay(_workload.Duration);
        _isMeasuring = false;
        Volatile.Write(ref _to, Stopwatch.GetTimestamp());
        var elapsed = Stopwatch.GetElapsedTime(startedAt);
        var cost = spent.Stop();
        var commits = journal.Stop();
        var consumers = activity.Stop();

        _isStopping = true;
        await Task.WhenAll(callers);
        return new LoadResult(
            _target.Name,
            _workload,
            _answered / elapsed.TotalSeconds,
            _latencies.Summarize(),
            _failures.Counts,
            await CheckAsync(),
            commits,
            _answered == 0 || cost.AllocatedBytes <= 0 ? null : cost.AllocatedBytes / _answered,
            cost,
            consumers);
    }

    private async Task CallAsync(int caller)
    {
        // A fixed seed for each caller: every run draws the same wallets.
        var random = new Random(caller);
        for (var sequence = 0; ; sequence++)
        {
            var startedAt = _pace is null ? Stopwatch.GetTimestamp() : await _pace.NextAsync();
            if (_isStopping && startedAt >= Volatile.Read(ref _to))
            {
                return;
            }

            var operation = Next(caller, sequence, random);
            var failure = await ExecuteAsync(operation);
            if (failure is not null)
            {
                _failures.Add(failure);
                continue;
            }

            Expect(operation);
            if (_isMeasuring)
            {
                Interlocked.Increment(ref _answered);
            }

            if (startedAt >= Volatile.Read(ref _from) && startedAt < Volatile.Read(ref _to))
            {
                _latencies.Record(Stopwatch.GetElapsedTime(startedAt));
            }
        }
    }

    private Operation Next(int caller, int sequence, Random random)
    {
        var requestId = string.Create(null, stackalloc char[32], $"{_run:x8}{caller:x8}{sequence:x16}");
        var wallet = _choice.Next(random);
        if (_workload.Mix == Mix.Deposit)
        {
            return new Operation(caller, requestId, wallet, null);
        }

        var receiver = _choice.Next(random);
        return new Operation(caller, requestId, wallet, receiver != wallet ? receiver : (wallet + 1) % _workload.Wallets);
    }

    private async ValueTask<string?> ExecuteAsync(Operation operation)
    {
        try
        {
            return await _target.ExecuteAsync(operation);
        }
        catch (Exception e)
        {
            // Whatever it is, it is counted and shown.
            return $"{e.GetType().Name}: {e.Message}";
        }
    }

    private void Expect(Operation operation)
    {
        if (operation.Receiver is { } receiver)
        {
            Interlocked.Add(ref _expectedMinor[operation.Wallet], -Workload.AmountMinor);
            Interlocked.Add(ref _expectedMinor[receiver], Workload.AmountMinor);
        }
        else
        {
            Interlocked.Add(ref _expectedMinor[operation.Wallet], Workload.AmountMinor);
        }
    }

    /// <summary>Every wallet must hold exactly what was acknowledged, in its head row and as the sum of its entries.</summary>
    private async Task<BalanceCheck> CheckAsync()
    {
        var (heads, entries) = await _target.ReadBalancesAsync();
        var wrong = Enumerable.Range(0, _workload.Wallets)
            .Count(wallet => heads[wallet] != _expectedMinor[wallet] || entries[wallet] != _expectedMinor[wallet]);
        return new BalanceCheck(wrong, _expectedMinor.Sum(), heads.Sum());
    }
}
