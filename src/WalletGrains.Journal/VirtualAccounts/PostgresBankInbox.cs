using Npgsql;
using NpgsqlTypes;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.Reading;
using WalletGrains.Journal.Writing;

namespace WalletGrains.Journal.VirtualAccounts;

/// <summary>What the bank has told of payments, in PostgreSQL, and how statements compared with it.</summary>
/// <remarks>The data source stays the caller's to dispose, after the store.</remarks>
public sealed class PostgresBankInbox : IBankInbox, IAsyncDisposable
{
    private const string Columns =
        "c.reference, c.account_number, c.amount_minor, c.currency, c.sender_name, c.narration, c.occurred_at, c.source, c.received_at, c.wallet_id, c.entry_id, c.credited_at, c.closed_at, c.closed_because";

    // Both see the table as it was before: one of the two has a row, unless another transaction has just stored it.
    private const string ReceiveSql = $"""
        with stored as (
            insert into bank_credits (reference, account_number, amount_minor, currency, sender_name, narration, occurred_at, source, received_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            on conflict (reference) do nothing
            returning 1
        )
        select exists (select from stored), {Columns} from (values (1)) one left join bank_credits c on c.reference = $1
        """;

    // $3 of a job is its key.
    private const string IsOpen = "exists (select from bank_credits where reference = $3 and credited_at is null and closed_at is null)";

    private const string IsNotCredited = "exists (select from bank_credits where reference = $3 and credited_at is null)";

    // Behind the job's own parameters.
    private const string IsNewContradiction =
        "not exists (select from bank_credit_contradictions where (reference, account_number, amount_minor, currency) = ($8, $9, $10, $11))";

    // Also of a job that was discarded before: the decision may have come from a host that did not know of this.
    private const string CloseSql = """
        update bank_credits c set closed_at = now(), closed_because = j.last_error
        from jobs j where j.job_id = $1 and j.state = 5 and c.reference = j.key and c.credited_at is null and c.closed_at is null
        """;

    private static readonly string IsReported = $"c.received_at >= $1 and c.received_at < $2 and c.source = {IBankInbox.WebhookSource}";

    // Each half has an index of its own; with an "or" the whole table might be read. What is made and not reported in the stretch is little.
    private static readonly string ReadSql = $"""
        select * from (
            (select {Columns} from bank_credits c where {IsReported} and (c.received_at, c.reference) > ($3, $4)
            order by c.received_at, c.reference limit {IBankInbox.MaxReferences})
            union all
            (select {Columns} from bank_credits c
            where c.occurred_at >= $1 and c.occurred_at < $2 and not ({IsReported}) and (c.received_at, c.reference) > ($3, $4)
            order by c.received_at, c.reference limit {IBankInbox.MaxReferences})
        ) c order by c.received_at, c.reference limit {IBankInbox.MaxReferences}
        """;

    private readonly ReadConnections _reads;
    private readonly WriteConnections _writes;

    /// <summary>Makes the store; it connects with its first use.</summary>
    public PostgresBankInbox(NpgsqlDataSource dataSource, JournalOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(options);
        _reads = new ReadConnections(dataSource, JournalLimits.StoreConnections, options, time);
        _writes = new WriteConnections(dataSource, JournalLimits.StoreConnections, options, time);
    }

    /// <inheritdoc/>
    public async Task<BankCreditRow?> ReceiveAsync(BankCreditRow credit, NewJob job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(credit);
        var (isNew, known) = await _writes.RunAsync(
            ReceiveSql,
            parameters => Bind(parameters, credit),
            static async (row, limit) =>
            {
                await row.ReadAsync(limit);
                return (row.GetBoolean(0), row.IsDBNull(1) ? null : Read(row, first: 1));
            },
            after: JobStatement.Enqueue(job, IsOpen));
        return isNew ? null : known ?? await FindAsync(credit.Reference, cancellationToken);
    }

    /// <inheritdoc/>
    public Task ContradictAsync(BankCreditRow reported, NewJob alert)
    {
        ArgumentNullException.ThrowIfNull(reported);
        var enqueue = JobStatement.Enqueue(alert, IsNewContradiction);
        BindContent(enqueue.Parameters, reported);
        return _writes.RunAsync(
            "insert into bank_credit_contradictions (reference, account_number, amount_minor, currency, reported_at) values ($1, $2, $3, $4, $5) on conflict do nothing",
            parameters =>
            {
                BindContent(parameters, reported);
                parameters.Add(new() { Value = reported.ReceivedAt.UtcDateTime });
            },
            static (_, _) => Task.FromResult(true),
            before: enqueue);
    }

    /// <inheritdoc/>
    public Task ReopenAsync(string reference, NewJob job) => _writes.RunAsync(
        "update bank_credits set closed_at = null, closed_because = null where reference = $1 and credited_at is null",
        parameters => parameters.Add(new() { Value = reference }),
        static (_, _) => Task.FromResult(true),

        // The job first: whoever discards it comes in this order, too.
        before: JobStatement.Enqueue(job, IsNotCredited));

