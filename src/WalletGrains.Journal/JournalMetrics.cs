using System.Diagnostics.Metrics;

namespace WalletGrains.Journal;

/// <summary>The instruments of the meter "WalletGrains.Journal".</summary>
internal sealed class JournalMetrics : IDisposable
{
    private readonly Meter _meter = new("WalletGrains.Journal");
    private readonly Histogram<int> _commitSize;
    private readonly Histogram<double> _commitDuration;
    private readonly Counter<long> _conflicts;
    private readonly Counter<long> _refused;
    private readonly List<Func<int>> _queues = [];

    public JournalMetrics()
    {
        _commitSize = _meter.CreateHistogram<int>("walletgrains.journal.commit.size", "{append}", "Appends of one commit");
        _commitDuration = _meter.CreateHistogram<double>("walletgrains.journal.commit.duration", "s", "Round trip of one commit");
        _conflicts = _meter.CreateCounter<long>("walletgrains.journal.conflicts", "{append}", "Appends that were not applied, by reason");
        _refused = _meter.CreateCounter<long>("walletgrains.journal.refused", "{append}", "Appends refused because the database was away or the journal was stopping");
        _meter.CreateObservableGauge("walletgrains.journal.queue.length", () => _queues.Sum(length => length()), "{append}", "Appends that wait");
    }

    /// <summary>Adds a queue to the queue length. Only while the journal is built.</summary>
    public void ObserveQueue(Func<int> length) => _queues.Add(length);

    public void Committed(int appends, TimeSpan duration)
    {
        _commitSize.Record(appends);
        _commitDuration.Record(duration.TotalSeconds);
    }

    public void Conflict(AppendStatus status) =>
        _conflicts.Add(1, new KeyValuePair<string, object?>("reason", status == AppendStatus.RequestIdTaken ? "request_id_taken" : "head_moved"));

    public void Refused(int appends) => _refused.Add(appends);

    public void Dispose() => _meter.Dispose();
}
