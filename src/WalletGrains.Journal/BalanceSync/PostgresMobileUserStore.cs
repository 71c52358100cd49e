using Npgsql;
using NpgsqlTypes;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.Reading;
using WalletGrains.Journal.Writing;

namespace WalletGrains.Journal.BalanceSync;

/// <summary>Mobile users in PostgreSQL, on a few connections of their own.</summary>
/// <remarks>The database must have been migrated (<see cref="Migrations"/>). The data source stays the caller's to dispose,
/// after the store.</remarks>
public sealed class PostgresMobileUserStore : IMobileUserStore, IAsyncDisposable
{
    private const string UserColumns =
        "mobile_user_id, context, username, username_key, full_name, customer_number, account_number, is_active, created_at, updated_at";

    private const int UserColumnCount = 10;

    private const string AccountColumns =
        "mobile_user_id, account_number, account_type, is_primary, is_active, inactive_reason, balance, currency, last_synced_at, failed_at, last_error, created_at, updated_at";

    private const string NewAccountColumns = "mobile_user_id, account_number, account_type, is_primary, is_active, created_at, updated_at";

    private const string CreateSql = $"""
        with created as (
            insert into fdh_mobile_users ({UserColumns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
            on conflict on constraint fdh_mobile_users_username_unique do nothing
            returning mobile_user_id
        )
        insert into fdh_mobile_user_accounts ({NewAccountColumns})
        select mobile_user_id, $7, $10, true, true, $9, $9 from created
        returning 1
        """;

    // The changes of one user's accounts come one after another, or two could each become the primary one. A statement of its own, so
    // that the next one sees what was written while this one waited.
    private const string LockSql = "select 1 from fdh_mobile_users where mobile_user_id = $1 for update";

    private const string AddSql = $"""
        with known as (
            select count(*) as accounts, bool_or(account_number = $2) as has_it from fdh_mobile_user_accounts where mobile_user_id = $1
        ), demoted as (
            update fdh_mobile_user_accounts set is_primary = false, updated_at = $6
            from known where mobile_user_id = $1 and is_primary and $4 and has_it is not true and accounts < $7
        ), added as (
            insert into fdh_mobile_user_accounts ({NewAccountColumns})
            select $1, $2, $3, $4, $5, $6, $6 from known
            where exists (select from fdh_mobile_users where mobile_user_id = $1) and has_it is not true and accounts < $7
            returning 1
        )
        select
            case when exists (select from added) then 1
                 when not exists (select from fdh_mobile_users where mobile_user_id = $1) then 2
                 when (select has_it from known) then 3
                 else 4 end
        """;

    private const string ChangeSql = """
        with changed as (
            update fdh_mobile_user_accounts set
                is_active = case when account_number = $2 then coalesce($3, is_active) else is_active end,
                inactive_reason = case when account_number = $2 and $3 is not null then null else inactive_reason end,
                is_primary = case when account_number = $2 then coalesce($4, is_primary) else false end,
                updated_at = $5
            where mobile_user_id = $1
                and exists (select from fdh_mobile_user_accounts where mobile_user_id = $1 and account_number = $2)
                and (account_number = $2 or ($4 and is_primary))
            returning account_number
        )
        select case when exists (select from changed where account_number = $2) then 1 else 2 end
        """;

    private const string SyncedCondition = "a.is_active and u.is_active and u.context = 'MOBILE_BANKING'";

    private const string ProgressSql = $"""
        select
            count(*) filter (where a.is_active and a.last_synced_at >= $1)::int,
            count(*) filter (where a.is_active and a.failed_at >= $1)::int,
            min(coalesce(a.last_synced_at, a.created_at)) filter (where {SyncedCondition})
        from fdh_mobile_user_accounts a join fdh_mobile_users u using (mobile_user_id)
        """;

    private readonly ReadConnections _reads;
    private readonly WriteConnections _writes;
    private readonly GroupedCalls<AccountKey, bool> _looks;
    private readonly GroupedCalls<ToldBalance, bool> _balances;

    /// <summary>Makes the store; it connects with its first use.</summary>
    public PostgresMobileUserStore(NpgsqlDataSource dataSource, JournalOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(options);
        _reads = new ReadConnections(dataSource, JournalLimits.StoreConnections, options, time);
        _writes = new WriteConnections(dataSource, JournalLimits.StoreConnections, options, time);
        _looks = new GroupedCalls<AccountKey, bool>(JournalLimits.MaxGrouped, LookAsync);
        _balances = new GroupedCalls<ToldBalance, bool>(JournalLimits.MaxGrouped, RecordAsync);
    }

    /// <inheritdoc/>
    public Task<MobileChange> CreateAsync(MobileUserRow user, MobileAccountRow account, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(account);
        return _writes.RunAsync(
            CreateSql,
            parameters => Bind(
                parameters, user.MobileUserId, user.Context, user.Username, user.UsernameKey, user.FullName, user.CustomerNumber, user.AccountNumber,
                user.IsActive, user.CreatedAt.UtcDateTime, account.AccountType),
            static async (row, limit) => await row.ReadAsync(limit) ? MobileChange.Made : MobileChange.Taken);
    }