    /// <inheritdoc/>
    public Task<bool> DiscardAsync(Guid jobId) => _writes.RunAsync(
        JobStatement.DiscardSql,
        parameters => parameters.Add(new() { Value = jobId }),
        static (row, limit) => row.ReadAsync(limit),
        after: new NpgsqlBatchCommand(CloseSql) { Parameters = { new() { Value = jobId } } });

    /// <inheritdoc/>
    public Task MarkCreditedAsync(string reference, BankCreditEntry credit)
    {
        ArgumentNullException.ThrowIfNull(credit);
        return _writes.RunAsync(new NpgsqlBatchCommand(
            "update bank_credits set wallet_id = $2, entry_id = $3, credited_at = $4 where reference = $1 and credited_at is null")
        {
            Parameters =
            {
                new() { Value = reference },
                new() { Value = credit.WalletId },
                new() { Value = credit.EntryId },
                new() { Value = credit.CreditedAt.UtcDateTime },
            },
        });
    }

    /// <inheritdoc/>
    public async Task<BankCreditRow?> FindAsync(string reference, CancellationToken cancellationToken) =>
        await FindAsync([reference], cancellationToken) is [var credit] ? credit : null;

    /// <inheritdoc/>
    public Task<IReadOnlyList<BankCreditRow>> FindAsync(IReadOnlyCollection<string> references, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(references);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(references.Count, IBankInbox.MaxReferences);
        return _reads.ReadAsync(
            $"select {Columns} from bank_credits c where c.reference = any ($1)",
            parameters => parameters.Add(new() { Value = references.ToArray() }),
            static row => Read(row, first: 0),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<BankCreditRow>> ReadAsync(DateTimeOffset from, DateTimeOffset to, BankCreditRow? after, CancellationToken cancellationToken) =>
        _reads.ReadAsync(
            ReadSql,
            parameters =>
            {
                parameters.Add(new() { Value = from.UtcDateTime });
                parameters.Add(new() { Value = to.UtcDateTime });
                parameters.Add(new() { Value = (after?.ReceivedAt ?? DateTimeOffset.UnixEpoch).UtcDateTime });
                parameters.Add(new() { Value = after?.Reference ?? "" });
            },
            static row => Read(row, first: 0),
            cancellationToken);

    /// <inheritdoc/>
    public Task SaveReconciliationAsync(DateOnly day, DateTimeOffset ranAt, ReadOnlyMemory<byte> content) => _writes.RunAsync(new NpgsqlBatchCommand(
        "insert into bank_reconciliations (day, ran_at, content) values ($1, $2, $3) on conflict (day) do update set ran_at = excluded.ran_at, content = excluded.content")
    {
        Parameters = { new() { Value = day }, new() { Value = ranAt.UtcDateTime }, new() { Value = content.ToArray() } },
    });

    /// <inheritdoc/>
    public Task<byte[]?> FindReconciliationAsync(DateOnly day, CancellationToken cancellationToken) => _reads.RunAsync(
        "select content from bank_reconciliations where day = $1",
        parameters => parameters.Add(new() { Value = day }),
        static async (row, limit) => await row.ReadAsync(limit) ? row.GetFieldValue<byte[]>(0) : null,
        cancellationToken);

    /// <summary>Waits for what is under way; each statement is bounded by its time-out.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writes.DisposeAsync();
        await _reads.DisposeAsync();
    }

    private static void BindContent(NpgsqlParameterCollection parameters, BankCreditRow credit)
    {
        parameters.Add(new() { Value = credit.Reference });
        parameters.Add(new() { Value = credit.AccountNumber });
        parameters.Add(new() { Value = credit.AmountMinor });
        parameters.Add(new() { Value = credit.Currency });
    }

    private static void Bind(NpgsqlParameterCollection parameters, BankCreditRow credit)
    {
        BindContent(parameters, credit);
        parameters.Add(new() { Value = (object?)credit.SenderName ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        parameters.Add(new() { Value = (object?)credit.Narration ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        parameters.Add(new() { Value = credit.OccurredAt.UtcDateTime });
        parameters.Add(new() { Value = credit.Source });
        parameters.Add(new() { Value = credit.ReceivedAt.UtcDateTime });
    }

    private static BankCreditRow Read(NpgsqlDataReader row, int first) => new(
        row.GetString(first),
        row.GetString(first + 1),
        row.GetInt64(first + 2),
        row.GetString(first + 3),
        row.IsDBNull(first + 4) ? null : row.GetString(first + 4),
        row.IsDBNull(first + 5) ? null : row.GetString(first + 5),
        row.GetFieldValue<DateTimeOffset>(first + 6),
        row.GetInt16(first + 7),
        row.GetFieldValue<DateTimeOffset>(first + 8),
        row.IsDBNull(first + 11)
            ? null
            : new BankCreditEntry(row.GetGuid(first + 9), row.GetGuid(first + 10), row.GetFieldValue<DateTimeOffset>(first + 11)),
        row.IsDBNull(first + 12) ? null : new BankCreditClosing(row.GetFieldValue<DateTimeOffset>(first + 12), row.GetString(first + 13)));
}
