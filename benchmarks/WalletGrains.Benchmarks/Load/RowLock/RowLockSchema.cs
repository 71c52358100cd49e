using Npgsql;

namespace WalletGrains.Benchmarks.Load.RowLock;

/// <summary>The peer's tables: the product's own, copied with their constraints and indexes into a schema of their own.</summary>
internal static class RowLockSchema
{
    public const string Name = "rowlock";

    // The copy brings no storage settings and no triggers: room for updates in place is the peer's tuning too, and the
    // check that refuses changes of entries is left away in its favour.
    private const string Create = $"""
        create schema if not exists {Name};
        create table if not exists {Name}.wallets (like public.wallets including all) with (fillfactor = 50);
        create table if not exists {Name}.entries (like public.entries including all);
        create table if not exists {Name}.transfers (like public.transfers including all) with (fillfactor = 85);
        """;

    private const string Open = $"""
        with opened as (
            insert into {Name}.wallets (
                wallet_id, currency, status, version, revision, balance_minor, held_minor, head_hash, created_at, updated_at)
            select id, 'USD', 'OPEN', sign($2), sign($2), $2, 0, sha256(uuid_send(id)), now(), now() from unnest($1) as id)
        insert into {Name}.entries (
            wallet_id, version, entry_id, request_id, fingerprint, type, amount_minor, balance_after_minor, counter_account, created_at,
            content, hash)
        select id, 1, gen_random_uuid(), 'c:funding', decode(repeat('00', 16), 'hex'), 'FUND', $2, $2, 'external:cash', now(), '', sha256('')
        from unnest($1) as id where $2 > 0
        """;

    public static async Task CreateAsync(NpgsqlDataSource dataSource)
    {
        await using var command = dataSource.CreateCommand(Create);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Creates wallets with an opening balance.</summary>
    public static async Task OpenWalletsAsync(NpgsqlDataSource dataSource, Guid[] wallets, long openingMinor)
    {
        await using var command = dataSource.CreateCommand(Open);
        command.CommandTimeout = 0;
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = wallets });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = openingMinor });
        await command.ExecuteNonQueryAsync();
    }
}
