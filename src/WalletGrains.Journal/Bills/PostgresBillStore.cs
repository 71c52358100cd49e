using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.Reading;
using WalletGrains.Journal.Writing;

namespace WalletGrains.Journal.Bills;

/// <summary>Payments of bills in PostgreSQL, on a few connections of their own.</summary>
/// <remarks>The database must have been migrated (<see cref="Migrations"/>). The data source stays the caller's to dispose,
/// after the store.</remarks>
public sealed class PostgresBillStore : IBillStore, IAsyncDisposable
{
    private const string Columns =
        "payment_id, wallet_id, owner_id, biller_code, customer_reference, amount_minor, currency, request_id, fingerprint, state, revision, awaiting_since, content, created_at, updated_at";

    private const string CreateSql = $"""
        insert into bills ({Columns})
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        on conflict on constraint bills_request_id_unique do nothing
        returning 1
        """;

    private const string MoveSql = """
        update bills set state = $3, revision = $2 + 1, awaiting_since = $4, content = $5, updated_at = $6
        where payment_id = $1 and revision = $2
        returning 1
        """;

    private readonly ReadConnections _reads;
    private readonly WriteConnections _writes;

    /// <summary>Makes the store; it connects with its first use.</summary>
    public PostgresBillStore(NpgsqlDataSource dataSource, JournalOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(options);
        _reads = new ReadConnections(dataSource, JournalLimits.StoreConnections, options, time);
        _writes = new WriteConnections(dataSource, JournalLimits.StoreConnections, options, time);
    }

    /// <inheritdoc/>
    public async Task<(BillRow Stored, bool IsNew)> CreateAsync(BillRow bill, NewJob job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(bill);
        var isNew = await _writes.RunAsync(
            CreateSql,
            parameters => Bind(parameters, bill),
            static (row, limit) => row.ReadAsync(limit),
            after: JobStatement.Enqueue(job, IsThere(bill.State)));
        if (isNew)
        {
            return (bill.Stored(), true);
        }

        var stored = await FindByRequestAsync(bill.WalletId, bill.RequestId, cancellationToken);
        return (stored ?? throw new InvalidOperationException($"The request of bill payment {bill.PaymentId} is taken by one that is not there."), false);
    }

    /// <inheritdoc/>
    public Task<bool> MoveAsync(BillMove move, NewJob? job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(move);
        return _writes.RunAsync(
            MoveSql,
            parameters =>
            {
                parameters.Add(new() { Value = move.PaymentId });
                parameters.Add(new() { Value = move.Revision });
                parameters.Add(new() { Value = (short)move.To });
                parameters.Add(Nullable(move.AwaitingSince?.UtcDateTime, NpgsqlDbType.TimestampTz));
                parameters.Add(new() { Value = move.Content.ToArray() });
                parameters.Add(new() { Value = move.At.UtcDateTime });
            },
            static (row, limit) => row.ReadAsync(limit),
            after: job is null ? null : JobStatement.Enqueue(job, IsThere(move.To)));
    }

    /// <inheritdoc/>
    public async Task<BillRow?> FindAsync(Guid paymentId, CancellationToken cancellationToken) =>
        await ReadAsync("where payment_id = $1", [paymentId], cancellationToken) is [var bill] ? bill : null;

    /// <inheritdoc/>
    public async Task<BillRow?> FindByRequestAsync(Guid walletId, string requestId, CancellationToken cancellationToken) =>
        await ReadAsync("where wallet_id = $1 and request_id = $2", [walletId, requestId], cancellationToken) is [var bill] ? bill : null;

    /// <inheritdoc/>
    public Task<IReadOnlyList<BillRow>> ReadAsync(BillListQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        AppendShape.CheckLimit(query.Limit);
        var values = new List<object> { query.Before ?? Guid.AllBitsSet, query.Limit };
        var conditions = "";
        if (query.OwnerId is { } ownerId)
        {
            values.Add(ownerId);
            conditions += $" and owner_id = ${values.Count}";
        }

        if (query.WalletId is { } walletId)
        {
            values.Add(walletId);
            conditions += $" and wallet_id = ${values.Count}";
        }

        if (query.States.Count > 0)
        {
            // Literals, so that the planner sees when the index of unfinished ones has them.
            conditions += $" and state in ({string.Join(", ", query.States.Select(Number))})";
        }

        return ReadAsync($"where payment_id < $1{conditions} order by payment_id desc limit $2", values, cancellationToken);
    }

    /// <summary>Waits for what is under way; each statement is bounded by its time-out.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writes.DisposeAsync();
        await _reads.DisposeAsync();
    }

    /// <summary>The condition that the payment is in a state; $3 of a job is its key, which is the payment's id.</summary>
    private static string IsThere(BillState state) => $"exists (select from bills where payment_id = $3::uuid and state = {Number(state)})";

    private static string Number(BillState state) => ((short)state).ToString(CultureInfo.InvariantCulture);

    private Task<IReadOnlyList<BillRow>> ReadAsync(string condition, IReadOnlyList<object> values, CancellationToken cancellationToken) =>
        _reads.ReadAsync(
            $"select {Columns} from bills {condition}",
            parameters =>
            {
                foreach (var value in values)
                {
                    parameters.Add(new() { Value = value });
                }
            },
            Read,
            cancellationToken);

    private static void Bind(NpgsqlParameterCollection parameters, BillRow bill)
    {
        parameters.Add(new() { Value = bill.PaymentId });
        parameters.Add(new() { Value = bill.WalletId });
        parameters.Add(Nullable(bill.OwnerId, NpgsqlDbType.Uuid));
        parameters.Add(new() { Value = bill.BillerCode });
        parameters.Add(new() { Value = bill.CustomerReference });
        parameters.Add(new() { Value = bill.AmountMinor });
        parameters.Add(new() { Value = bill.Currency });
        parameters.Add(new() { Value = bill.RequestId });
        parameters.Add(new() { Value = bill.Fingerprint.ToArray() });
        parameters.Add(new() { Value = (short)bill.State });
        parameters.Add(new() { Value = bill.Revision });
        parameters.Add(Nullable(bill.AwaitingSince?.UtcDateTime, NpgsqlDbType.TimestampTz));
        parameters.Add(new() { Value = bill.Content.ToArray() });
        parameters.Add(new() { Value = bill.CreatedAt.UtcDateTime });
        parameters.Add(new() { Value = bill.UpdatedAt.UtcDateTime });
    }

    private static NpgsqlParameter Nullable(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };

    private static BillRow Read(NpgsqlDataReader row) => new(
        PaymentId: row.GetGuid(0),
        WalletId: row.GetGuid(1),
        OwnerId: row.IsDBNull(2) ? null : row.GetGuid(2),
        BillerCode: row.GetString(3),
        CustomerReference: row.GetString(4),
        AmountMinor: row.GetInt64(5),
        Currency: row.GetString(6),
        RequestId: row.GetString(7),
        Fingerprint: row.GetFieldValue<byte[]>(8),
        State: (BillState)row.GetInt16(9),
        Revision: row.GetInt32(10),
        AwaitingSince: row.IsDBNull(11) ? null : row.GetFieldValue<DateTimeOffset>(11),
        Content: row.GetFieldValue<byte[]>(12),
        CreatedAt: row.GetFieldValue<DateTimeOffset>(13),
        UpdatedAt: row.GetFieldValue<DateTimeOffset>(14));
}
