namespace WalletGrains.Journal.Reading;

/// <summary>
/// Finds a place in a wallet's history by time. Versions have no gaps and times never go back with them, so the primary key
/// can be bisected: 20 look-ups for a million entries, and no index on the time that every entry would pay for.
/// </summary>
internal static class VersionSearch
{
    /// <summary>
    /// A scalar subquery: the version of the first entry at or after a time, one above the newest when there is none. It
    /// depends on parameters only, so PostgreSQL runs it once and the query around it seeks to what it found.
    /// </summary>
    /// <remarks>
    /// Every entry up to <c>below</c> is before the time and every one from <c>above</c> on is not. The lateral with a limit
    /// leaves the planner one order only: the look-up.
    /// </remarks>
    /// <param name="walletId">The parameter with the wallet.</param>
    /// <param name="time">The parameter with the time.</param>
    public static string FirstAtOrAfter(string walletId, string time) => $"""
        (with recursive search(below, above) as (
            select 0::bigint, coalesce((select max(n.version) from entries n where n.wallet_id = {walletId}), 0) + 1
            union all
            select case when e.created_at < {time} then middle.version else s.below end,
                case when e.created_at < {time} then s.above else middle.version end
            from search s
            cross join lateral (select s.below + (s.above - s.below) / 2 as version) middle
            left join lateral (
                select n.created_at from entries n where n.wallet_id = {walletId} and n.version = middle.version limit 1) e on true
            where s.above - s.below > 1
        )
        select s.above from search s where s.above - s.below = 1)
        """;
}
