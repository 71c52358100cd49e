using System.Buffers.Binary;
using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;

namespace WalletGrains.Journal.Users;

/// <summary>Who tries to sign in, and from where.</summary>
/// <param name="EmailHash">SHA-256 of the normalized address.</param>
/// <param name="EmailKey">The normalized address.</param>
/// <param name="Network">The client's network, of few bytes; empty when it is not known.</param>
public sealed record SignInClaim(byte[] EmailHash, string EmailKey, byte[] Network)
{
    /// <summary>By this the network is counted: it tells of no two accounts that somebody has tried both.</summary>
    internal byte[] NetworkHash { get; } = SHA256.HashData([.. EmailHash, .. Network]);
}

/// <summary>An attempt to sign in.</summary>
/// <param name="Admitted">Neither the account nor the network has had too many.</param>
/// <param name="User">Whose the address is; null when it is nobody's.</param>
public sealed record SignInAttempt(bool Admitted, UserRow? User);

/// <summary>How many attempts to sign in are free, and what becomes of further ones.</summary>
/// <param name="FreeAttempts">From one network the attempt with this number locks the account for it, and so does every further one that is admitted.</param>
/// <param name="FirstLock">For how long at first; twice as long each time after it.</param>
/// <param name="LongestLock">For how long at most.</param>
/// <param name="ForgetAfter">Attempts count for so long after the last of them.</param>
/// <param name="AccountAttempts">So many are admitted to an account from all networks together.</param>
/// <param name="AccountRecovery">After each of these one more is.</param>
public sealed record AttemptLimits(
    int FreeAttempts, TimeSpan FirstLock, TimeSpan LongestLock, TimeSpan ForgetAfter, int AccountAttempts, TimeSpan AccountRecovery);

/// <summary>The statements that count attempts to sign in. All of an account run one after another: what they decide depends on two rows.</summary>
internal static class SignInAttempts
{
    // $1 hash of the address, $2 hash of the network, $3 now, $4 attempts before this are forgotten, $5 free attempts, $6 first lock, $7 longest lock,
    // $8 what an attempt counts for with the account, $9 what may be counted when another one is let in, $10 the address.
    // An attempt that is not admitted is not counted, so no lock becomes longer by it; it writes all the same, and takes as long.
    public const string AttemptSql = $"""
        with known as (
            select coalesce(n.locked_until <= $3, true) and coalesce(a.counted_until <= $3 + $9, true) as admitted,
                case when n.attempted_at >= $4 then n.attempts else 0 end + 1 as attempts,
                greatest(a.counted_until, $3) as counted_until
            from (select 1) one
            left join sign_in_accounts a on a.email_hash = $1
            left join sign_in_attempts n on n.email_hash = $1 and n.network_hash = $2),
        of_account as (
            insert into sign_in_accounts (email_hash, counted_until)
            select $1, case when admitted then counted_until + $8 else counted_until end from known
            on conflict (email_hash) do update set counted_until = excluded.counted_until),
        of_network as (
            insert into sign_in_attempts (email_hash, network_hash, attempts, locked_until, attempted_at)
            select $1, $2, attempts, case when attempts < $5 then $3 else $3 + least($7, $6 * power(2, least(attempts - $5, 30))) end, $3
            from known where admitted
            on conflict (email_hash, network_hash) do update set
                attempts = excluded.attempts, locked_until = excluded.locked_until, attempted_at = excluded.attempted_at),
        old_networks as (
            delete from sign_in_attempts where (email_hash, network_hash) in (
                select email_hash, network_hash from sign_in_attempts where attempted_at < $4 and (email_hash, network_hash) <> ($1, $2)
                order by attempted_at limit 4 for update skip locked)),
        old_accounts as (
            delete from sign_in_accounts where email_hash in (
                select email_hash from sign_in_accounts where counted_until < $3 and email_hash <> $1
                order by counted_until limit 4 for update skip locked))
        select known.admitted, {UserRow.Columns} from known left join users u on u.email_key = $10
        """;

    /// <summary>A part of a statement that forgets what a network has added; the parameters are its address, its network and what an attempt counts for.</summary>
    public static string Forgive(string emailHash, string networkHash, string counted) => $"""
        forgiven as (
            delete from sign_in_attempts where email_hash = {emailHash} and network_hash = {networkHash}
            returning attempts),
        taken_back as (
            update sign_in_accounts a set counted_until = a.counted_until - f.attempts * {counted}::interval
            from forgiven f where a.email_hash = {emailHash})
        """;

    /// <summary>Forgets all attempts with an address.</summary>
    public const string ForgetSql = """
        with networks as (delete from sign_in_attempts where email_hash = $1)
        delete from sign_in_accounts where email_hash = $1
        returning 1
        """;

    /// <summary>Comes before each of them, in the transaction.</summary>
    /// <param name="emailHash">The account, by 64 bits of its hash: others that have the same wait for it in vain, and that is all.</param>
    /// <param name="also">Another lock to take first; null for none.</param>
    public static NpgsqlBatchCommand Lock(byte[] emailHash, string? also = null) =>
        new(also is null ? "select pg_advisory_xact_lock($1)" : $"{also}, pg_advisory_xact_lock($1)")
        {
            Parameters = { new() { Value = BinaryPrimitives.ReadInt64BigEndian(emailHash) } },
        };

    public static void Bind(NpgsqlParameterCollection parameters, SignInClaim claim, AttemptLimits limits, DateTimeOffset now)
    {
        parameters.Add(new() { Value = claim.EmailHash });
        parameters.Add(new() { Value = claim.NetworkHash });
        parameters.Add(new() { Value = now.UtcDateTime });
        parameters.Add(new() { Value = (now - limits.ForgetAfter).UtcDateTime });
        parameters.Add(new() { Value = limits.FreeAttempts });
        parameters.Add(new() { Value = limits.FirstLock });
        parameters.Add(new() { Value = limits.LongestLock });
        parameters.Add(new() { Value = limits.AccountRecovery, NpgsqlDbType = NpgsqlDbType.Interval });
        parameters.Add(new() { Value = (limits.AccountAttempts - 1) * limits.AccountRecovery, NpgsqlDbType = NpgsqlDbType.Interval });
        parameters.Add(new() { Value = claim.EmailKey });
    }
}
