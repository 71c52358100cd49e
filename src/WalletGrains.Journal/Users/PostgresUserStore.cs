using Npgsql;
using NpgsqlTypes;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.Reading;
using WalletGrains.Journal.Writing;

namespace WalletGrains.Journal.Users;

/// <summary>
/// The users in PostgreSQL. Every method throws <see cref="JournalUnavailableException"/> while the database is away, and those that
/// write <see cref="JournalOutcomeUnknownException"/> when the answer was lost.
/// </summary>
public sealed class PostgresUserStore : IUserDirectory, IAsyncDisposable
{
    // Who is a user, and with which role, is changed under this lock alone; sessions are opened while they share it. So no session
    // is opened on what a change that is under way takes away, and an operator knows who else is one.
    internal const string ChangeLock = "select pg_advisory_xact_lock(hashtextextended('walletgrains users', 0))";
    internal const string ShareLock = "select pg_advisory_xact_lock_shared(hashtextextended('walletgrains users', 0))";

    private const string InsertSql = """
        insert into users (user_id, email, email_key, password_hash, full_name, phone, role, wallet_id, wallet_currency, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict do nothing
        returning 1
        """;

    // $1 and $3 of a job are its id and key. The wallet's id is new with every attempt: only the user that this very transaction wrote has it.
    private const string IsWrittenNow = "exists (select from users where user_id = $1 and wallet_id = $3::uuid)";

    private static readonly string SetRoleSql = Change(
        set: "role = $4", remainsOperator: "$4 = 'operator'", keepsSessions: "exists (select from users same where same.user_id = $1 and same.role = $4)");

    private static readonly string LockSql = Change(
        set: "locked_at = coalesce(locked_at, $3), lock_reason = $4", remainsOperator: "false", keepsSessions: "false");

    private static readonly string UnlockSql = Change(
        set: "locked_at = null, lock_reason = null", remainsOperator: "true", keepsSessions: "true");

    private readonly ReadConnections _reads;
    private readonly WriteConnections _writes;
    private int _isDisposed;

    /// <summary>Makes the store; it connects with its first use.</summary>
    public PostgresUserStore(NpgsqlDataSource dataSource, JournalOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(options);
        _reads = new ReadConnections(dataSource, JournalLimits.StoreConnections, options, time);
        _writes = new WriteConnections(dataSource, JournalLimits.StoreConnections, options, time);
    }

    /// <summary>Writes a new user; false when the address, or the id, belongs to a user already.</summary>
    /// <param name="user">The user.</param>
    /// <param name="job">What is to be done for the user's wallet: enqueued exactly when the user is written. It has the user's id, and the
    /// wallet's as its key. Null for nothing.</param>
    public Task<bool> TryInsertAsync(UserRow user, NewJob? job = null)
    {
        ArgumentNullException.ThrowIfNull(user);
        return _writes.RunAsync(
            InsertSql,
            parameters =>
            {
                parameters.Add(new() { Value = user.UserId });
                parameters.Add(new() { Value = user.Email });
                parameters.Add(new() { Value = user.EmailKey });
                parameters.Add(new() { Value = user.PasswordHash });
                parameters.Add(new() { Value = user.FullName });
                parameters.Add(Nullable(user.Phone, NpgsqlDbType.Text));
                parameters.Add(new() { Value = user.Role });
                parameters.Add(Nullable(user.WalletId, NpgsqlDbType.Uuid));
                parameters.Add(Nullable(user.WalletCurrency, NpgsqlDbType.Text));
                parameters.Add(new() { Value = user.CreatedAt.UtcDateTime });
            },
            static (row, limit) => row.ReadAsync(limit),
            after: job is null ? null : JobStatement.Enqueue(job, IsWrittenNow));
    }

    /// <inheritdoc/>
    public async Task<UserRow?> FindAsync(Guid userId, CancellationToken cancellationToken) =>
        await _reads.ReadAsync(
            $"select {UserRow.Columns} from users u where u.user_id = $1",
            parameters => parameters.Add(new() { Value = userId }),
            static row => UserRow.Read(row)!,
            cancellationToken) is [var user] ? user : null;

