using Npgsql;
using NpgsqlTypes;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.Reading;
using WalletGrains.Journal.Writing;

namespace WalletGrains.Journal.Fraud;

/// <summary>Alerts in PostgreSQL.</summary>
/// <remarks>The data source stays the caller's to dispose, after the store.</remarks>
public sealed class PostgresFraudStore : IFraudStore, IAsyncDisposable
{
    /// <summary>Entries that an alert names.</summary>
    public const int MaxEvidence = 100;

    /// <summary>The action of alerts whose wallets are frozen; in the order of texts it is above the other one.</summary>
    internal const string Hold = "hold";

    // A finding is fresh when its row is: of two who find the same, the later one waits for the earlier one and then has nothing. Both go through
    // findings and alerts in one order. What an alert has already is looked up once for each alert, not for each of the findings and entries that are added
    // to it: a busy wallet has hundreds of them in one write. Materialized, or the planner puts the look-ups back where they are asked for.
    private const string WriteSql = $"""
        {PostgresActivityPositions.MovedCte}, found as (
            select unnest($7) as alert_id, unnest($8) as wallet_id, unnest($9) as rule, unnest($10) as action, unnest($11) as currency,
                unnest($12) as version, unnest($13) as at
        ), kept as (
            insert into fraud_findings (wallet_id, rule, version, occurred_at)
            select f.wallet_id, f.rule, f.version, f.at from found f where exists (select from moved) order by f.wallet_id, f.rule, f.version
            on conflict do nothing
            returning wallet_id, rule, version, occurred_at
        ), fresh as (
            select p.alert_id, k.wallet_id, k.rule, p.action, p.currency, k.raised_at, k.newest_at, k.newest, k.findings
            from (
                select wallet_id, rule, min(occurred_at) as raised_at, max(occurred_at) as newest_at, max(version) as newest, count(*) as findings
                from kept group by wallet_id, rule) k
            join (
                select wallet_id, rule, (array_agg(alert_id))[1] as alert_id, max(action) as action, min(currency) as currency
                from found group by wallet_id, rule) p on p.wallet_id = k.wallet_id and p.rule = k.rule
        ), written as (
            insert into fraud_alerts as a (alert_id, wallet_id, rule, action, currency, raised_at, newest_at, newest, findings)
            select * from fresh order by wallet_id, rule
            on conflict (wallet_id, rule) where resolved_at is null do update
            set newest = greatest(a.newest, excluded.newest), raised_at = least(a.raised_at, excluded.raised_at),
                newest_at = greatest(a.newest_at, excluded.newest_at), findings = a.findings + excluded.findings,
                action = greatest(a.action, excluded.action), held_at = case when excluded.action = '{Hold}' then null else a.held_at end
            returning a.alert_id, a.wallet_id, a.rule, a.findings, a.xmax = 0 as raised
        ), room as materialized (
            select w.alert_id, w.wallet_id, w.rule, $21 - (select count(*) from fraud_evidence e where e.alert_id = w.alert_id) as places
            from written w
        ), named as (
            insert into fraud_evidence (alert_id, version, entry_id, type, amount_minor, occurred_at)
            select r.alert_id, e.version, e.entry_id, e.type, e.amount_minor, e.occurred_at
            from (
                select n.*, row_number() over (partition by n.wallet_id, n.rule order by n.version) as place
                from (
                    select unnest($14) as wallet_id, unnest($15) as rule, unnest($16) as version, unnest($17) as entry_id, unnest($18) as type,
                        unnest($19) as amount_minor, unnest($20) as occurred_at) n) e
            join room r on r.wallet_id = e.wallet_id and r.rule = e.rule
            where e.place <= r.places
            on conflict do nothing
        )
        select exists (select from moved), coalesce((select array_agg(w.alert_id) from written w where w.raised), array[]::uuid[])
        """;

    private const string Columns = """
        a.alert_id, a.wallet_id, a.rule, a.action, a.currency, a.raised_at, a.newest_at, a.findings, a.held_at, a.resolved_at, a.resolved_by, a.note,
        e.versions, e.entry_ids, e.types, e.amounts, e.times
        """;

