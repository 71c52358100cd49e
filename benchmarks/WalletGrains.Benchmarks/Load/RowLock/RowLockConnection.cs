using Npgsql;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;

namespace WalletGrains.Benchmarks.Load.RowLock;

/// <summary>One connection of the peer with its prepared batches; one transaction at a time.</summary>
internal sealed class RowLockConnection : IAsyncDisposable
{
    private static readonly Money Amount = new(Workload.AmountMinor, Currency.Parse("USD"));

    private readonly NpgsqlConnection _connection;
    private readonly HeadLock _lockOne = new();
    private readonly (HeadLock Lower, HeadLock Higher) _lockTwo = (new(), new());
    private readonly StepWrite _writeOne = new();
    private readonly (StepWrite Debit, StepWrite Credit) _writeTwo = (new(), new());
    private readonly TransferWrite _writeTransfer = new();
    private readonly NpgsqlBatch _lockForDeposit;
    private readonly NpgsqlBatch _writeDeposit;
    private readonly NpgsqlBatch _lockForTransfer;
    private readonly NpgsqlBatch _writeTransfers;

    private RowLockConnection(NpgsqlConnection connection)
    {
        _connection = connection;
        _lockForDeposit = Batch(new("begin"), _lockOne.Command);
        _writeDeposit = Batch(_writeOne.Head, _writeOne.Entry, new("commit"));
        _lockForTransfer = Batch(new("begin"), _lockTwo.Lower.Command, _lockTwo.Higher.Command);
        _writeTransfers = Batch(
            _writeTwo.Debit.Head, _writeTwo.Debit.Entry, _writeTwo.Credit.Head, _writeTwo.Credit.Entry, _writeTransfer.Command, new("commit"));
    }

    public static async Task<RowLockConnection> OpenAsync(NpgsqlDataSource dataSource)
    {
        var opened = new RowLockConnection(await dataSource.OpenConnectionAsync());
        foreach (var batch in new[] { opened._lockForDeposit, opened._writeDeposit, opened._lockForTransfer, opened._writeTransfers })
        {
            await batch.PrepareAsync();
        }

        return opened;
    }

    /// <summary>Deposits; null when it is durable, else why it was refused.</summary>
    public Task<string?> DepositAsync(string requestId, Guid wallet) => InTransactionAsync(async () =>
    {
        _lockOne.WalletId = wallet;
        LockedWallet locked;
        await using (var reader = await _lockForDeposit.ExecuteReaderAsync())
        {
            locked = await HeadLock.ReadAsync(reader, wallet);
        }

        var deposit = new Deposit(RequestId.FromClient(requestId), Amount);
        var decision = Decide(deposit, locked);
        if (decision.Event is not { } happened)
        {
            return decision.Refusal.ToString();
        }

        _writeOne.Set(deposit, locked, happened);
        await _writeDeposit.ExecuteNonQueryAsync();
        return null;
    });

    /// <summary>Transfers; null when it is durable, else why it was refused.</summary>
    public Task<string?> TransferAsync(string requestId, Guid from, Guid to) => InTransactionAsync(async () =>
    {
        var (payer, receiver) = await LockTwoAsync(from, to);
        var transferId = Guid.CreateVersion7();
        var debit = new DebitTransfer(RequestId.FromClient(requestId), Amount, transferId, to);
        var credit = new CreditTransfer(Amount, transferId, from);
        var (debited, credited) = (Decide(debit, payer), Decide(credit, receiver));
        if (debited.Event is not { } taken || credited.Event is not { } given)
        {
            return (debited.Refusal ?? credited.Refusal).ToString();
        }

        _writeTwo.Debit.Set(debit, payer, taken);
        _writeTwo.Credit.Set(credit, receiver, given);
        _writeTransfer.Set(debit, from, taken, given);
        await _writeTransfers.ExecuteNonQueryAsync();
        return null;
    });

    public async ValueTask DisposeAsync()
    {
        foreach (var batch in new[] { _lockForDeposit, _writeDeposit, _lockForTransfer, _writeTransfers })
        {
            await batch.DisposeAsync();
        }

        await _connection.DisposeAsync();
    }

    /// <summary>Locks in order of the ids, whoever pays: no two transfers wait for each other.</summary>
    private async Task<(LockedWallet Payer, LockedWallet Receiver)> LockTwoAsync(Guid from, Guid to)
    {
        var payerFirst = from.CompareTo(to) < 0;
        var (lower, higher) = payerFirst ? (from, to) : (to, from);
        (_lockTwo.Lower.WalletId, _lockTwo.Higher.WalletId) = (lower, higher);
        await using var reader = await _lockForTransfer.ExecuteReaderAsync();
        var first = await HeadLock.ReadAsync(reader, lower);
        await reader.NextResultAsync();
        var second = await HeadLock.ReadAsync(reader, higher);
        return payerFirst ? (first, second) : (second, first);
    }

    /// <summary>The writing batch commits; everything else ends here with a rollback.</summary>
    private async Task<string?> InTransactionAsync(Func<Task<string?>> work)
    {
        var isCommitted = false;
        try
        {
            var refusal = await work();
            isCommitted = refusal is null;
            return refusal;
        }
        finally
        {
            if (!isCommitted)
            {
                await using var rollback = new NpgsqlCommand("rollback", _connection);
                await rollback.ExecuteNonQueryAsync();
            }
        }
    }

    private NpgsqlBatch Batch(params ReadOnlySpan<NpgsqlBatchCommand> commands)
    {
        var batch = new NpgsqlBatch(_connection);
        foreach (var command in commands)
        {
            batch.BatchCommands.Add(command);
        }

        return batch;
    }

    private static WalletDecision Decide(WalletCommand command, LockedWallet locked) =>
        WalletDecider.Decide(command, locked.State, Guid.CreateVersion7(), DateTimeOffset.UtcNow);
}
