using Npgsql;
using WalletGrains.Journal.Writing;

namespace WalletGrains.Journal.Users;

/// <summary>
/// Sessions, and attempts to begin one, in PostgreSQL. Every method throws <see cref="JournalUnavailableException"/> while the database
/// is away, and those that write <see cref="JournalOutcomeUnknownException"/> when the answer was lost.
/// </summary>
public sealed class PostgresSessionStore : IAsyncDisposable
{
    // $1 session, $2 user, $3 hash of the token, $4 now, $5 end of the token, $6 end of the session, $7 hash of the address, $8 hash of the network,
    // $9 what an attempt counts for, $10 sessions a user may have besides this one.
    private static readonly string OpenSql = $"""
        with {SignInAttempts.Forgive("$7", "$8", "$9")},
        pruned as (delete from sessions where user_id = $2 and least(expires_at, ended_at) < $4::timestamptz - interval '1 day'),
        superseded as (
            update sessions set ended_at = $4, ended_because = 'superseded', ended_position = journal_position()
            where session_id in (
                select session_id from sessions where user_id = $2 and ended_at is null and expires_at > $4
                order by created_at desc offset $10)),
        opened as (
            insert into sessions (session_id, user_id, token_hash, created_at, renewed_at, token_expires_at, expires_at)
            select $1, user_id, $3, $4, $4, $5, $6 from users where user_id = $2 and locked_at is null
            returning user_id)
        select {UserRow.Columns} from opened join users u using (user_id)
        """;

    // $1 session, $2 hash of the token, $3 hash of the next, $4 now, $5 end of the next, $6 what was renewed after this may be asked for again.
    // The second time it finds the next token in force and changes nothing. One that waits for another sees what that one has left.
    private const string RenewSql = $"""
        update sessions s
        set previous_hash = $2, token_hash = $3,
            renewed_at = case when s.token_hash = $2 then $4 else s.renewed_at end,
            token_expires_at = case when s.token_hash = $2 then least($5, s.expires_at) else s.token_expires_at end
        from users u
        where s.session_id = $1 and (s.token_hash = $2 or s.previous_hash = $2 and s.token_hash = $3 and s.renewed_at > $6)
          and s.ended_at is null and s.token_expires_at > $4 and s.expires_at > $4
          and u.user_id = s.user_id and u.locked_at is null
        returning {UserRow.Columns}
        """;

    // The token just before the one in force may come late from the same client; any other that is not in force is old.
    private const string EndReusedSql = """
        update sessions
        set ended_at = $3, ended_because = 'reuse', ended_position = journal_position()
        where session_id = $1 and ended_at is null and token_hash <> $2
          and not (previous_hash is not distinct from $2 and renewed_at > $4)
        returning user_id
        """;

    private const string EndSql = """
        update sessions set ended_at = $2, ended_because = 'logout', ended_position = journal_position()
        where session_id = $1 and ended_at is null
        returning 1
        """;

    private readonly WriteConnections _writes;

    /// <summary>Makes the store; it connects with its first use.</summary>
    public PostgresSessionStore(NpgsqlDataSource dataSource, JournalOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(options);
        _writes = new WriteConnections(dataSource, JournalLimits.StoreConnections, options, time);
    }

    /// <summary>
    /// Counts an attempt before its password is looked at, so that a hundred at once are counted like a hundred in turn, and finds
    /// the user. The same statement, with the same writes, whether there is such a user or not.
    /// </summary>
    public Task<SignInAttempt> AttemptAsync(SignInClaim claim, AttemptLimits limits, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(claim);
        ArgumentNullException.ThrowIfNull(limits);
        return _writes.RunAsync(
            SignInAttempts.AttemptSql,
            parameters => SignInAttempts.Bind(parameters, claim, limits, now),
            static async (row, limit) =>
            {
                await row.ReadAsync(limit);
                return new SignInAttempt(row.GetBoolean(0), UserRow.Read(row, at: 1));
            },
            before: SignInAttempts.Lock(claim.EmailHash));
    }

    /// <summary>Forgets the attempts with an address, from wherever; false when there were none.</summary>
    public Task<bool> ForgiveAsync(byte[] emailHash) => _writes.RunAsync(
        SignInAttempts.ForgetSql,
        parameters => parameters.Add(new() { Value = emailHash }),
        static (row, limit) => row.ReadAsync(limit),
        before: SignInAttempts.Lock(emailHash));

