using Npgsql;
using NpgsqlTypes;

namespace WalletGrains.Journal.Reconciling;

/// <summary>
/// Compares transfers with the entries of their steps, in both directions. Ids grow with time, so transfers of a stretch of
/// time meet their entries in one join; what does not meet there is looked up one by one before it is reported.
/// </summary>
/// <remarks>
/// Each stretch may be read in a snapshot of its own: a transfer and its entries are of one commit each, so any moment shows them in
/// step, and no row version has to be kept for longer than a stretch takes.
/// </remarks>
internal sealed class TransferPass(Snapshot snapshot, PostingTerms terms, Findings findings)
{
    /// <summary>
    /// What each state asks for. An entry that is not there makes it null, and null is not true.
    /// </summary>
    private const string Agrees = """
        (case t.state
            when 1 then d.wallet_id = t.from_wallet_id and d.amount_minor = -t.amount_minor and t.credit_entry_id is null and t.refund_entry_id is null
            when 2 then d.wallet_id = t.from_wallet_id and d.amount_minor = -t.amount_minor and t.refund_entry_id is null
                and c.wallet_id = t.to_wallet_id and c.amount_minor = t.amount_minor
            when 3 then d.wallet_id = t.from_wallet_id and d.amount_minor = -t.amount_minor and t.credit_entry_id is null
                and r.wallet_id = t.from_wallet_id and r.amount_minor = t.amount_minor
            when 4 then t.debit_entry_id is null and t.credit_entry_id is null and t.refund_entry_id is null
        end) is true
        """;

    private static readonly string[] States = ["", "DEBITED", "COMPLETED", "COMPENSATED", "FAILED"];

    private static readonly string[] BulkStates = ["", "RESERVING", "POSTING", "COMPLETED", "RELEASING", "FAILED"];

    /// <summary>Compares the next transfers, and the entries of their time, in the order of ids.</summary>
    /// <param name="begin">Not above the first one.</param>
    /// <param name="until">Above the last one there is to compare.</param>
    /// <param name="size">So many.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>Above the last one that was compared, where the next ones begin; null when there are no more.</returns>
    public async Task<Guid?> CompareAsync(Guid begin, Guid until, int size, CancellationToken cancellationToken)
    {
        if (begin.CompareTo(until) >= 0)
        {
            return null;
        }

        var next = await FindNextAsync(begin, until, size, cancellationToken);
        await CompareStretchAsync(begin, next ?? until, cancellationToken);
        return next;
    }

