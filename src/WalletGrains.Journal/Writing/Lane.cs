using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;
using WalletGrains.Journal.Activity;

namespace WalletGrains.Journal.Writing;

/// <summary>
/// A loop that commits what is queued, again and again: drain, one round trip, answer every caller. No timer is involved;
/// while one commit is under way the next batch collects by itself.
/// </summary>
internal sealed partial class Lane : IAsyncDisposable
{
    private readonly int _number;
    private readonly JournalOptions _options;
    private readonly JournalMetrics _metrics;
    private readonly CommitSignal? _commits;
    private readonly ILogger _logger;
    private readonly Channel<LaneItem> _queue;
    private readonly LaneWriter _writer;
    private readonly List<PendingOpening> _openings = [];
    private readonly List<PendingAppend> _appends = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public Lane(
        int number,
        NpgsqlDataSource dataSource,
        JournalOptions options,
        JournalMetrics metrics,
        CommitSignal? commits,
        RecentCommits? recent,
        TimeProvider time,
        ILogger logger)
    {
        (_number, _options, _metrics, _commits, _logger) = (number, options, metrics, commits, logger);
        _writer = new LaneWriter(number, dataSource, options, metrics, recent, time, logger);
        _queue = Channel.CreateBounded<LaneItem>(new BoundedChannelOptions(options.QueuePerLane) { SingleReader = true });
        metrics.ObserveQueue(() => _queue.Reader.Count);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>How full the queue is, 0 to 1.</summary>
    public double QueueFill => (double)_queue.Reader.Count / _options.QueuePerLane;

    /// <summary>Queues an item; false when the queue is full or the lane is stopping.</summary>
    public bool TryEnqueue(LaneItem item) => _queue.Writer.TryWrite(item);

    /// <summary>Commits what is queued until the drain time-out; what is left then was not written.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        _stop.CancelAfter(_options.DrainTimeout);
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var reader = _queue.Reader;
        while (await reader.WaitToReadAsync())
        {
            Drain(reader);
            try
            {
                await _writer.WriteAsync(_openings, _appends, _stop.Token);
                CountConflicts();
            }
            catch (Exception exception)
            {
                // Nothing may end a lane: its wallets would wait for ever. What is undecided here has an unknown outcome.
                LogUnexpected(_logger, exception, _number);
                Fail(new JournalOutcomeUnknownException("The journal failed in an unexpected way; the outcome is unknown.", exception));
            }

            Complete();
            _commits?.Set();
            if (_writer.IsBroken || _stop.IsCancellationRequested)
            {
                RefuseQueued(reader);
            }
        }

        await _writer.DisposeAsync();
    }

    private void Drain(ChannelReader<LaneItem> reader)
    {
        var bytes = 0;
        while (_appends.Count + _openings.Count < _options.MaxBatchAppends && bytes < _options.MaxBatchBytes && reader.TryRead(out var item))
        {
            bytes += item.Size;
            if (item is PendingAppend append)
            {
                _appends.Add(append);
            }
            else
            {
                _openings.Add((PendingOpening)item);
            }
        }
    }

    private void CountConflicts()
    {
        foreach (var append in _appends)
        {
            if (append.Error is null && append.Status != AppendStatus.Applied)
            {
                _metrics.Conflict(append.Status);
            }
        }
    }

    private void Complete()
    {
        foreach (var opening in _openings)
        {
            opening.Complete();
        }

        foreach (var append in _appends)
        {
            append.Complete();
        }

        _openings.Clear();
        _appends.Clear();
    }

    private void Fail(Exception error)
    {
        foreach (var opening in _openings)
        {
            opening.Error ??= error;
        }

        foreach (var append in _appends)
        {
            append.Error ??= error;
        }
    }

    /// <summary>Answers everything that waits without trying: each would only wait for a database that is away.</summary>
    private void RefuseQueued(ChannelReader<LaneItem> reader)
    {
        var refused = 0;

        // Bounded by what is queued now, so that callers who come back at once cannot keep the lane here.
        for (var left = reader.Count; left > 0 && reader.TryRead(out var item); left--)
        {
            item.Error = new JournalUnavailableException("The database is away or the journal is shutting down; nothing was written.", _writer.LastFailure);
            item.Complete();
            refused++;
        }

        if (refused > 0)
        {
            _metrics.Refused(refused);
            LogRefused(_logger, _number, refused);
        }
    }
}