    /// <summary>Opens a session and forgets the attempts that led to it.</summary>
    /// <param name="session">The session.</param>
    /// <param name="claim">By whom it was opened, and from where.</param>
    /// <param name="limits">By these the attempts were counted.</param>
    /// <param name="maxSessions">Sessions a user may have; beyond it the oldest end.</param>
    /// <returns>The user as of now, which is what the session's tokens may say: a role that was taken away while the password was looked at
    /// is not in it. Null when the user has been locked meanwhile.</returns>
    public Task<UserRow?> OpenAsync(NewSession session, SignInClaim claim, AttemptLimits limits, int maxSessions)
    {
        ArgumentNullException.ThrowIfNull(claim);
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(session);
        return _writes.RunAsync(
            OpenSql,
            parameters =>
            {
                parameters.Add(new() { Value = session.SessionId });
                parameters.Add(new() { Value = session.UserId });
                parameters.Add(new() { Value = session.TokenHash });
                parameters.Add(new() { Value = session.CreatedAt.UtcDateTime });
                parameters.Add(new() { Value = session.TokenExpiresAt.UtcDateTime });
                parameters.Add(new() { Value = session.ExpiresAt.UtcDateTime });
                parameters.Add(new() { Value = claim.EmailHash });
                parameters.Add(new() { Value = claim.NetworkHash });
                parameters.Add(new() { Value = limits.AccountRecovery });
                parameters.Add(new() { Value = maxSessions - 1 });
            },
            static async (row, limit) => await row.ReadAsync(limit) ? UserRow.Read(row) : null,
            before: SignInAttempts.Lock(claim.EmailHash, also: PostgresUserStore.ShareLock));
    }

    /// <summary>Puts another token in the place of the one in force. The same call again, while that one is in force, has the same answer.</summary>
    /// <param name="renewal">Which.</param>
    /// <param name="now">When.</param>
    /// <param name="overlap">For how long the same call may come again.</param>
    /// <returns>Whose session it is; null when the token is not in force, or nobody may go on with it.</returns>
    public Task<UserRow?> RenewAsync(TokenRenewal renewal, DateTimeOffset now, TimeSpan overlap)
    {
        ArgumentNullException.ThrowIfNull(renewal);
        return _writes.RunAsync(
            RenewSql,
            parameters =>
            {
                parameters.Add(new() { Value = renewal.SessionId });
                parameters.Add(new() { Value = renewal.TokenHash });
                parameters.Add(new() { Value = renewal.NextHash });
                parameters.Add(new() { Value = now.UtcDateTime });
                parameters.Add(new() { Value = renewal.NextExpiresAt.UtcDateTime });
                parameters.Add(new() { Value = (now - overlap).UtcDateTime });
            },
            static async (row, limit) => await row.ReadAsync(limit) ? UserRow.Read(row) : null);
    }

    /// <summary>Ends the session when the token, which is known to be one of its, is not in force.</summary>
    /// <param name="sessionId">The session.</param>
    /// <param name="tokenHash">Hash of the token.</param>
    /// <param name="now">When it ends.</param>
    /// <param name="overlap">For how long the token just before is let pass as late.</param>
    /// <returns>Whose session has ended by this call; null when none has.</returns>
    public Task<Guid?> EndReusedAsync(Guid sessionId, byte[] tokenHash, DateTimeOffset now, TimeSpan overlap) => _writes.RunAsync(
        EndReusedSql,
        parameters =>
        {
            parameters.Add(new() { Value = sessionId });
            parameters.Add(new() { Value = tokenHash });
            parameters.Add(new() { Value = now.UtcDateTime });
            parameters.Add(new() { Value = (now - overlap).UtcDateTime });
        },
        static async (row, limit) => await row.ReadAsync(limit) ? row.GetGuid(0) : (Guid?)null);

    /// <summary>Ends a session; false when it had ended, or never was.</summary>
    public Task<bool> EndAsync(Guid sessionId, DateTimeOffset now) => _writes.RunAsync(
        EndSql,
        parameters =>
        {
            parameters.Add(new() { Value = sessionId });
            parameters.Add(new() { Value = now.UtcDateTime });
        },
        static (row, limit) => row.ReadAsync(limit));

    /// <summary>Waits for what is under way; each statement is bounded by its time-out.</summary>
    public ValueTask DisposeAsync() => _writes.DisposeAsync();
}

/// <summary>A session's row when it begins.</summary>
/// <param name="SessionId">Its id.</param>
/// <param name="UserId">Whose it is.</param>
/// <param name="TokenHash">SHA-256 of its first refresh token.</param>
/// <param name="CreatedAt">When it begins.</param>
/// <param name="TokenExpiresAt">From when on that token counts no more.</param>
/// <param name="ExpiresAt">When the session ends at the latest.</param>
public sealed record NewSession(
    Guid SessionId, Guid UserId, byte[] TokenHash, DateTimeOffset CreatedAt, DateTimeOffset TokenExpiresAt, DateTimeOffset ExpiresAt);

/// <summary>What a session goes on with.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="TokenHash">SHA-256 of the refresh token that is shown.</param>
/// <param name="NextHash">SHA-256 of the one that follows on it.</param>
/// <param name="NextExpiresAt">From when on that counts no more.</param>
public sealed record TokenRenewal(Guid SessionId, byte[] TokenHash, byte[] NextHash, DateTimeOffset NextExpiresAt);