    /// <summary>Reports transfers that are neither credited nor refunded since this time. Where the time of a step is one of the future, that of the transfer's
    /// id counts.</summary>
    public async Task FindStuckAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var stuck = await snapshot.ReadAsync(
            """
            select t.transfer_id, t.updated_at from transfers t
            where t.state = 1 and (t.updated_at < $1 or (t.updated_at > now() + $3 and t.transfer_id < $4))
            order by t.updated_at, t.transfer_id limit $2
            """,
            row => (Id: row.GetGuid(0), At: row.GetFieldValue<DateTime>(1)),
            cancellationToken,
            new NpgsqlParameter<DateTime> { TypedValue = before.UtcDateTime },
            new NpgsqlParameter<int> { TypedValue = ReconciliationLimits.ListedDifferences },
            new NpgsqlParameter<TimeSpan> { TypedValue = JournalLimits.FutureAge },
            new NpgsqlParameter<Guid> { TypedValue = TimeOrderedId.First(before) });
        foreach (var (id, at) in stuck)
        {
            findings.Add(Differences.StuckTransfer, $"transfer {id}", "COMPLETED or COMPENSATED", $"DEBITED since {at:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}");
        }
    }

    /// <summary>Reports bulk transfers that are neither made nor given up since this time. Their legs need not be readable for that, and
    /// where a time is one of the future, that of the bulk's id counts.</summary>
    public async Task FindStuckBulksAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var stuck = await snapshot.ReadAsync(
            """
            select b.bulk_id, b.state, b.updated_at from bulks b
            where b.state in (1, 2, 4) and (b.updated_at < $1 or (b.updated_at > now() + $3 and b.bulk_id < $4))
            order by b.updated_at, b.bulk_id limit $2
            """,
            row => (Id: row.GetGuid(0), State: BulkStates[row.GetInt16(1)], At: row.GetFieldValue<DateTime>(2)),
            cancellationToken,
            new NpgsqlParameter<DateTime> { TypedValue = before.UtcDateTime },
            new NpgsqlParameter<int> { TypedValue = ReconciliationLimits.ListedDifferences },
            new NpgsqlParameter<TimeSpan> { TypedValue = JournalLimits.FutureAge },
            new NpgsqlParameter<Guid> { TypedValue = TimeOrderedId.First(before) });
        foreach (var (id, state, at) in stuck)
        {
            findings.Add(Differences.StuckBulk, $"bulk {id}", "COMPLETED or FAILED", $"{state} since {at:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}");
        }
    }

    /// <summary>Both ways, and page by page until nothing is left: after an outage thousands of honest transfers may have waited for
    /// their credit, and they must not hide a false one.</summary>
    private async Task CompareStretchAsync(Guid begin, Guid end, CancellationToken cancellationToken)
    {
        var (near, far) = (TimeOrderedId.Shifted(begin, -ReconciliationLimits.Overlap), TimeOrderedId.Shifted(end, ReconciliationLimits.Overlap));
        findings.Transfers += await CountAsync(begin, end, cancellationToken);
        for (var last = Guid.Empty; ;)
        {
            var suspects = await ReadSuspectsAsync([.. Bounds(begin, end, near, far, last)], cancellationToken);
            await CompareAsync(suspects, cancellationToken);
            if (suspects.Count < ReconciliationLimits.SuspectsPerPage)
            {
                break;
            }

            last = suspects[^1];
        }

        for (var last = Guid.Empty; ;)
        {
            var entries = await ReadUnknownEntriesAsync([.. Bounds(begin, end, near, far, last)], cancellationToken);
            var suspects = new HashSet<Guid>();
            foreach (var (entryId, content) in entries)
            {
                await LookUpAsync(entryId, content, suspects, cancellationToken);
            }

            await CompareAsync(suspects, cancellationToken);
            if (entries.Count < ReconciliationLimits.SuspectsPerPage)
            {
                break;
            }

            last = entries[^1].EntryId;
        }
    }

    private async Task<long> CountAsync(Guid begin, Guid end, CancellationToken cancellationToken) =>
        (await snapshot.ReadAsync(
            "select count(*) from transfers t where t.transfer_id >= $1 and t.transfer_id < $2",
            row => row.GetInt64(0),
            cancellationToken,
            new NpgsqlParameter<Guid> { TypedValue = begin },
            new NpgsqlParameter<Guid> { TypedValue = end }))[0];

    /// <summary>The transfer so many further on, which the stretch ends before.</summary>
    private async Task<Guid?> FindNextAsync(Guid begin, Guid until, int size, CancellationToken cancellationToken)
    {
        var next = await snapshot.ReadAsync(
            "select t.transfer_id from transfers t where t.transfer_id >= $1 and t.transfer_id < $3 order by t.transfer_id offset $2 limit 1",
            row => row.GetGuid(0),
            cancellationToken,
            new NpgsqlParameter<Guid> { TypedValue = begin },
            new NpgsqlParameter<int> { TypedValue = size },
            new NpgsqlParameter<Guid> { TypedValue = until });
        return next.Count == 0 ? null : next[0];
    }

    private Task<List<Guid>> ReadSuspectsAsync(NpgsqlParameter[] bounds, CancellationToken cancellationToken) =>
        snapshot.ReadAsync(
            $"""
            with stretch as materialized (
                select t.* from transfers t where t.transfer_id >= $1 and t.transfer_id < $2 and t.transfer_id > $7
            ), near as materialized (
                select e.entry_id, e.wallet_id, e.amount_minor from entries e where e.entry_id >= $3 and e.entry_id < $4 and e.type = any($5)
            )
            select t.transfer_id
            from stretch t
            left join near d on d.entry_id = t.debit_entry_id
            left join near c on c.entry_id = t.credit_entry_id
            left join near r on r.entry_id = t.refund_entry_id
            where not {Agrees}
            order by t.transfer_id limit $6
            """,
            row => row.GetGuid(0),
            cancellationToken,
            bounds);

    private Task<List<(Guid EntryId, byte[] Content)>> ReadUnknownEntriesAsync(NpgsqlParameter[] bounds, CancellationToken cancellationToken) =>
        snapshot.ReadAsync(
            """
            with known as materialized (
                select unnest(array[t.debit_entry_id, t.credit_entry_id, t.refund_entry_id]) as entry_id
                from transfers t where t.transfer_id >= $3 and t.transfer_id < $4
            )
            select e.entry_id, e.content
            from entries e
            where e.entry_id >= $1 and e.entry_id < $2 and e.entry_id > $7 and e.type = any($5)
              and not exists (select from known k where k.entry_id = e.entry_id)
            order by e.entry_id limit $6
            """,
            row => (row.GetGuid(0), row.GetFieldValue<byte[]>(1)),
            cancellationToken,
            bounds);

    /// <summary>An entry may belong to a transfer of quite another time: one that waited long for its credit.</summary>
    private async Task LookUpAsync(Guid entryId, byte[] content, HashSet<Guid> suspects, CancellationToken cancellationToken)
    {
        var transferId = terms.TransferOf(content);
        var knows = transferId is { } id && (await snapshot.ReadAsync(
            "select $2 in (t.debit_entry_id, t.credit_entry_id, t.refund_entry_id) from transfers t where t.transfer_id = $1",
            row => !row.IsDBNull(0) && row.GetBoolean(0),
            cancellationToken,
            new NpgsqlParameter<Guid> { TypedValue = id },
            new NpgsqlParameter<Guid> { TypedValue = entryId })).Contains(true);
        if (knows)
        {
            suspects.Add(transferId!.Value);
        }
        else
        {
            findings.Add(Differences.EntryWithoutTransfer, $"entry {entryId}", $"a step of transfer {transferId}", "no transfer knows it");
        }
    }

    /// <summary>Compares transfers with entries wherever those are. An entry is found by its block range index: a few milliseconds.</summary>
    private async Task CompareAsync(IReadOnlyCollection<Guid> transferIds, CancellationToken cancellationToken)
    {
        if (transferIds.Count == 0)
        {
            return;
        }

        var wrong = await snapshot.ReadAsync(
            $"""
            select t.transfer_id, t.state, t.amount_minor, d.amount_minor, c.amount_minor, r.amount_minor
            from transfers t
            left join lateral (select * from entries e where e.entry_id = t.debit_entry_id limit 1) d on true
            left join lateral (select * from entries e where e.entry_id = t.credit_entry_id limit 1) c on true
            left join lateral (select * from entries e where e.entry_id = t.refund_entry_id limit 1) r on true
            where t.transfer_id = any($1) and not {Agrees}
            order by t.transfer_id
            """,
            row => (
                Id: row.GetGuid(0),
                State: States[row.GetInt16(1)],
                Amount: row.GetInt64(2),
                Steps: $"debit {Amount(row, 3)}, credit {Amount(row, 4)}, refund {Amount(row, 5)}"),
            cancellationToken,
            new NpgsqlParameter<Guid[]> { TypedValue = [.. transferIds] });
        foreach (var transfer in wrong)
        {
            findings.Add(Differences.TransferEntry, $"transfer {transfer.Id}", $"the entries of a transfer of {transfer.Amount} that is {transfer.State}", transfer.Steps);
        }
    }

    private static string Amount(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? "none" : $"{row.GetInt64(column)}";

    private IEnumerable<NpgsqlParameter> Bounds(Guid begin, Guid end, Guid near, Guid far, Guid last) =>
    [
        new NpgsqlParameter<Guid> { TypedValue = begin },
        new NpgsqlParameter<Guid> { TypedValue = end },
        new NpgsqlParameter<Guid> { TypedValue = near },
        new NpgsqlParameter<Guid> { TypedValue = far },
        new NpgsqlParameter<string[]> { TypedValue = [.. terms.TransferTypes], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
        new NpgsqlParameter<int> { TypedValue = ReconciliationLimits.SuspectsPerPage },
        new NpgsqlParameter<Guid> { TypedValue = last },
    ];
}

/// <summary>UUIDs of version 7 as times: the first 48 bits are milliseconds since the Unix epoch.</summary>
internal static class TimeOrderedId
{
    /// <summary>Above every id.</summary>
    public static readonly Guid Last = new("ffffffff-ffff-ffff-ffff-ffffffffffff");

    /// <summary>Not above any id that was made at this time or later.</summary>
    public static Guid First(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes, Math.Max(0, time.ToUnixTimeMilliseconds()) << 16);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>An id of so much later, or earlier; none is before the first or after the last.</summary>
    public static Guid Shifted(Guid id, TimeSpan by)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var milliseconds = (long)(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16);
        return milliseconds + by.TotalMilliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? Last
            : First(DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(0, milliseconds + (long)by.TotalMilliseconds)));
    }
}
