using System.Diagnostics.Metrics;
using System.Threading.Channels;
using WalletGrains.Api.Protection;

namespace WalletGrains.Api.Audit;

/// <summary>
/// Records that wait to be stored. Requests never wait for it: what does not fit is lost, counted, and told of in the metrics of
/// the meter "WalletGrains.Audit" and, by whoever stores the records, in the log.
/// </summary>
public sealed class AuditQueue : IDisposable
{
    private readonly Channel<AuditRecord> _records = Channel.CreateBounded<AuditRecord>(
        new BoundedChannelOptions(ApiLimits.AuditQueue) { SingleReader = true });

    private readonly AuditedFloods _floods = new();
    private readonly RateLimits _limits;
    private readonly Meter _meter = new("WalletGrains.Audit");
    private readonly Counter<long> _stored;
    private readonly Counter<long> _lost;
    private readonly Counter<long> _summed;
    private long _bytes;
    private long _untold;

    /// <summary>Makes the queue and its instruments.</summary>
    internal AuditQueue(RateLimits limits)
    {
        _limits = limits;
        _stored = _meter.CreateCounter<long>("walletgrains.audit.stored", "{request}", "Requests stored in the audit");
        _lost = _meter.CreateCounter<long>("walletgrains.audit.lost", "{request}", "Requests missing from the audit, by reason");
        _summed = _meter.CreateCounter<long>("walletgrains.audit.summed", "{request}", "Refused requests that share a row of the audit with others like them");
        _meter.CreateObservableGauge("walletgrains.audit.queue.length", () => _records.Reader.Count, "{request}", "Requests that wait to be stored");
    }

    /// <summary>Where records are taken out; its end says that none will come any more.</summary>
    public ChannelReader<AuditRecord> Reader => _records.Reader;

    /// <summary>Accepts no more records.</summary>
    public void Complete() => _records.Writer.TryComplete();

    /// <summary>A record has been stored.</summary>
    public void Stored(AuditRecord record)
    {
        _stored.Add(record.Requests);
        Leave(record);
    }

    /// <summary>A record could not be stored and is given up.</summary>
    /// <param name="record">The record.</param>
    /// <param name="reason">Why, as a tag of the metric: overload, database or refused.</param>
    public void Lost(AuditRecord record, string reason)
    {
        _lost.Add(record.Requests, new KeyValuePair<string, object?>("reason", reason));
        Interlocked.Add(ref _untold, record.Requests);
        Leave(record);
    }

    /// <summary>How many were lost since this was last asked.</summary>
    public long TakeLost() => Interlocked.Exchange(ref _untold, 0);

    /// <summary>Adds the records of refused requests that are summed up; how many requests they stand for.</summary>
    public long AddFloods()
    {
        var requests = 0L;
        foreach (var record in _floods.Take())
        {
            requests += record.Requests;
            Enqueue(record);
        }

        return requests;
    }

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();

    /// <summary>Whether this is the meter of this queue; a process of tests has several.</summary>
    internal bool Owns(Meter meter) => ReferenceEquals(meter, _meter);

    /// <summary>
    /// Adds a record, or loses it when too many, or too large ones, wait. Of refused requests of strangers only so many are kept one by one, and the others
    /// are summed up: whoever sends them by the thousand must not push out what changed something.
    /// </summary>
    internal void Add(AuditRecord record)
    {
        if (record.IsRefusedStranger && !_limits.TakeAuditedRefusal(record.ClientIp))
        {
            _summed.Add(1);
            _floods.Add(record);
            return;
        }

        Enqueue(record);
    }

    private void Enqueue(AuditRecord record)
    {
        var fits = Interlocked.Add(ref _bytes, record.Size) <= ApiLimits.AuditQueueBytes;
        if (!fits || !_records.Writer.TryWrite(record))
        {
            Lost(record, "overload");
        }
    }

    private void Leave(AuditRecord record)
    {
        Interlocked.Add(ref _bytes, -record.Size);
        record.Release();
    }
}
