using System.Diagnostics.Metrics;
using WalletGrains.Contracts.Activity;
using WalletGrains.Journal.Activity;

namespace WalletGrains.Grains.Activity;

/// <summary>The instruments of the meter "WalletGrains.Activity".</summary>
public sealed class ActivityMetrics : IDisposable
{
    private readonly Meter _meter = new("WalletGrains.Activity");
    private readonly Counter<long> _published;
    private readonly Counter<long> _taken;
    private readonly Histogram<double> _delay;
    private volatile IReadOnlyList<ConsumerLag> _lags = [];

    /// <summary>Makes them.</summary>
    public ActivityMetrics()
    {
        _published = _meter.CreateCounter<long>("walletgrains.activity.published", "{event}", "Events that relays have published");
        _taken = _meter.CreateCounter<long>("walletgrains.activity.taken", "{event}", "Events that consumers have taken into account, by consumer");
        _delay = _meter.CreateHistogram<double>("walletgrains.activity.delay", "s", "Time from the decision about an entry to the consumer, by consumer");
        _meter.CreateObservableGauge(
            "walletgrains.activity.lag", MeasureLags, "s", "Age of the oldest committed entry that a consumer has not passed, by consumer and partition; 0 when there is none");
    }

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();

    internal void Published(ActivityBatch batch, DateTimeOffset now) => Record(_published, "relay", batch, now);

    internal void Taken(string consumer, ActivityBatch batch, DateTimeOffset now) => Record(_taken, consumer, batch, now);

    /// <summary>What the last look has seen.</summary>
    internal void Observe(IReadOnlyList<ConsumerLag> lags) => _lags = lags;

    private IEnumerable<Measurement<double>> MeasureLags() => _lags.Select(lag => new Measurement<double>(
        lag.Age.TotalSeconds,
        new KeyValuePair<string, object?>("consumer", lag.Consumer),
        new KeyValuePair<string, object?>("partition", lag.Partition)));

    private void Record(Counter<long> counter, string consumer, ActivityBatch batch, DateTimeOffset now)
    {
        if (batch.Events is not { Count: > 0 } events)
        {
            return;
        }

        var tag = new KeyValuePair<string, object?>("consumer", consumer);
        counter.Add(events.Count, tag);
        if (!_delay.Enabled)
        {
            return;
        }

        foreach (var happened in events)
        {
            if (happened.Entry is { } entry)
            {
                _delay.Record((now - entry.CreatedAt).TotalSeconds, tag);
            }
        }
    }
}
