using Npgsql;

namespace WalletGrains.Journal.Writing;

/// <summary>The prepared statement that writes a batch of appends, with its reused parameter buffers.</summary>
internal sealed partial class AppendStatement : IDisposable
{
    private readonly NpgsqlCommand _command;
    private readonly HeadColumns _heads;
    private readonly EntryColumns _entries;
    private readonly RefusalColumns _refusals;
    private readonly TransferColumns _transfers;

    public AppendStatement(NpgsqlConnection connection, TimeSpan timeout)
    {
        _command = new NpgsqlCommand(Sql, connection) { CommandTimeout = (int)timeout.TotalSeconds };
        _heads = new HeadColumns(_command);
        _entries = new EntryColumns(_command);
        _refusals = new RefusalColumns(_command);
        _transfers = new TransferColumns(_command);
    }

    public Task PrepareAsync(CancellationToken cancellationToken) => _command.PrepareAsync(cancellationToken);

    public void Dispose() => _command.Dispose();

    /// <summary>Writes the batch in one transaction. When this returns, it is durable.</summary>
    public async Task<AppendAnswer> ExecuteAsync(AppendBatch batch, CancellationToken cancellationToken)
    {
        try
        {
            Fill(batch);
            var reader = await _command.ExecuteReaderAsync(cancellationToken);
            await using (reader)
            {
                await reader.ReadAsync(cancellationToken);
                var answer = new AppendAnswer(
                    reader.IsDBNull(0) ? null : reader.GetFieldValue<Guid[]>(0),
                    reader.IsDBNull(1) ? [] : reader.GetFieldValue<Guid[]>(1),
                    reader.IsDBNull(2) ? [] : reader.GetFieldValue<string[]>(2));

                // The row comes before the commit. Only ReadyForQuery, which is read here, says that the commit went through.
                while (await reader.NextResultAsync(cancellationToken))
                {
                }

                return answer;
            }
        }
        finally
        {
            ClearColumns();
        }
    }

    private void Fill(AppendBatch batch)
    {
        foreach (var group in batch.Groups)
        {
            _heads.Add(group);
            foreach (var pending in group.Chain)
            {
                Add(pending.Append);
            }
        }
    }

    private void Add(WalletAppend append)
    {
        var walletId = append.Head.WalletId;
        if (append.Entry is { } entry)
        {
            _entries.Add(entry);
        }
        else
        {
            _refusals.Add(walletId, append.Refusal!);
        }

        if (append.Transfer is { } transfer)
        {
            _transfers.Add(walletId, transfer);
        }
    }

    private void ClearColumns()
    {
        _heads.Clear();
        _entries.Clear();
        _refusals.Clear();
        _transfers.Clear();
    }
}

/// <summary>What the database says about a batch.</summary>
/// <param name="Moved">Wallets whose head moved; null when all of them did.</param>
/// <param name="TakenWallets">Wallets of the request ids in <paramref name="TakenRequestIds"/>, at the same places.</param>
/// <param name="TakenRequestIds">Request ids of the batch that were decided before it.</param>
internal sealed record AppendAnswer(Guid[]? Moved, Guid[] TakenWallets, string[] TakenRequestIds);
