using Npgsql;
using NpgsqlTypes;

namespace WalletGrains.Journal.Reconciling;

/// <summary>Entries of one wallet that one step sums: those after a version and up to another.</summary>
internal sealed record Stretch<T>(T Wallet, long After, long UpTo);

/// <summary>Sums the entries of many wallets in steps of a bounded number of entries.</summary>
internal static class EntrySteps
{
    /// <summary>Wallets together, as long as they have few entries to sum; a long stretch of one wallet in several steps.</summary>
    /// <param name="wallets">The wallets.</param>
    /// <param name="entriesPerStep">How many entries that is.</param>
    /// <param name="versions">After which version, and up to which one, the entries of a wallet are to be summed. Asked when its turn comes.</param>
    public static IEnumerable<List<Stretch<T>>> Of<T>(IEnumerable<T> wallets, long entriesPerStep, Func<T, (long After, long UpTo)> versions)
    {
        var (step, entries) = (new List<Stretch<T>>(), 0L);
        foreach (var wallet in wallets)
        {
            var (after, newest) = versions(wallet);
            do
            {
                var upTo = Math.Max(after, Math.Min(newest, after + entriesPerStep - entries));
                step.Add(new Stretch<T>(wallet, after, upTo));
                entries += upTo - after;
                after = upTo;
                if (entries >= entriesPerStep)
                {
                    yield return step;
                    (step, entries) = ([], 0);
                }
            }
            while (after < newest);
        }

        if (step.Count > 0)
        {
            yield return step;
        }
    }

    /// <summary>Sums the entries of a step by account; the place is that of the wallet's stretch in the step.</summary>
    /// <remarks>OFFSET 0 keeps the stretches apart from one another: made one join, they would be hashed, and all entries there are read for each step.</remarks>
    public static Task<List<(int Place, string Account, long Count, decimal AmountMinor)>> SumAsync<T>(
        Snapshot snapshot, PostingTerms terms, IReadOnlyList<Stretch<T>> step, Func<T, Guid> idOf, CancellationToken cancellationToken) => snapshot.ReadAsync(
        $"""
        select c.place::int, e.account, count(*), sum(e.amount_minor)
        from unnest($1, $2, $3) with ordinality as c(wallet_id, after, up_to, place)
        cross join lateral (
            select n.amount_minor,
                case when starts_with(n.counter_account, $4) then '{AccountTotals.InTransit}' else n.counter_account end as account
            from entries n
            where n.wallet_id = c.wallet_id and n.version > c.after and n.version <= c.up_to
            offset 0) e
        group by c.place, e.account
        """,
        row => (row.GetInt32(0) - 1, row.GetString(1), row.GetInt64(2), row.GetDecimal(3)),
        cancellationToken,
        Ids(step.Select(stretch => idOf(stretch.Wallet))),
        Longs(step.Select(stretch => stretch.After)),
        Longs(step.Select(stretch => stretch.UpTo)),
        new NpgsqlParameter<string> { TypedValue = terms.WalletAccountPrefix });

    /// <summary>Ids as a parameter.</summary>
    public static NpgsqlParameter<Guid[]> Ids(IEnumerable<Guid> ids) => new() { TypedValue = [.. ids] };

    /// <summary>Numbers as a parameter.</summary>
    public static NpgsqlParameter<long[]> Longs(IEnumerable<long> numbers) =>
        new() { TypedValue = [.. numbers], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };
}
