using Npgsql;

namespace WalletGrains.Journal.Reading;

/// <summary>Lists of transfers for operators. Throws <see cref="JournalUnavailableException"/> while the database is away.</summary>
public sealed class PostgresTransferList(NpgsqlDataSource dataSource)
{
    /// <summary>Transfers, the newest first, by keyset.</summary>
    /// <param name="state">Only those in this state; null for all.</param>
    /// <param name="before">Only those with a lower id; null for the newest page.</param>
    /// <param name="limit">At most so many; 1 to <see cref="JournalLimits.MaxPage"/>.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    public async Task<IReadOnlyList<TransferRow>> ReadAsync(TransferState? state, Guid? before, int limit, CancellationToken cancellationToken)
    {
        AppendShape.CheckLimit(limit);

        // The state is a literal, so that the planner sees which partial index has it.
        var inState = state is { } wanted ? $"and t.state = {(short)wanted}" : "";
        try
        {
            await using var command = dataSource.CreateCommand(
                $"select {RowReader.TransferColumns} from transfers t where t.transfer_id < $1 {inState} order by t.transfer_id desc limit $2");
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = before ?? new Guid("ffffffff-ffff-ffff-ffff-ffffffffffff") });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var rows = new List<TransferRow>();
            while (await reader.ReadAsync(cancellationToken))
            {
                rows.Add(RowReader.Transfer(reader));
            }

            return rows;
        }
        catch (NpgsqlException e)
        {
            throw new JournalUnavailableException("The transfers cannot be read now.", e);
        }
    }
}
