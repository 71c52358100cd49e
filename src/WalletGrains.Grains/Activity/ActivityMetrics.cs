using System.Diagnostics.Metrics;
using WalletGrains.Contracts.Activity;

namespace WalletGrains.Grains.Activity;

/// <summary>The instruments of the meter "WalletGrains.Activity".</summary>
public sealed class ActivityMetrics : IDisposable
{
    private readonly Meter _meter = new("WalletGrains.Activity");
    private readonly Counter<long> _published;
    private readonly Counter<long> _taken;
    private readonly Histogram<double> _delay;

    /// <summary>Makes them.</summary>
    public ActivityMetrics()
    {
        _published = _meter.CreateCounter<long>("walletgrains.activity.published", "{event}", "Events that relays have published");
        _taken = _meter.CreateCounter<long>("walletgrains.activity.taken", "{event}", "Events that consumers have taken into account, by consumer");
        _delay = _meter.CreateHistogram<double>("walletgrains.activity.delay", "s", "Time from the decision about an entry to the consumer, by consumer");
    }

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();

    internal void Published(ActivityBatch batch, DateTimeOffset now) => Record(_published, "relay", batch, now);

    internal void Taken(string consumer, ActivityBatch batch, DateTimeOffset now) => Record(_taken, consumer, batch, now);

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
