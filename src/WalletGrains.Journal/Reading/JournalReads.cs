using Npgsql;
using NpgsqlTypes;

namespace WalletGrains.Journal.Reading;

/// <summary>The reads of the journal, one query each. Pages go by key, never by offset.</summary>
internal sealed class JournalReads(ReadConnections connections)
{
    public async Task<WalletHead?> FindHeadAsync(Guid walletId, CancellationToken cancellationToken) =>
        FirstOrNull(await connections.ReadAsync(
            $"select {RowReader.HeadColumns} from wallets w where w.wallet_id = $1",
            parameters => parameters.Add(new NpgsqlParameter<Guid> { TypedValue = walletId }),
            row => RowReader.Head(row),
            cancellationToken));

    public async Task<StoredDecision?> FindDecisionAsync(Guid walletId, string requestId, CancellationToken cancellationToken) =>
        FirstOrNull(await connections.ReadAsync(
            $"""
            select {RowReader.EntryColumns}, {RowReader.RefusalColumns}
            from (select $1::uuid as wallet_id, $2::text as request_id) wanted
            left join entries e on e.wallet_id = wanted.wallet_id and e.request_id = wanted.request_id
            left join refusals r on r.wallet_id = wanted.wallet_id and r.request_id = wanted.request_id
            where e.wallet_id is not null or r.wallet_id is not null
            """,
            parameters =>
            {
                parameters.Add(new NpgsqlParameter<Guid> { TypedValue = walletId });
                parameters.Add(new NpgsqlParameter<string> { TypedValue = requestId });
            },
            row => row.IsDBNull(0)
                ? new StoredDecision(null, RowReader.Refusal(row, RowReader.EntryColumnCount))
                : new StoredDecision(RowReader.Entry(row), null),
            cancellationToken));

    public Task<IReadOnlyList<WalletEntry>> ReadEntriesAsync(EntryQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        AppendShape.CheckLimit(query.Limit, JournalLimits.MaxHistoryPage);
        return connections.ReadAsync(
            $"""
            select {RowReader.EntryColumns}
            from entries e
            where e.wallet_id = $1 and e.version < $2 and e.version > $5
              and ($4::text[] is null or e.type = any($4))
              {(query.From is null ? "" : $"and e.version >= {VersionSearch.FirstAtOrAfter("$1", "$6")}")}
              {(query.To is null ? "" : $"and e.version < {VersionSearch.FirstAtOrAfter("$1", "$7")}")}
            order by e.version {(query.OldestFirst ? "asc" : "desc")}
            limit $3
            """,
            parameters =>
            {
                parameters.Add(new NpgsqlParameter<Guid> { TypedValue = query.WalletId });
                parameters.Add(new NpgsqlParameter<long> { TypedValue = query.BeforeVersion });
                parameters.Add(new NpgsqlParameter<int> { TypedValue = query.Limit });
                parameters.Add(new NpgsqlParameter<string[]?> { TypedValue = query.Types?.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
                parameters.Add(new NpgsqlParameter<long> { TypedValue = query.AfterVersion });
                parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = (query.From ?? DateTimeOffset.UnixEpoch).UtcDateTime });
                parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = (query.To ?? DateTimeOffset.UnixEpoch).UtcDateTime });
            },
            row => RowReader.Entry(row),
            cancellationToken);
    }

    public async Task<WalletEntry?> FindEntryAsync(Guid entryId, CancellationToken cancellationToken) =>
        FirstOrNull(await connections.ReadAsync(
            $"select {RowReader.EntryColumns} from entries e where e.entry_id = $1",
            parameters => parameters.Add(new NpgsqlParameter<Guid> { TypedValue = entryId }),
            row => RowReader.Entry(row),
            cancellationToken));

    public Task<IReadOnlyList<WalletHead>> ReadHeadsOfOwnerAsync(Guid ownerId, Guid afterWalletId, int limit, CancellationToken cancellationToken)
    {
        AppendShape.CheckLimit(limit);
        return connections.ReadAsync(
            $"select {RowReader.HeadColumns} from wallets w where w.owner_id = $1 and w.wallet_id > $2 order by w.wallet_id limit $3",
            parameters =>
            {
                parameters.Add(new NpgsqlParameter<Guid> { TypedValue = ownerId });
                parameters.Add(new NpgsqlParameter<Guid> { TypedValue = afterWalletId });
                parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
            },
            row => RowReader.Head(row),
            cancellationToken);
    }

    public async Task<TransferRow?> FindTransferAsync(Guid transferId, CancellationToken cancellationToken) =>
        FirstOrNull(await connections.ReadAsync(
            $"select {RowReader.TransferColumns} from transfers t where t.transfer_id = $1",
            parameters => parameters.Add(new NpgsqlParameter<Guid> { TypedValue = transferId }),
            RowReader.Transfer,
            cancellationToken));

    public async Task<long> SumReversedAsync(Guid transferId, CancellationToken cancellationToken) =>
        (await connections.ReadAsync(
            "select coalesce(sum(t.amount_minor), 0)::bigint from transfers t where t.reverses_transfer_id = $1 and t.state in (1, 2)",
            parameters => parameters.Add(new NpgsqlParameter<Guid> { TypedValue = transferId }),
            row => row.GetInt64(0),
            cancellationToken))[0];

    public async Task<HoldRow?> FindHoldAsync(Guid holdId, CancellationToken cancellationToken) =>
        FirstOrNull(await connections.ReadAsync(
            $"select {RowReader.HoldColumns} from holds h where h.hold_id = $1",
            parameters => parameters.Add(new NpgsqlParameter<Guid> { TypedValue = holdId }),
            RowReader.Hold,
            cancellationToken));

    public Task<IReadOnlyList<HoldRow>> ReadExpiredHoldsAsync(DateTimeOffset at, HoldRow? after, int limit, CancellationToken cancellationToken)
    {
        AppendShape.CheckLimit(limit);
        return connections.ReadAsync(
            $"""
            select {RowReader.HoldColumns} from holds h
            where h.state = 1 and h.expires_at is not null and h.expires_at <= $1 and (h.expires_at, h.hold_id) > ($3, $4)
            order by h.expires_at, h.hold_id limit $2
            """,
            parameters =>
            {
                parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = at.UtcDateTime });
                parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
                parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = (after?.ExpiresAt ?? DateTimeOffset.UnixEpoch).UtcDateTime });
                parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after?.HoldId ?? Guid.Empty });
            },
            RowReader.Hold,
            cancellationToken);
    }

    public Task<IReadOnlyList<TransferRow>> ReadUnfinishedTransfersAsync(DateTimeOffset before, TransferRow? after, int limit, CancellationToken cancellationToken)
    {
        AppendShape.CheckLimit(limit);
        return connections.ReadAsync(
            $"""
            select {RowReader.TransferColumns} from transfers t
            where t.state = 1 and (t.updated_at < $1 or t.updated_at > now() + $5) and (t.updated_at, t.transfer_id) > ($3, $4)
            order by t.updated_at, t.transfer_id limit $2
            """,
            parameters =>
            {
                parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = before.UtcDateTime });
                parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
                parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = (after?.UpdatedAt ?? DateTimeOffset.UnixEpoch).UtcDateTime });
                parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after?.TransferId ?? Guid.Empty });
                parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = JournalLimits.FutureAge });
            },
            RowReader.Transfer,
            cancellationToken);
    }

    private static T? FirstOrNull<T>(IReadOnlyList<T> rows)
        where T : class => rows.Count == 0 ? null : rows[0];
}
