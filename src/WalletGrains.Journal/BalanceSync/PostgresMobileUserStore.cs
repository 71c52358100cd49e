using Npgsql;
using NpgsqlTypes;
using WalletGrains.Journal.Reading;
using WalletGrains.Journal.Writing;

namespace WalletGrains.Journal.BalanceSync;

/// <summary>Mobile users in PostgreSQL, on a few connections of their own.</summary>
/// <remarks>The database must have been migrated (<see cref="Migrations"/>). The data source stays the caller's to dispose,
/// after the store.</remarks>
public sealed partial class PostgresMobileUserStore : IMobileUserStore, IAsyncDisposable
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

    /// <summary>Waits for what is under way; each statement is bounded by its time-out.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writes.DisposeAsync();
        await _reads.DisposeAsync();
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
}