    private const string WithEvidence = """
        left join lateral (
            select array_agg(n.version order by n.version) as versions, array_agg(n.entry_id order by n.version) as entry_ids,
                array_agg(n.type order by n.version) as types, array_agg(n.amount_minor order by n.version) as amounts,
                array_agg(n.occurred_at order by n.version) as times
            from fraud_evidence n where n.alert_id = a.alert_id) e on true
        """;

    private readonly ReadConnections _reads;
    private readonly WriteConnections _writes;

    /// <summary>Connects with its first use.</summary>
    public PostgresFraudStore(NpgsqlDataSource dataSource, JournalOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(options);
        _reads = new ReadConnections(dataSource, JournalLimits.StoreConnections, options, time);
        _writes = new WriteConnections(dataSource, JournalLimits.StoreConnections, options, time);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Guid>?> WriteAsync(
        PositionMove move, IReadOnlyList<FraudFindingRow> findings, IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(findings);
        var evidence = findings
            .SelectMany(finding => finding.Evidence.Select(entry => (finding.WalletId, finding.Rule, Entry: entry)))
            .DistinctBy(named => (named.WalletId, named.Rule, named.Entry.Version))
            .GroupBy(named => (named.WalletId, named.Rule))
            .SelectMany(ofAlert => ofAlert.OrderBy(named => named.Entry.Version).Take(MaxEvidence))
            .ToList();
        return _writes.RunAsync(
            WriteSql,
            parameters =>
            {
                PostgresActivityPositions.Bind(parameters, move);
                Add(parameters, findings, finding => finding.AlertId);
                Add(parameters, findings, finding => finding.WalletId);
                Add(parameters, findings, finding => finding.Rule);
                Add(parameters, findings, finding => finding.Action);
                Add(parameters, findings, finding => finding.Currency);
                Add(parameters, findings, finding => finding.Version);
                Add(parameters, findings, finding => finding.At.UtcDateTime);
                Add(parameters, evidence, named => named.WalletId);
                Add(parameters, evidence, named => named.Rule);
                Add(parameters, evidence, named => named.Entry.Version);
                Add(parameters, evidence, named => named.Entry.EntryId);
                Add(parameters, evidence, named => named.Entry.Type);
                Add(parameters, evidence, named => named.Entry.AmountMinor);
                Add(parameters, evidence, named => named.Entry.OccurredAt.UtcDateTime);
                parameters.Add(new NpgsqlParameter<int> { TypedValue = MaxEvidence });
            },
            static async (row, limit) =>
            {
                await row.ReadAsync(limit);
                return row.GetBoolean(0) ? (IReadOnlyList<Guid>?)row.GetFieldValue<Guid[]>(1) : null;
            },
            findings.Count == 0 ? PostgresActivityPositions.WithoutWaitingForDisk : null,
            PostgresActivityPositions.JobsBehind(move, jobs));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<FraudAlertRow>> ReadAsync(bool? isOpen, Guid? walletId, Guid? before, int limit, CancellationToken cancellationToken)
    {
        AppendShape.CheckLimit(limit);

        // Literals, so that the planner sees which index has them.
        var resolved = isOpen switch { true => "and a.resolved_at is null", false => "and a.resolved_at is not null", null => "" };
        var ofWallet = walletId is null ? "" : "and a.wallet_id = $3";
        return _reads.ReadAsync(
            $"""
            select {Columns}
            from (
                select * from fraud_alerts a where a.alert_id < $1 {resolved} {ofWallet}
                order by a.alert_id desc limit $2) a
            {WithEvidence}
            order by a.alert_id desc
            """,
            parameters =>
            {
                parameters.Add(new NpgsqlParameter<Guid> { TypedValue = before ?? Guid.AllBitsSet });
                parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
                if (walletId is { } wanted)
                {
                    parameters.Add(new NpgsqlParameter<Guid> { TypedValue = wanted });
                }
            },
            Read,
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<FraudAlertRow?> FindAsync(Guid alertId, CancellationToken cancellationToken)
    {
        var found = await _reads.ReadAsync(
            $"select {Columns} from fraud_alerts a {WithEvidence} where a.alert_id = $1",
            parameters => parameters.Add(new NpgsqlParameter<Guid> { TypedValue = alertId }),
            Read,
            cancellationToken);
        return found.Count == 0 ? null : found[0];
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<FraudAlertRow>> ReadToHoldAsync(int partition, int partitions, Guid after, int limit, CancellationToken cancellationToken)
    {
        AppendShape.CheckLimit(limit);
        return _reads.ReadAsync(
            $"""
            select {Columns} from fraud_alerts a {WithEvidence}
            where a.action = '{Hold}' and a.held_at is null and a.resolved_at is null and a.alert_id > $1
              and get_byte(uuid_send(a.wallet_id), 15) % $2 = $3
            order by a.alert_id limit $4
            """,
            parameters =>
            {
                parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after });
                parameters.Add(new NpgsqlParameter<int> { TypedValue = partitions });
                parameters.Add(new NpgsqlParameter<int> { TypedValue = partition });
                parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
            },
            Read,
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task MarkHeldAsync(Guid alertId, long findings, DateTimeOffset at, CancellationToken cancellationToken) => _writes.RunAsync(
        "update fraud_alerts set held_at = $2 where alert_id = $1 and held_at is null and findings = $3",
        parameters =>
        {
            parameters.Add(new NpgsqlParameter<Guid> { TypedValue = alertId });
            parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = at.UtcDateTime });
            parameters.Add(new NpgsqlParameter<long> { TypedValue = findings });
        },
        static (row, limit) => row.ReadAsync(limit));

    /// <inheritdoc/>
    public Task ResolveAsync(Guid alertId, Guid resolvedBy, string? note, DateTimeOffset at, CancellationToken cancellationToken) => _writes.RunAsync(
        "update fraud_alerts set resolved_at = $2, resolved_by = $3, note = $4 where alert_id = $1 and resolved_at is null",
        parameters =>
        {
            parameters.Add(new NpgsqlParameter<Guid> { TypedValue = alertId });
            parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = at.UtcDateTime });
            parameters.Add(new NpgsqlParameter<Guid> { TypedValue = resolvedBy });
            parameters.Add(new NpgsqlParameter<string?> { TypedValue = note, NpgsqlDbType = NpgsqlDbType.Text });
        },
        static (row, limit) => row.ReadAsync(limit));

    /// <summary>Waits for what is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writes.DisposeAsync();
        await _reads.DisposeAsync();
    }

