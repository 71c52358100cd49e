using Npgsql;

namespace WalletGrains.Benchmarks.Load;

/// <summary>
/// Fills the journal with the entries of wallets that have none of the run's traffic, as years of business would have. Written by
/// SQL, with rows of the usual size; their hash chains are not real, and nobody reads them: like entries of before there were followers, they have no position.
/// </summary>
internal static class JournalFill
{
    private const int EntriesPerWallet = 100;
    private const int EntriesPerStatement = 500_000;

    public static async Task FillAsync(NpgsqlDataSource dataSource, int entries)
    {
        for (var done = 0; done < entries; done += EntriesPerStatement)
        {
            await ExecuteAsync(
                dataSource,
                $"""
                with filled as (
                    insert into wallets (wallet_id, currency, status, version, revision, balance_minor, held_minor, head_hash, created_at, updated_at)
                    select gen_random_uuid(), 'USD', 'OPEN', {EntriesPerWallet}, {EntriesPerWallet}, {EntriesPerWallet} * 100, 0,
                        decode(repeat('00', 32), 'hex'), now(), now()
                    from generate_series(1, {Math.Min(EntriesPerStatement, entries - done) / EntriesPerWallet})
                    returning wallet_id
                )
                insert into entries (
                    wallet_id, version, entry_id, request_id, fingerprint, type, amount_minor, balance_after_minor, counter_account, created_at,
                    content, hash, position)
                select f.wallet_id, v, gen_random_uuid(), 'c:' || replace(gen_random_uuid()::text, '-', ''), decode(repeat('00', 16), 'hex'), 'FUND',
                    100, v * 100, 'external:cash', now(), convert_to(repeat('x', 420), 'UTF8'), decode(repeat('00', 32), 'hex'), 0
                from filled f, generate_series(1, {EntriesPerWallet}) v
                """);
            await Console.Error.WriteLineAsync($"{done + EntriesPerStatement} entries of other wallets");
        }

        if (entries > 0)
        {
            await ExecuteAsync(dataSource, "vacuum analyze entries");
            await ExecuteAsync(dataSource, "vacuum analyze wallets");
        }
    }

    private static async Task ExecuteAsync(NpgsqlDataSource dataSource, string sql)
    {
        await using var command = dataSource.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync();
    }
}
