using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace WalletGrains.Benchmarks.Load.Measure;

/// <summary>Listens to the meter "WalletGrains.Activity" while a run is measured: how long after their decision entries reach who follows them.</summary>
internal sealed class ActivityMeter : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, LatencyHistogram> _delays = new(StringComparer.Ordinal);

    public ActivityMeter()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "WalletGrains.Activity", Name: "walletgrains.activity.delay" })
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, seconds, tags, _) =>
            _delays.GetOrAdd((string)tags[0].Value!, _ => new LatencyHistogram()).Record(TimeSpan.FromSeconds(seconds)));
        _listener.Start();
    }

    /// <summary>What has arrived since, by consumer.</summary>
    public IReadOnlyList<ConsumerDelay> Stop()
    {
        _listener.Dispose();
        return [.. _delays.OrderBy(delay => delay.Key, StringComparer.Ordinal).Select(delay => new ConsumerDelay(delay.Key, delay.Value.Count, delay.Value.Summarize()))];
    }

    public void Dispose() => _listener.Dispose();
}

/// <summary>How long after their decision entries reached a consumer: their commit is part of it.</summary>
internal sealed record ConsumerDelay(string Consumer, long Events, LatencySummary Delay);