    /// <inheritdoc/>
    public async Task<MobileUserRows?> FindAsync(Guid mobileUserId, CancellationToken cancellationToken)
    {
        var users = await _reads.ReadAsync(
            $"select {UserColumns}, now() from fdh_mobile_users where mobile_user_id = $1",
            parameters => Bind(parameters, mobileUserId),
            static row => (User: ReadUser(row), At: row.GetFieldValue<DateTimeOffset>(UserColumnCount)),
            cancellationToken);
        return users is [var (user, readAt)]
            ? new MobileUserRows(
                user,
                await _reads.ReadAsync(
                    $"select {AccountColumns} from fdh_mobile_user_accounts where mobile_user_id = $1 order by is_primary desc, account_number",
                    parameters => Bind(parameters, mobileUserId),
                    ReadAccount,
                    cancellationToken),
                readAt)
            : null;
    }

    /// <inheritdoc/>
    public async Task<MobileUserRow?> FindByNameAsync(string usernameKey, CancellationToken cancellationToken)
    {
        var users = await _reads.ReadAsync(
            $"select {UserColumns} from fdh_mobile_users where username_key = $1", parameters => Bind(parameters, usernameKey), ReadUser, cancellationToken);
        return users is [var user] ? user : null;
    }

    /// <inheritdoc/>
    public Task<MobileChange> AddAccountAsync(MobileAccountRow account, int maxAccounts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(account);
        return ChangeAsync(
            AddSql,
            account.MobileUserId,
            account.AccountNumber,
            account.AccountType,
            account.IsPrimary,
            account.IsActive,
            account.CreatedAt.UtcDateTime,
            maxAccounts);
    }

    /// <inheritdoc/>
    public Task<MobileChange> SetActiveAsync(Guid mobileUserId, bool isActive, DateTimeOffset at, CancellationToken cancellationToken) => ChangeAsync(
        """
        with changed as (update fdh_mobile_users set is_active = $2, updated_at = $3 where mobile_user_id = $1 returning 1)
        select case when exists (select from changed) then 1 else 2 end
        """,
        mobileUserId,
        isActive,
        at.UtcDateTime);

    /// <inheritdoc/>
    public Task<MobileChange> ChangeAccountAsync(AccountKey account, bool? isActive, bool? isPrimary, DateTimeOffset at, CancellationToken cancellationToken) =>
        ChangeAsync(ChangeSql, account.MobileUserId, account.AccountNumber, NullableBoolean(isActive), NullableBoolean(isPrimary), at.UtcDateTime);

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
                {JobStatement.InsertSql(firstParameter: 6, JobRepeat.WhenBegun, "exists (select from moved)")}
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

    /// <summary>Waits for what is under way; each statement is bounded by its time-out.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writes.DisposeAsync();
        await _reads.DisposeAsync();
    }

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

    /// <summary>Runs a statement that gives a <see cref="MobileChange"/>, while no other one changes the user, whose id is the first parameter.</summary>
    private Task<MobileChange> ChangeAsync(string sql, params object[] values) => _writes.RunAsync(
        sql,
        parameters => Bind(parameters, values),
        static async (row, limit) =>
        {
            await row.ReadAsync(limit);
            return (MobileChange)row.GetInt32(0);
        },
        before: new NpgsqlBatchCommand(LockSql) { Parameters = { new() { Value = values[0] } } });

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

    private static NpgsqlParameter NullableBoolean(bool? value) => Typed(value, NpgsqlDbType.Boolean);

    private static NpgsqlParameter Typed(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };

    private static void Bind(NpgsqlParameterCollection parameters, params object[] values)
    {
        foreach (var value in values)
        {
            parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
        }
    }

    private static MobileUserRow ReadUser(NpgsqlDataReader row) => new(
        MobileUserId: row.GetGuid(0),
        Context: row.GetString(1),
        Username: row.GetString(2),
        UsernameKey: row.GetString(3),
        FullName: row.GetString(4),
        CustomerNumber: row.GetString(5),
        AccountNumber: row.GetString(6),
        IsActive: row.GetBoolean(7),
        CreatedAt: row.GetFieldValue<DateTimeOffset>(8),
        UpdatedAt: row.GetFieldValue<DateTimeOffset>(9));

    private static MobileAccountRow ReadAccount(NpgsqlDataReader row) => new(
        MobileUserId: row.GetGuid(0),
        AccountNumber: row.GetString(1),
        AccountType: row.GetString(2),
        IsPrimary: row.GetBoolean(3),
        IsActive: row.GetBoolean(4),
        InactiveReason: row.IsDBNull(5) ? null : row.GetString(5),
        Balance: row.IsDBNull(6) ? null : row.GetDecimal(6),
        Currency: row.IsDBNull(7) ? null : row.GetString(7),
        LastSyncedAt: NullableTime(row, 8),
        FailedAt: NullableTime(row, 9),
        LastError: row.IsDBNull(10) ? null : row.GetString(10),
        CreatedAt: row.GetFieldValue<DateTimeOffset>(11),
        UpdatedAt: row.GetFieldValue<DateTimeOffset>(12));

    private static DateTimeOffset? NullableTime(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);

    /// <summary>What the core banking system told of an account.</summary>
    private sealed record ToldBalance(AccountKey Account, decimal Balance, string Currency, DateTimeOffset AskedAt);
}