    private static void Add<TRow, T>(NpgsqlParameterCollection parameters, IReadOnlyList<TRow> rows, Func<TRow, T> column)
    {
        var parameter = new NpgsqlParameter<T[]> { TypedValue = [.. rows.Select(column)] };
        if (typeof(T) == typeof(DateTime))
        {
            parameter.NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz;
        }

        parameters.Add(parameter);
    }

    private static FraudAlertRow Read(NpgsqlDataReader row) => new(
        AlertId: row.GetGuid(0),
        WalletId: row.GetGuid(1),
        Rule: row.GetString(2),
        Action: row.GetString(3),
        Currency: row.GetString(4),
        RaisedAt: row.GetFieldValue<DateTimeOffset>(5),
        NewestAt: row.GetFieldValue<DateTimeOffset>(6),
        Findings: row.GetInt64(7),
        HeldAt: Time(row, 8),
        ResolvedAt: Time(row, 9),
        ResolvedBy: row.IsDBNull(10) ? null : row.GetGuid(10),
        Note: row.IsDBNull(11) ? null : row.GetString(11),
        Evidence: row.IsDBNull(12) ? [] : ReadEvidence(row));

    private static List<FraudEvidenceRow> ReadEvidence(NpgsqlDataReader row)
    {
        var (versions, ids, types) = (row.GetFieldValue<long[]>(12), row.GetFieldValue<Guid[]>(13), row.GetFieldValue<string[]>(14));
        var (amounts, times) = (row.GetFieldValue<long[]>(15), row.GetFieldValue<DateTimeOffset[]>(16));
        return [.. versions.Select((version, i) => new FraudEvidenceRow(version, ids[i], types[i], amounts[i], times[i]))];
    }

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