    /// <summary>Users of a wallet without a virtual account, and without a job that makes one.</summary>
    /// <param name="since">Who registered then or later: ids tell it, so that only those are read.</param>
    /// <param name="currency">The currency of such wallets.</param>
    /// <param name="kind">The kind of such jobs; their keys are wallets.</param>
    /// <param name="limit">At most so many; 1 to <see cref="JournalLimits.MaxPage"/>.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    public Task<IReadOnlyList<UserRow>> ReadWithoutAccountAsync(
        DateTimeOffset since, string currency, string kind, int limit, CancellationToken cancellationToken)
    {
        AppendShape.CheckLimit(limit);
        return _reads.ReadAsync(
            $"""
            select {UserRow.Columns} from users u
            where u.user_id >= $1 and u.wallet_id is not null and u.wallet_currency = $2
              and not exists (select from virtual_accounts where wallet_id = u.wallet_id)
              and not exists (select from jobs where kind = $3 and key = u.wallet_id::text)
            order by u.user_id limit $4
            """,
            parameters =>
            {
                parameters.Add(new() { Value = Guid.CreateVersion7(since) });
                parameters.Add(new() { Value = currency });
                parameters.Add(new() { Value = kind });
                parameters.Add(new() { Value = limit });
            },
            static row => UserRow.Read(row)!,
            cancellationToken);
    }

    /// <summary>Users, the newest first, by keyset.</summary>
    /// <param name="selection">Which.</param>
    /// <param name="before">Only those with a lower id; null for the newest page.</param>
    /// <param name="limit">At most so many; 1 to <see cref="JournalLimits.MaxPage"/>.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    public Task<IReadOnlyList<UserRow>> ListAsync(UserSelection selection, Guid? before, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(selection);
        AppendShape.CheckLimit(limit);
        return _reads.ReadAsync(
            $"""
            select {UserRow.Columns} from users u
            where ($1::uuid is null or u.user_id < $1) and ($2::text is null or u.email_key = $2) and ($3::text is null or u.role = $3)
              and ($4::boolean is null or (u.locked_at is not null) = $4)
            order by u.user_id desc limit $5
            """,
            parameters =>
            {
                parameters.Add(Nullable(before, NpgsqlDbType.Uuid));
                parameters.Add(Nullable(selection.EmailKey, NpgsqlDbType.Text));
                parameters.Add(Nullable(selection.Role, NpgsqlDbType.Text));
                parameters.Add(Nullable(selection.IsLocked, NpgsqlDbType.Boolean));
                parameters.Add(new() { Value = limit });
            },
            static row => UserRow.Read(row)!,
            cancellationToken);
    }

    /// <summary>Changes the role and, when it was another one, ends the user's sessions.</summary>
    public Task<UserUpdate> SetRoleAsync(Guid userId, string role, DateTimeOffset at) => ChangeAsync(
        SetRoleSql, userId, "role", at, new NpgsqlParameter { Value = role });

    /// <summary>Locks the user and ends its sessions.</summary>
    public Task<UserUpdate> LockAsync(Guid userId, string? reason, DateTimeOffset at) => ChangeAsync(
        LockSql, userId, "locked", at, Nullable(reason, NpgsqlDbType.Text));

    /// <summary>Unlocks the user.</summary>
    public Task<UserUpdate> UnlockAsync(Guid userId, DateTimeOffset at) => ChangeAsync(UnlockSql, userId, "", at);

    /// <summary>Waits for what is under way; each statement is bounded by its time-out.</summary>
    public async ValueTask DisposeAsync()
    {
        // A container that knows it under two names disposes of it twice.
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
        {
            return;
        }

        await _writes.DisposeAsync();
        await _reads.DisposeAsync();
    }

    private Task<UserUpdate> ChangeAsync(string sql, Guid userId, string because, DateTimeOffset at, params NpgsqlParameter[] more) => _writes.RunAsync(
        sql,
        parameters =>
        {
            parameters.Add(new() { Value = userId });
            parameters.Add(new() { Value = because });
            parameters.Add(new() { Value = at.UtcDateTime });
            Array.ForEach(more, parameter => parameters.Add(parameter));
        },
        static async (row, limit) => await row.ReadAsync(limit) ? new UserUpdate(true, UserRow.Read(row)) : new UserUpdate(false, null),
        before: new NpgsqlBatchCommand(ChangeLock));

    // $1 whom, $2 why its sessions end, $3 when. No row: there is no such user. A row of nulls: no operator would be left.
    private static string Change(string set, string remainsOperator, string keepsSessions) => $"""
        with target as (select user_id, role = 'operator' and locked_at is null as acts from users where user_id = $1),
        changed as (
            update users set {set} from target
            where users.user_id = target.user_id
              and (not target.acts or {remainsOperator} or exists (
                  select from users other where other.role = 'operator' and other.locked_at is null and other.user_id <> $1))
            returning users.*),
        ended as (
            update sessions set ended_at = $3, ended_because = $2, ended_position = journal_position()
            where user_id in (select user_id from changed) and ended_at is null and not ({keepsSessions}))
        select {UserRow.Columns} from target left join changed u on true
        """;

    private static NpgsqlParameter Nullable(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}

/// <summary>What became of a change to a user.</summary>
/// <param name="Exists">There is such a user.</param>
/// <param name="User">The user after it; null when no operator would be left.</param>
public sealed record UserUpdate(bool Exists, UserRow? User);
