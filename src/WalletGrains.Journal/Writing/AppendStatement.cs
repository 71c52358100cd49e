using Npgsql;

namespace WalletGrains.Journal.Writing;

/// <summary>The prepared statement that writes a batch of appends, with its reused parameter buffers.</summary>
internal sealed partial class AppendStatement : IDisposable
{
    private readonly NpgsqlCommand _command;
    private readonly HeadColumns _heads;
    private readonly AskedColumns _asked;
    private readonly EntryColumns _entries;
    private readonly RefusalColumns _refusals;
    private readonly TransferColumns _transfers;
    private readonly HoldColumns _holds;

    public AppendStatement(NpgsqlConnection connection, TimeSpan timeout)
    {
        _command = new NpgsqlCommand(Sql, connection) { CommandTimeout = (int)timeout.TotalSeconds };
        _heads = new HeadColumns(_command);
        _asked = new AskedColumns(_command);
        _entries = new EntryColumns(_command);
        _refusals = new RefusalColumns(_command);
        _transfers = new TransferColumns(_command);
        _holds = new HoldColumns(_command);
    }

    public Task PrepareAsync(CancellationToken cancellationToken) => _command.PrepareAsync(cancellationToken);

    public void Dispose() => _command.Dispose();

    /// <summary>Writes the batch in one transaction. When this returns, it is durable.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="askForAll">Look up every request id, because one of them is taken.</param>
    /// <param name="cancellationToken">Gives up; the outcome is then unknown.</param>
    public async Task<AppendAnswer> ExecuteAsync(AppendBatch batch, bool askForAll, CancellationToken cancellationToken)
    {
        try
        {
            Fill(batch, askForAll);
            var reader = await _command.ExecuteReaderAsync(cancellationToken);
            await using (reader)
            {
                await reader.ReadAsync(cancellationToken);
                var answer = new AppendAnswer(
                    reader.IsDBNull(0) ? null : reader.GetFieldValue<Guid[]>(0),
                    reader.IsDBNull(1) ? [] : reader.GetFieldValue<Guid[]>(1),
                    reader.IsDBNull(2) ? [] : reader.GetFieldValue<string[]>(2),
                    reader.IsDBNull(3) ? null : reader.GetInt64(3));

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

    private void Fill(AppendBatch batch, bool askForAll)
    {
        foreach (var group in batch.Groups)
        {
            _heads.Add(group);
            foreach (var pending in group.Chain)
            {
                Add(pending.Append);
                if (askForAll || AskedColumns.MustAsk(group, pending.Append))
                {
                    _asked.Add(group.WalletId, pending.Append.RequestId);
                }
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

        if (append.Hold is { } hold)
        {
            _holds.Add(hold);
        }
    }

    private void ClearColumns()
    {
        _heads.Clear();
        _asked.Clear();
        _entries.Clear();
        _refusals.Clear();
        _transfers.Clear();
        _holds.Clear();
    }
}

/// <summary>What the database says about a batch.</summary>
/// <param name="Moved">Wallets whose head moved; null when all of them did.</param>
/// <param name="TakenWallets">Wallets of the request ids in <paramref name="TakenRequestIds"/>, at the same places.</param>
/// <param name="TakenRequestIds">Request ids of the batch that were decided before it.</param>
/// <param name="Position">The position of its entries; null when no head moved.</param>
internal sealed record AppendAnswer(Guid[]? Moved, Guid[] TakenWallets, string[] TakenRequestIds, long? Position);
