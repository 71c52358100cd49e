using System.Diagnostics.Metrics;

namespace WalletGrains.Api.Push;

/// <summary>Why a connection was not kept.</summary>
internal enum DropReason
{
    /// <summary>It did not take what was sent to it in time.</summary>
    Slow,

    /// <summary>More wallets waited for it than it has room for.</summary>
    Overflow,

    /// <summary>Its token was no valid one.</summary>
    Unauthenticated,

    /// <summary>The feed has not begun yet, or no credential can be judged.</summary>
    NotOpen,

    /// <summary>Its user has too many.</summary>
    TooManyOfUser,

    /// <summary>There are too many in all.</summary>
    TooMany,

    /// <summary>What it missed could not be read, so it would have had a gap.</summary>
    ReplayFailed,
}

/// <summary>The instruments of the meter "WalletGrains.Push".</summary>
internal sealed class PushMetrics : IDisposable
{
    /// <summary>Of the meter.</summary>
    public const string MeterName = "WalletGrains.Push";

    private readonly Meter _meter = new(MeterName);
    private readonly UpDownCounter<int> _connections;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _conflated;
    private readonly Counter<long> _dropped;
    private readonly Histogram<double> _latency;

    public PushMetrics()
    {
        _connections = _meter.CreateUpDownCounter<int>("walletgrains.push.connections", "{connection}", "Connections of the push hub");
        _sent = _meter.CreateCounter<long>("walletgrains.push.sent", "{message}", "Messages handed to connections, by kind");
        _conflated = _meter.CreateCounter<long>("walletgrains.push.conflated", "{message}", "Updates left out because newer ones of their wallet waited behind them");
        _dropped = _meter.CreateCounter<long>("walletgrains.push.dropped", "{connection}", "Connections that were refused or given up, by reason");
        _latency = _meter.CreateHistogram<double>(
            "walletgrains.push.latency", "s", "From the decision of an entry until its update is handed to a connection; of live updates",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });
    }

    public void Connected() => _connections.Add(1);

    public void Disconnected() => _connections.Add(-1);

    public void SentLive(TimeSpan latency)
    {
        _sent.Add(1, new KeyValuePair<string, object?>("kind", "live"));
        _latency.Record(latency.TotalSeconds);
    }

    public void SentReplay() => _sent.Add(1, new KeyValuePair<string, object?>("kind", "replay"));

    public void SentAlert() => _sent.Add(1, new KeyValuePair<string, object?>("kind", "alert"));

    public void SentAccount() => _sent.Add(1, new KeyValuePair<string, object?>("kind", "account"));

    public void SentBill() => _sent.Add(1, new KeyValuePair<string, object?>("kind", "bill"));

    public void Conflated(int updates)
    {
        if (updates > 0)
        {
            _conflated.Add(updates);
        }
    }

    public void Dropped(DropReason reason) => _dropped.Add(1, new KeyValuePair<string, object?>("reason", NameOf(reason)));

    public void Dispose() => _meter.Dispose();

    private static string NameOf(DropReason reason) => reason switch
    {
        DropReason.Slow => "slow",
        DropReason.Overflow => "overflow",
        DropReason.Unauthenticated => "unauthenticated",
        DropReason.NotOpen => "not_open",
        DropReason.TooManyOfUser => "too_many_of_user",
        DropReason.TooMany => "too_many",
        DropReason.ReplayFailed => "replay_failed",
        _ => throw new System.Diagnostics.UnreachableException(reason.ToString()),
    };
}
