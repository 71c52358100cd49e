using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace WalletGrains.Grains.Jobs;

/// <summary>The instruments of the meter "WalletGrains.Jobs"; each measurement has the tag kind.</summary>
public sealed class JobMetrics : IDisposable
{
    private readonly Meter _meter = new("WalletGrains.Jobs");
    private readonly Counter<long> _ended;
    private readonly Histogram<double> _duration;
    private readonly ConcurrentDictionary<string, (int Queued, int Running)> _now = new(StringComparer.Ordinal);

    /// <summary>Makes the instruments.</summary>
    public JobMetrics()
    {
        _ended = _meter.CreateCounter<long>("walletgrains.jobs.attempts", "{attempt}", "Attempts that ended, by outcome: done, retried, postponed, dead, lost or released");
        _duration = _meter.CreateHistogram<double>("walletgrains.jobs.duration", "s", "Run time of one attempt");
        _meter.CreateObservableGauge("walletgrains.jobs.queued", () => Measure(now => now.Queued), "{job}", $"Jobs that wait, counted up to {JobLimits.MaxCounted}");
        _meter.CreateObservableGauge("walletgrains.jobs.running", () => Measure(now => now.Running), "{job}", "Jobs that run on this silo");
    }

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();

    internal void Ended(string kind, string outcome, TimeSpan duration)
    {
        var tag = new KeyValuePair<string, object?>("kind", kind);
        _ended.Add(1, tag, new KeyValuePair<string, object?>("outcome", outcome));
        _duration.Record(duration.TotalSeconds, tag);
    }

    internal void Observe(string kind, int queued, int running) => _now[kind] = (queued, running);

    /// <summary>The kind is driven by another silo now, or by none.</summary>
    internal void Forget(string kind) => _now.TryRemove(kind, out _);

    private IEnumerable<Measurement<int>> Measure(Func<(int Queued, int Running), int> value) =>
        _now.Select(kind => new Measurement<int>(value(kind.Value), new KeyValuePair<string, object?>("kind", kind.Key)));
}
