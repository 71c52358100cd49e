using System.Diagnostics.Metrics;

namespace WalletGrains.Grains.BalanceSync;

/// <summary>The instruments of the meter "WalletGrains.BalanceSync". How many accounts are queued is in those of jobs, kind balance-sync.</summary>
public sealed class BalanceSyncMetrics : IDisposable
{
    private const long NotObserved = -1;

    private readonly Meter _meter = new("WalletGrains.BalanceSync");
    private readonly TimeProvider _time;
    private readonly Counter<long> _calls;
    private readonly Counter<long> _givenUp;
    private readonly Histogram<double> _duration;
    private long _oldestTicks = NotObserved;

    /// <summary>Makes the instruments.</summary>
    public BalanceSyncMetrics(TimeProvider time)
    {
        _time = time;
        _calls = _meter.CreateCounter<long>("walletgrains.balance_sync.calls", "{call}", "Calls of the core banking system, by answer: balance, gone, failed or not_now");
        _givenUp = _meter.CreateCounter<long>("walletgrains.balance_sync.given_up", "{account}", "Accounts whose attempts all failed");
        _duration = _meter.CreateHistogram<double>("walletgrains.balance_sync.call_duration", "s", "Time of a call of the core banking system");
        _meter.CreateObservableGauge("walletgrains.balance_sync.lag", Lag, "s", "Age of the oldest balance of the active users, looked at when a sweep begins and ends; told by the silo that sweeps");
    }

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();

    internal void Asked(CoreAnswer answer, TimeSpan duration)
    {
        _calls.Add(1, new KeyValuePair<string, object?>("answer", answer switch
        {
            CoreAnswer.Balance => "balance",
            CoreAnswer.Gone => "gone",
            CoreAnswer.Failed => "failed",
            _ => "not_now",
        }));
        if (answer is not CoreAnswer.NotNow)
        {
            _duration.Record(duration.TotalSeconds);
        }
    }

    internal void GaveUp() => _givenUp.Add(1);

    /// <summary>Whether this silo has looked since it sweeps.</summary>
    internal bool IsObserved => Volatile.Read(ref _oldestTicks) != NotObserved;

    /// <summary>Another silo sweeps, and looks from now on.</summary>
    internal void Forget() => Volatile.Write(ref _oldestTicks, NotObserved);

    internal void Observe(DateTimeOffset? oldest) => Volatile.Write(ref _oldestTicks, oldest?.UtcTicks ?? 0);

    private IEnumerable<Measurement<double>> Lag() => Volatile.Read(ref _oldestTicks) is > 0 and var oldest
        ? [new Measurement<double>(Math.Max(0, TimeSpan.FromTicks(_time.GetUtcNow().UtcTicks - oldest).TotalSeconds))]
        : [];
}
