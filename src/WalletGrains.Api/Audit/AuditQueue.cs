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

    private readonly RateLimits _limits;
    private readonly Meter _meter = new("WalletGrains.Audit");
    private readonly Counter<long> _stored;
    private readonly Counter<long> _lost;
    private long _bytes;
    private long _untold;
    private long _untoldRefusals;

    /// <summary>Makes the queue and its instruments.</summary>
    internal AuditQueue(RateLimits limits)
    {
        _limits = limits;
        _stored = _meter.CreateCounter<long>("walletgrains.audit.stored", "{request}", "Requests stored in the audit");
        _lost = _meter.CreateCounter<long>("walletgrains.audit.lost", "{request}", "Requests missing from the audit, by reason");
        _meter.CreateObservableGauge("walletgrains.audit.queue.length", () => _records.Reader.Count, "{request}", "Requests that wait to be stored");
    }

    /// <summary>Where records are taken out; its end says that none will come any more.</summary>
    public ChannelReader<AuditRecord> Reader => _records.Reader;

    /// <summary>Accepts no more records.</summary>
    public void Complete() => _records.Writer.TryComplete();

    /// <summary>A record has been stored.</summary>
    public void Stored(AuditRecord record)
    {
        _stored.Add(1);
        Leave(record);
    }

    /// <summary>A record could not be stored and is given up.</summary>
    /// <param name="record">The record.</param>
    /// <param name="reason">Why, as a tag of the metric: overload, database or refused; flood is told by the queue itself.</param>
    public void Lost(AuditRecord record, string reason)
    {
        _lost.Add(1, new KeyValuePair<string, object?>("reason", reason));
        Interlocked.Increment(ref _untold);
        Leave(record);
    }

    /// <summary>How many were lost since this was last asked.</summary>
    public long TakeLost() => Interlocked.Exchange(ref _untold, 0);

    /// <summary>How many refused requests of strangers were left out since this was last asked.</summary>
    public long TakeLeftOut() => Interlocked.Exchange(ref _untoldRefusals, 0);

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();

    /// <summary>Whether this is the meter of this queue; a process of tests has several.</summary>
    internal bool Owns(Meter meter) => ReferenceEquals(meter, _meter);

    /// <summary>
    /// Adds a record, or loses it when too many, or too large ones, wait. Of refused requests of strangers only so many are kept: whoever sends them by
    /// the thousand must not push out what changed something.
    /// </summary>
    internal void Add(AuditRecord record)
    {
        if (record.IsRefusedStranger && !_limits.TakeAuditedRefusal(record.ClientIp))
        {
            _lost.Add(1, new KeyValuePair<string, object?>("reason", "flood"));
            Interlocked.Increment(ref _untoldRefusals);
            record.Release();
            return;
        }

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
