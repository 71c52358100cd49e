using Npgsql;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Domain.Wallets;
using WalletGrains.Journal;

namespace WalletGrains.Benchmarks.Load.RowLock;

/// <summary>A wallet whose row this transaction has locked.</summary>
internal sealed record LockedWallet(WalletState State, long Revision, byte[] Hash);

/// <summary>Locks and reads one head row.</summary>
internal sealed class HeadLock
{
    private readonly NpgsqlParameter<Guid> _walletId = new();

    public HeadLock() => Command = new NpgsqlBatchCommand(
        $"""
        select currency, version, revision, balance_minor, held_minor, head_hash, created_at, updated_at
        from {RowLockSchema.Name}.wallets where wallet_id = $1 for update
        """)
    {
        Parameters = { _walletId },
    };

    public NpgsqlBatchCommand Command { get; }

    public Guid WalletId
    {
        set => _walletId.TypedValue = value;
    }

    public static async Task<LockedWallet> ReadAsync(NpgsqlDataReader reader, Guid wallet)
    {
        if (!await reader.ReadAsync())
        {
            throw new InvalidOperationException($"There is no wallet {wallet}.");
        }

        var state = new WalletState(
            wallet,
            null,
            Currency.Parse(reader.GetString(0)),
            WalletStatus.Open,
            reader.GetInt64(1),
            reader.GetInt64(3),
            reader.GetInt64(4),
            reader.GetFieldValue<DateTimeOffset>(6),
            reader.GetFieldValue<DateTimeOffset>(7));
        return new LockedWallet(state, reader.GetInt64(2), reader.GetFieldValue<byte[]>(5));
    }
}

/// <summary>Writes the head row and the entry of one step.</summary>
internal sealed class StepWrite
{
    public StepWrite()
    {
        Head = new NpgsqlBatchCommand(
            $"""
            update {RowLockSchema.Name}.wallets
            set version = $2, revision = $3, balance_minor = $4, head_hash = $5, updated_at = $6 where wallet_id = $1
            """);
        Entry = new NpgsqlBatchCommand(
            $"""
            insert into {RowLockSchema.Name}.entries (
                wallet_id, version, entry_id, request_id, fingerprint, type, amount_minor, balance_after_minor, counter_account, created_at,
                content, hash)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """);
        Values.Declare<Guid, long, long, long, byte[], DateTime>(Head);
        Values.Declare<Guid, long, Guid, string, byte[], string>(Entry);
        Values.Declare<long, long, string, DateTime, byte[], byte[]>(Entry);
    }

    public NpgsqlBatchCommand Head { get; }

    public NpgsqlBatchCommand Entry { get; }

    public void Set(WalletCommand command, LockedWallet locked, WalletEvent happened)
    {
        var entry = Postings.EntryOf(happened, locked.State, WalletDecider.Evolve(locked.State, happened));
        var content = EntryContent.Encode(entry);
        var hash = HashChain.Next(locked.Hash, content);
        Values.Set(Head, 0, entry.WalletId);
        Values.Set(Head, 1, entry.Version);
        Values.Set(Head, 2, locked.Revision + 1);
        Values.Set(Head, 3, entry.BalanceAfterMinor);
        Values.Set(Head, 4, hash);
        Values.Set(Head, 5, entry.CreatedAt.UtcDateTime);

        Values.Set(Entry, 0, entry.WalletId);
        Values.Set(Entry, 1, entry.Version);
        Values.Set(Entry, 2, entry.EntryId);
        Values.Set(Entry, 3, entry.RequestId.Value);
        Values.Set(Entry, 4, Fingerprint.Of(command));
        Values.Set(Entry, 5, EntryTypes.NameOf(entry.Type));
        Values.Set(Entry, 6, entry.BalanceAfterMinor - entry.BalanceBeforeMinor);
        Values.Set(Entry, 7, entry.BalanceAfterMinor);
        Values.Set(Entry, 8, entry.CounterAccount);
        Values.Set(Entry, 9, entry.CreatedAt.UtcDateTime);
        Values.Set(Entry, 10, content);
        Values.Set(Entry, 11, hash);
    }
}

/// <summary>Writes the row of a transfer, complete at once: both steps are in its transaction.</summary>
internal sealed class TransferWrite
{
    public TransferWrite()
    {
        Command = new NpgsqlBatchCommand(
            $"""
            insert into {RowLockSchema.Name}.transfers (
                transfer_id, from_wallet_id, to_wallet_id, amount_minor, currency, state, debit_entry_id, credit_entry_id, created_at, updated_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """);
        Values.Declare<Guid, Guid, Guid, long, string, short>(Command);
        Values.Declare<Guid, Guid, DateTime, DateTime>(Command);
    }

    public NpgsqlBatchCommand Command { get; }

    public void Set(DebitTransfer debit, Guid from, WalletEvent taken, WalletEvent given)
    {
        Values.Set(Command, 0, debit.TransferId);
        Values.Set(Command, 1, from);
        Values.Set(Command, 2, debit.ToWalletId);
        Values.Set(Command, 3, debit.Amount.MinorUnits);
        Values.Set(Command, 4, debit.Amount.Currency.Code);
        Values.Set(Command, 5, (short)TransferState.Completed);
        Values.Set(Command, 6, taken.EntryId);
        Values.Set(Command, 7, given.EntryId);
        Values.Set(Command, 8, taken.At.UtcDateTime);
        Values.Set(Command, 9, given.At.UtcDateTime);
    }
}

/// <summary>Typed parameters of a batch command, by place.</summary>
internal static class Values
{
    public static void Declare<T1, T2, T3, T4>(NpgsqlBatchCommand command)
    {
        command.Parameters.Add(new NpgsqlParameter<T1>());
        command.Parameters.Add(new NpgsqlParameter<T2>());
        command.Parameters.Add(new NpgsqlParameter<T3>());
        command.Parameters.Add(new NpgsqlParameter<T4>());
    }

    public static void Declare<T1, T2, T3, T4, T5, T6>(NpgsqlBatchCommand command)
    {
        Declare<T1, T2, T3, T4>(command);
        command.Parameters.Add(new NpgsqlParameter<T5>());
        command.Parameters.Add(new NpgsqlParameter<T6>());
    }

    public static void Set<T>(NpgsqlBatchCommand command, int index, T value) => ((NpgsqlParameter<T>)command.Parameters[index]).TypedValue = value;
}
