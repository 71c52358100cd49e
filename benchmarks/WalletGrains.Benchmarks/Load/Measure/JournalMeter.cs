using System.Diagnostics.Metrics;

namespace WalletGrains.Benchmarks.Load.Measure;

/// <summary>Listens to the meter "WalletGrains.Journal" while a run is measured.</summary>
internal sealed class JournalMeter : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _commits;
    private long _appends;
    private long _microseconds;

    public JournalMeter()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "WalletGrains.Journal", Name: "walletgrains.journal.commit.size" or "walletgrains.journal.commit.duration" })
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((_, appends, _, _) =>
        {
            Interlocked.Increment(ref _commits);
            Interlocked.Add(ref _appends, appends);
        });
        _listener.SetMeasurementEventCallback<double>((_, seconds, _, _) => Interlocked.Add(ref _microseconds, (long)(seconds * 1_000_000)));
        _listener.Start();
    }

    /// <summary>What was committed since; null when nothing was.</summary>
    public CommitSummary? Stop()
    {
        _listener.Dispose();
        return _commits == 0 ? null : new CommitSummary(_commits, (double)_appends / _commits, _microseconds / 1_000.0 / _commits);
    }

    public void Dispose() => _listener.Dispose();
}
