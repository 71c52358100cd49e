using Npgsql;

namespace WalletGrains.Journal.Reconciling;

/// <summary>
/// Up to when transfers and bills were compared, by the database's own clock: that of one silo may be a year ahead, and what a run marks as compared
/// no ordinary run compares again. A mark that lies ahead was made by a wrong clock and says nothing.
/// </summary>
/// <param name="Now">What time it is.</param>
/// <param name="Bills">Payments of bills that moved before were compared.</param>
/// <param name="Transfers">Transfers that were begun before were compared.</param>
internal sealed record Marks(DateTimeOffset Now, DateTimeOffset Bills, DateTimeOffset Transfers)
{
    public static async Task<Marks> ReadAsync(Snapshot snapshot, CancellationToken cancellationToken) => (await snapshot.ReadAsync(
        """
        select now(),
            (select case when up_to > now() then 'epoch' else up_to end from reconciled_bills),
            (select case when up_to > now() then 'epoch' else up_to end from reconciled_transfers)
        """,
        row => new Marks(row.GetFieldValue<DateTimeOffset>(0), row.GetFieldValue<DateTimeOffset>(1), row.GetFieldValue<DateTimeOffset>(2)),
        cancellationToken))[0];

    /// <summary>Everything up to now was compared.</summary>
    /// <param name="writing">The connection that has the lock of ordinary runs.</param>
    /// <param name="table">The table of the mark.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    public async Task MoveAsync(NpgsqlConnection writing, string table, CancellationToken cancellationToken)
    {
        await using var mark = new NpgsqlCommand($"update {table} set up_to = $1", writing);
        mark.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = (Now - ReconciliationLimits.Overlap).UtcDateTime });
        await mark.ExecuteNonQueryAsync(cancellationToken);
    }
}
