using System.Net;

namespace WalletGrains.Api.Audit;

/// <summary>
/// Refused requests that are too many to be kept one by one: those with one method, status, sender and address are one record, the first of them, that says how
/// many they are. Bounded: beyond so many records, all others of a method and status are one, whoever sent them.
/// </summary>
internal sealed class AuditedFloods
{
    private readonly Lock _lock = new();
    private Dictionary<Flood, AuditRecord> _floods = [];

    /// <summary>Counts a request in. Its record belongs to this now.</summary>
    public void Add(AuditRecord record)
    {
        record.Release();
        lock (_lock)
        {
            if (CountIn(record))
            {
                return;
            }

            if (_floods.Count >= ApiLimits.AuditedFloods)
            {
                record.ForgetSender();
                if (CountIn(record))
                {
                    return;
                }
            }

            _floods.Add(Flood.Of(record), record);
        }
    }

    /// <summary>The records since this was last asked.</summary>
    public IReadOnlyCollection<AuditRecord> Take()
    {
        lock (_lock)
        {
            var taken = _floods.Values;
            _floods = [];
            return taken;
        }
    }

    private bool CountIn(AuditRecord record)
    {
        if (!_floods.TryGetValue(Flood.Of(record), out var first))
        {
            return false;
        }

        first.StandForOneMore();
        return true;
    }

    private readonly record struct Flood(string Method, int Status, Guid? UserId, IPAddress? Address)
    {
        public static Flood Of(AuditRecord record) => new(record.Method, record.Status, record.UserId, record.ClientIp);
    }
}
