using System.Text.Json;
using WalletGrains.Simulators.Faults;

namespace WalletGrains.Simulators.Calls;

/// <summary>Every call that was received, as its receiver saw it.</summary>
internal sealed class CallLog(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Queue<Call> _calls = [];
    private readonly Dictionary<string, RouteCount> _routes = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Route, string Key), int> _occurrences = [];
    private readonly Dictionary<(string Route, string Key), int> _answers = [];
    private TaskCompletionSource _changed = NewSignal();
    private long _lastNumber;
    private int _epoch;

    /// <summary>Takes a call in.</summary>
    public Call Begin(string route)
    {
        lock (_lock)
        {
            var count = CountOf(route);
            count.Received++;
            count.InProgress++;
            count.Peak = Math.Max(count.Peak, count.InProgress);
            var call = new Call(this, count, _epoch, ++_lastNumber, route, time.GetUtcNow(), time.GetTimestamp(), count.InProgress);
            if (_calls.Count == SimulatorLimits.MaxCallsKept)
            {
                _calls.Dequeue();
            }

            _calls.Enqueue(call);
            return call;
        }
    }

    /// <summary>The how manieth time this happens, from 1; 0 when there are too many to count.</summary>
    public int Occurrence(string route, string key)
    {
        lock (_lock)
        {
            var known = _occurrences.TryGetValue((route, key), out var count);
            if (!known && _occurrences.Count >= SimulatorLimits.MaxCallKeys)
            {
                return 0;
            }

            _occurrences[(route, key)] = ++count;
            Signal();
            return count;
        }
    }

    /// <summary>Waits until that many calls about this have been understood.</summary>
    /// <param name="route">What is called.</param>
    /// <param name="key">What it is about; null for anything.</param>
    /// <param name="answered">Whether to count only those that have been answered too.</param>
    /// <param name="count">How many.</param>
    /// <param name="limit">How long to wait at most.</param>
    /// <param name="cancellationToken">The caller has gone.</param>
    /// <returns>How many have been.</returns>
    public async Task<int> WaitAsync(string route, string? key, bool answered, int count, TimeSpan limit, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            int received;
            Task changed;
            lock (_lock)
            {
                received = (key, answered) switch
                {
                    (null, false) => CountOf(route).Understood,
                    (null, true) => CountOf(route).Answered,
                    (_, false) => _occurrences.GetValueOrDefault((route, key)),
                    (_, true) => _answers.GetValueOrDefault((route, key)),
                };
                changed = _changed.Task;
            }

            var left = limit - time.GetElapsedTime(started);
            if (received >= count || left <= TimeSpan.Zero)
            {
                return received;
            }

            try
            {
                await changed.WaitAsync(left, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                // The caller sees by the number that it was not enough.
            }
        }
    }

    public IReadOnlyList<CallRecord> List(string? routes, string? key, long after, int limit)
    {
        lock (_lock)
        {
            return
            [
                .. _calls
                    .Where(call => call.Number > after && (routes is null || Routes.Matches(routes, call.Route)) && (key is null || key == call.Key))
                    .Take(limit)
                    .Select(call => call.Snapshot()),
            ];
        }
    }

    public IReadOnlyList<CallSummary> Summarize()
    {
        lock (_lock)
        {
            return
            [
                .. _routes.OrderBy(route => route.Key, StringComparer.Ordinal).Select(route => new CallSummary(
                    route.Key,
                    route.Value.Received,
                    route.Value.InProgress,
                    route.Value.Peak,
                    BusiestSecond(route.Key),
                    new SortedDictionary<string, int>(route.Value.Struck, StringComparer.Ordinal))),
            ];
        }
    }

    /// <summary>Forgets all calls. Those in progress are not done any more, and end unseen.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _epoch++;
            _calls.Clear();
            _routes.Clear();
            _occurrences.Clear();
            _answers.Clear();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RouteCount CountOf(string route)
    {
        if (!_routes.TryGetValue(route, out var count))
        {
            _routes.Add(route, count = new RouteCount());
        }

        return count;
    }

    private void Signal()
    {
        _changed.TrySetResult();
        _changed = NewSignal();
    }

    private int BusiestSecond(string route)
    {
        var window = new Queue<long>();
        var most = 0;
        foreach (var call in _calls.Where(call => call.Route == route))
        {
            window.Enqueue(call.ReceivedTimestamp);
            while (time.GetElapsedTime(window.Peek(), call.ReceivedTimestamp) >= TimeSpan.FromSeconds(1))
            {
                window.Dequeue();
            }

            most = Math.Max(most, window.Count);
        }

        return most;
    }

    internal sealed class RouteCount
    {
        public int Received { get; set; }
        public int Understood { get; set; }
        public int Answered { get; set; }
        public int InProgress { get; set; }
        public int Peak { get; set; }
        public Dictionary<string, int> Struck { get; } = new(StringComparer.Ordinal);
    }

    /// <summary>One call, from its arrival to its end.</summary>
    internal sealed class Call(
        CallLog log, RouteCount count, int epoch, long number, string route, DateTimeOffset receivedAt, long receivedTimestamp, int concurrency)
    {
        private string _key = "";
        private bool _understood;
        private IReadOnlyList<FaultKind> _faults = [];
        private int? _status;
        private TimeSpan? _duration;

        public long Number => number;
        public string Route => route;
        public string Key => _key;
        public bool IsForgotten => epoch != Volatile.Read(ref log._epoch);
        public long ReceivedTimestamp => receivedTimestamp;

        /// <summary>It is understood; counts it.</summary>
        /// <returns>The how manieth call of its route and key it is; 0 when there are too many to count.</returns>
        public int Understand(string key)
        {
            lock (log._lock)
            {
                _key = key;
                var occurrence = log.Occurrence(route, key);
                _understood = occurrence > 0;
                count.Understood += _understood ? 1 : 0;
                return occurrence;
            }
        }

        public void StrikeBy(Strikes strikes)
        {
            lock (log._lock)
            {
                _faults = strikes.Kinds;
                foreach (var kind in strikes.Kinds)
                {
                    var name = JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString());
                    count.Struck[name] = count.Struck.GetValueOrDefault(name) + 1;
                }
            }
        }

        public void Answer(int status)
        {
            lock (log._lock)
            {
                _status = status;
                if (_understood)
                {
                    count.Answered++;
                    log._answers[(route, _key)] = log._answers.GetValueOrDefault((route, _key)) + 1;
                    log.Signal();
                }
            }
        }

        /// <summary>It is over: answered, or its caller has gone. Only the first time counts.</summary>
        public void End()
        {
            lock (log._lock)
            {
                if (_duration is null)
                {
                    _duration = log.ElapsedSince(receivedTimestamp);
                    count.InProgress--;
                }
            }
        }

        public CallRecord Snapshot() => new(number, route, _key, receivedAt, concurrency, _faults, _status, _duration?.TotalMilliseconds);
    }

    private TimeSpan ElapsedSince(long timestamp) => time.GetElapsedTime(timestamp);
}
