using Npgsql;
using NpgsqlTypes;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Journal.BalanceSync;

/// <content>What is synchronized, how that went, and how far a sweep is.</content>
public sealed partial class PostgresMobileUserStore
{
    private const string SyncedCondition = "a.is_active and u.is_active and u.context = 'MOBILE_BANKING'";

    private const string ProgressSql = $"""
        select
            count(*) filter (where a.is_active and a.last_synced_at >= $1)::int,
            count(*) filter (where a.is_active and a.failed_at >= $1)::int,
            min(coalesce(a.last_synced_at, a.created_at)) filter (where {SyncedCondition})
        from fdh_mobile_user_accounts a join fdh_mobile_users u using (mobile_user_id)
        """;

    /// <inheritdoc/>
    public Task<bool> IsSyncedAsync(AccountKey account, CancellationToken cancellationToken) => _looks.RunAsync(account).WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public Task RecordBalanceAsync(AccountKey account, decimal balance, string currency, DateTimeOffset askedAt, CancellationToken cancellationToken) =>
        _balances.RunAsync(new ToldBalance(account, balance, currency, askedAt));

    /// <inheritdoc/>
    public Task RecordFailureAsync(AccountKey account, string error, DateTimeOffset at, CancellationToken cancellationToken) => RecordAsync(
        """
        update fdh_mobile_user_accounts set failed_at = $4, last_error = $3, updated_at = $4
        where mobile_user_id = $1 and account_number = $2 and (last_synced_at is null or last_synced_at < $4)
        """,
        account.MobileUserId,
        account.AccountNumber,
        error,
        at.UtcDateTime);

    /// <inheritdoc/>
    public Task RecordGoneAsync(AccountKey account, string reason, DateTimeOffset at, CancellationToken cancellationToken) => RecordAsync(
        """
        update fdh_mobile_user_accounts set is_active = false, inactive_reason = $3, updated_at = $4
        where mobile_user_id = $1 and account_number = $2 and is_active
        """,
        account.MobileUserId,
        account.AccountNumber,
        reason,
        at.UtcDateTime);

