using Npgsql;

namespace WalletGrains.Benchmarks.Load.Targets;

/// <summary>Reads the balances of a run's wallets straight from PostgreSQL, past every cache of the product.</summary>
internal static class WalletBalances
{
    /// <summary>Balances in the order of <paramref name="wallets"/>, by head rows and as the sum of entries.</summary>
    /// <param name="dataSource">The database.</param>
    /// <param name="schema">Schema of the tables wallets and entries.</param>
    /// <param name="wallets">The wallets.</param>
    public static async Task<(long[] Heads, long[] Entries)> ReadAsync(NpgsqlDataSource dataSource, string schema, Guid[] wallets)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select w.wallet_id, w.balance_minor, coalesce(e.sum, 0)::bigint
            from {schema}.wallets w
            left join (select wallet_id, sum(amount_minor) from {schema}.entries where wallet_id = any($1) group by wallet_id) e using (wallet_id)
            where w.wallet_id = any($1)
            """);
        command.CommandTimeout = 0;
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = wallets });
        var found = new Dictionary<Guid, (long Head, long Entries)>(wallets.Length);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            found.Add(reader.GetGuid(0), (reader.GetInt64(1), reader.GetInt64(2)));
        }

        return ([.. wallets.Select(wallet => found[wallet].Head)], [.. wallets.Select(wallet => found[wallet].Entries)]);
    }
}