    /// <inheritdoc/>
    public Task<IReadOnlyList<AccountKey>> ReadSyncedAsync(AccountKey? after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, JournalLimits.MaxEnqueued);
        return _reads.ReadAsync(
            $"""
            select a.mobile_user_id, a.account_number from fdh_mobile_user_accounts a join fdh_mobile_users u using (mobile_user_id)
            where (a.mobile_user_id, a.account_number) > ($1, $2) and {SyncedCondition}
            order by a.mobile_user_id, a.account_number limit $3
            """,
            parameters => Bind(parameters, after?.MobileUserId ?? Guid.Empty, after?.AccountNumber ?? "", limit),
            static row => new AccountKey(row.GetGuid(0), row.GetString(1)),
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<Guid, Guid>> FindOwnersAsync(IReadOnlyCollection<Guid> walletIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(walletIds);
        var owned = await _reads.ReadAsync(
            "select w.wallet_id, u.mobile_user_id from wallets w join fdh_mobile_users u on u.mobile_user_id = w.owner_id where w.wallet_id = any ($1)",
            parameters => Bind(parameters, walletIds.ToArray()),
            static row => (WalletId: row.GetGuid(0), MobileUserId: row.GetGuid(1)),
            cancellationToken);
        return owned.ToDictionary(pair => pair.WalletId, pair => pair.MobileUserId);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<AccountKey>> ReadSyncedOfAsync(IReadOnlyCollection<Guid> mobileUserIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(mobileUserIds);
        return _reads.ReadAsync(
            $"""
            select a.mobile_user_id, a.account_number from fdh_mobile_user_accounts a join fdh_mobile_users u using (mobile_user_id)
            where a.mobile_user_id = any ($1) and {SyncedCondition}
            order by a.mobile_user_id, a.account_number
            """,
            parameters => Bind(parameters, mobileUserIds.ToArray()),
            static row => new AccountKey(row.GetGuid(0), row.GetString(1)),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> EnqueueBehindAsync(PositionMove move, IReadOnlyList<NewJob> syncs, IReadOnlyList<NewJob> failed, CancellationToken cancellationToken) =>
        _writes.RunAsync(
            $"""
            {PostgresActivityPositions.MovedCte}, queued as (
                {JobStatement.InsertSql(firstParameter: 7, JobRepeat.WhenBegun, "exists (select from moved)")}
            )
            select 1 from moved
            """,
            parameters =>
            {
                PostgresActivityPositions.Bind(parameters, move);
                JobStatement.Bind(parameters, syncs);
            },
            static (row, limit) => row.ReadAsync(limit),
            PostgresActivityPositions.WithoutWaitingForDisk,
            PostgresActivityPositions.JobsBehind(move, failed));

    /// <inheritdoc/>
    public async Task<SweepRow> ReadSweepAsync(CancellationToken cancellationToken)
    {
        var rows = await _reads.ReadAsync(
            "select is_running, started_at, ended_at, after_user, after_account from fdh_balance_sweep",
            static _ => { },
            static row => new SweepRow(
                row.GetBoolean(0),
                NullableTime(row, 1),
                NullableTime(row, 2),
                row.IsDBNull(3) ? null : new AccountKey(row.GetGuid(3), row.GetString(4))),
            cancellationToken);
        return rows[0];
    }

    /// <inheritdoc/>
    public Task<bool> MoveSweepAsync(SweepRow from, SweepRow to, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        return _writes.RunAsync(
            """
            update fdh_balance_sweep set started_at = $5, ended_at = $6, after_user = $7, after_account = $8
            where (started_at, ended_at, after_user, after_account) is not distinct from ($1, $2, $3, $4)
            returning 1
            """,
            parameters => Bind(parameters, [.. PlaceOf(from), .. PlaceOf(to)]),
            static (row, limit) => row.ReadAsync(limit));
    }

    /// <inheritdoc/>
    public Task SetRunningAsync(bool isRunning, CancellationToken cancellationToken) => RecordAsync("update fdh_balance_sweep set is_running = $1", isRunning);

    /// <inheritdoc/>
    public Task<SweepProgress> ReadProgressAsync(DateTimeOffset since, CancellationToken cancellationToken) => _reads.RunAsync(
        ProgressSql,
        parameters => Bind(parameters, since.UtcDateTime),
        static async (row, limit) =>
        {
            await row.ReadAsync(limit);
            return new SweepProgress(row.GetInt32(0), row.GetInt32(1), NullableTime(row, 2));
        },
        cancellationToken);

    private Task<IReadOnlyList<bool>> LookAsync(IReadOnlyList<AccountKey> accounts) => _reads.ReadAsync(
        $"""
        select exists (
            select from fdh_mobile_user_accounts a join fdh_mobile_users u using (mobile_user_id)
            where a.mobile_user_id = asked.mobile_user_id and a.account_number = asked.account_number and {SyncedCondition})
        from unnest($1::uuid[], $2::text[]) with ordinality as asked (mobile_user_id, account_number, number)
        order by asked.number
        """,
        parameters => Bind(parameters, accounts.Select(account => account.MobileUserId).ToArray(), accounts.Select(account => account.AccountNumber).ToArray()),
        static row => row.GetBoolean(0),
        CancellationToken.None,
        isPrepared: true);

    /// <summary>The newest of each account. Rows are locked in their order, so that two of these never wait for each other.</summary>
    private async Task<IReadOnlyList<bool>> RecordAsync(IReadOnlyList<ToldBalance> told)
    {
        var newest = told.GroupBy(of => of.Account).Select(group => group.MaxBy(of => of.AskedAt)!).ToList();
        await _writes.RunAsync(
            """
            with told as (
                select * from unnest($1::uuid[], $2::text[], $3::numeric[], $4::text[], $5::timestamptz[]) as told (mobile_user_id, account_number, balance, currency, asked_at)
            )
            update fdh_mobile_user_accounts a
            set balance = t.balance, currency = t.currency, last_synced_at = t.asked_at, failed_at = null, last_error = null, updated_at = t.asked_at
            from told t
            where a.mobile_user_id = t.mobile_user_id and a.account_number = t.account_number and (a.last_synced_at is null or a.last_synced_at < t.asked_at)
            """,
            parameters => Bind(
                parameters,
                newest.Select(of => of.Account.MobileUserId).ToArray(),
                newest.Select(of => of.Account.AccountNumber).ToArray(),
                newest.Select(of => of.Balance).ToArray(),
                newest.Select(of => of.Currency).ToArray(),
                newest.Select(of => of.AskedAt.UtcDateTime).ToArray()),
            static (_, _) => Task.FromResult(true),
            before: new NpgsqlBatchCommand("""
                select 1 from fdh_mobile_user_accounts a join unnest($1::uuid[], $2::text[]) as told (mobile_user_id, account_number) using (mobile_user_id, account_number)
                order by a.mobile_user_id, a.account_number for update of a
                """)
            {
                Parameters =
                {
                    new() { Value = newest.Select(of => of.Account.MobileUserId).ToArray() },
                    new() { Value = newest.Select(of => of.Account.AccountNumber).ToArray() },
                },
            },
            isPrepared: true);
        return told.Select(static _ => true).ToList();
    }

    private Task RecordAsync(string sql, params object[] values)
    {
        var statement = new NpgsqlBatchCommand(sql);
        Bind(statement.Parameters, values);
        return _writes.RunAsync(statement);
    }

    private static object[] PlaceOf(SweepRow row) =>
    [
        Typed(row.StartedAt?.UtcDateTime, NpgsqlDbType.TimestampTz),
        Typed(row.EndedAt?.UtcDateTime, NpgsqlDbType.TimestampTz),
        Typed(row.After?.MobileUserId, NpgsqlDbType.Uuid),
        Typed(row.After?.AccountNumber, NpgsqlDbType.Text),
    ];

    /// <summary>What the core banking system told of an account.</summary>
    private sealed record ToldBalance(AccountKey Account, decimal Balance, string Currency, DateTimeOffset AskedAt);
}
