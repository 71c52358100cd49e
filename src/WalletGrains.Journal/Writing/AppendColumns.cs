using Npgsql;
using NpgsqlTypes;

namespace WalletGrains.Journal.Writing;

// The parameters of AppendStatement.Sql in their order: heads $1 to $12, asked $13 to $14, entries $15 to $26, refusals
// $27 to $31, transfers $32 to $48, holds $49 to $57.

internal sealed class HeadColumns(NpgsqlCommand command)
{
    private readonly Column<Guid> _walletId = new(command, NpgsqlDbType.Uuid);
    private readonly Column<long> _expectedRevision = new(command, NpgsqlDbType.Bigint);
    private readonly Column<long> _expectedVersion = new(command, NpgsqlDbType.Bigint);
    private readonly Column<ReadOnlyMemory<byte>> _expectedHash = new(command, NpgsqlDbType.Bytea);
    private readonly Column<string> _status = new(command, NpgsqlDbType.Text);
    private readonly Column<long> _version = new(command, NpgsqlDbType.Bigint);
    private readonly Column<long> _revision = new(command, NpgsqlDbType.Bigint);
    private readonly Column<long> _balanceMinor = new(command, NpgsqlDbType.Bigint);
    private readonly Column<long> _heldMinor = new(command, NpgsqlDbType.Bigint);
    private readonly Column<ReadOnlyMemory<byte>> _headHash = new(command, NpgsqlDbType.Bytea);
    private readonly Column<DateTime> _updatedAt = new(command, NpgsqlDbType.TimestampTz);
    private readonly Column<ReadOnlyMemory<byte>> _details = new(command, NpgsqlDbType.Bytea);

    public void Add(WalletGroup group)
    {
        var head = group.Last;
        _walletId.Add(group.WalletId);
        _expectedRevision.Add(group.ExpectedRevision);
        _expectedVersion.Add(group.ExpectedVersion);
        _expectedHash.Add(group.ExpectedHash);
        _status.Add(head.Status);
        _version.Add(head.Version);
        _revision.Add(head.Revision);
        _balanceMinor.Add(head.BalanceMinor);
        _heldMinor.Add(head.HeldMinor);
        _headHash.Add(head.HeadHash);
        _updatedAt.Add(head.UpdatedAt.UtcDateTime);
        _details.Add(head.Details);
    }

    public void Clear()
    {
        _walletId.Clear();
        _expectedRevision.Clear();
        _expectedVersion.Clear();
        _expectedHash.Clear();
        _status.Clear();
        _version.Clear();
        _revision.Clear();
        _balanceMinor.Clear();
        _heldMinor.Clear();
        _headHash.Clear();
        _updatedAt.Clear();
        _details.Clear();
    }
}

/// <summary>The request ids that are looked up before anything is written.</summary>
internal sealed class AskedColumns(NpgsqlCommand command)
{
    private readonly Column<Guid> _walletId = new(command, NpgsqlDbType.Uuid);
    private readonly Column<string> _requestId = new(command, NpgsqlDbType.Text);

    /// <summary>
    /// Whether nothing else would notice that this request id is taken. Of two accepted requests the unique key of the entries
    /// notices. A refused one may have been accepted before, and the other way round, which no key spans; but a wallet whose
    /// revision is its version has never refused anything, and the fence makes sure that it is so still.
    /// </summary>
    public static bool MustAsk(WalletGroup group, WalletAppend append) => append.Refusal is not null || group.ExpectedRevision != group.ExpectedVersion;

    public void Add(Guid walletId, string requestId)
    {
        _walletId.Add(walletId);
        _requestId.Add(requestId);
    }

    public void Clear()
    {
        _walletId.Clear();
        _requestId.Clear();
    }
}

internal sealed class EntryColumns(NpgsqlCommand command)
{
    private readonly Column<Guid> _walletId = new(command, NpgsqlDbType.Uuid);
    private readonly Column<long> _version = new(command, NpgsqlDbType.Bigint);
    private readonly Column<Guid> _entryId = new(command, NpgsqlDbType.Uuid);
    private readonly Column<string> _requestId = new(command, NpgsqlDbType.Text);
    private readonly Column<ReadOnlyMemory<byte>> _fingerprint = new(command, NpgsqlDbType.Bytea);
    private readonly Column<string> _type = new(command, NpgsqlDbType.Text);
    private readonly Column<long> _amountMinor = new(command, NpgsqlDbType.Bigint);
    private readonly Column<long> _balanceAfterMinor = new(command, NpgsqlDbType.Bigint);
    private readonly Column<string> _counterAccount = new(command, NpgsqlDbType.Text);
    private readonly Column<DateTime> _createdAt = new(command, NpgsqlDbType.TimestampTz);
    private readonly Column<ReadOnlyMemory<byte>> _content = new(command, NpgsqlDbType.Bytea);
    private readonly Column<ReadOnlyMemory<byte>> _hash = new(command, NpgsqlDbType.Bytea);

    public void Add(WalletEntry entry)
    {
        _walletId.Add(entry.WalletId);
        _version.Add(entry.Version);
        _entryId.Add(entry.EntryId);
        _requestId.Add(entry.RequestId);
        _fingerprint.Add(entry.Fingerprint);
        _type.Add(entry.Type);
        _amountMinor.Add(entry.AmountMinor);
        _balanceAfterMinor.Add(entry.BalanceAfterMinor);
        _counterAccount.Add(entry.CounterAccount);
        _createdAt.Add(entry.CreatedAt.UtcDateTime);
        _content.Add(entry.Content);
        _hash.Add(entry.Hash);
    }

    public void Clear()
    {
        _walletId.Clear();
        _version.Clear();
        _entryId.Clear();
        _requestId.Clear();
        _fingerprint.Clear();
        _type.Clear();
        _amountMinor.Clear();
        _balanceAfterMinor.Clear();
        _counterAccount.Clear();
        _createdAt.Clear();
        _content.Clear();
        _hash.Clear();
    }
}

internal sealed class RefusalColumns(NpgsqlCommand command)
{
    private readonly Column<Guid> _walletId = new(command, NpgsqlDbType.Uuid);
    private readonly Column<string> _requestId = new(command, NpgsqlDbType.Text);
    private readonly Column<ReadOnlyMemory<byte>> _fingerprint = new(command, NpgsqlDbType.Bytea);
    private readonly Column<ReadOnlyMemory<byte>> _content = new(command, NpgsqlDbType.Bytea);
    private readonly Column<DateTime> _createdAt = new(command, NpgsqlDbType.TimestampTz);

    public void Add(Guid walletId, RefusedRequest refusal)
    {
        _walletId.Add(walletId);
        _requestId.Add(refusal.RequestId);
        _fingerprint.Add(refusal.Fingerprint);
        _content.Add(refusal.Content);
        _createdAt.Add(refusal.CreatedAt.UtcDateTime);
    }

    public void Clear()
    {
        _walletId.Clear();
        _requestId.Clear();
        _fingerprint.Clear();
        _content.Clear();
        _createdAt.Clear();
    }
}

internal sealed class TransferColumns(NpgsqlCommand command)
{
    private readonly Column<Guid> _walletId = new(command, NpgsqlDbType.Uuid);
    private readonly Column<Guid> _transferId = new(command, NpgsqlDbType.Uuid);
    private readonly Column<Guid> _fromWalletId = new(command, NpgsqlDbType.Uuid);
    private readonly Column<Guid> _toWalletId = new(command, NpgsqlDbType.Uuid);
    private readonly Column<long> _amountMinor = new(command, NpgsqlDbType.Bigint);
    private readonly Column<string> _currency = new(command, NpgsqlDbType.Text);
    private readonly Column<string?> _description = new(command, NpgsqlDbType.Text);
    private readonly Column<short> _state = new(command, NpgsqlDbType.Smallint);
    private readonly Column<string?> _failureCode = new(command, NpgsqlDbType.Text);
    private readonly Column<Guid?> _debitEntryId = new(command, NpgsqlDbType.Uuid);
    private readonly Column<Guid?> _creditEntryId = new(command, NpgsqlDbType.Uuid);
    private readonly Column<Guid?> _refundEntryId = new(command, NpgsqlDbType.Uuid);
    private readonly Column<DateTime> _createdAt = new(command, NpgsqlDbType.TimestampTz);
    private readonly Column<DateTime> _updatedAt = new(command, NpgsqlDbType.TimestampTz);
    private readonly Column<string?> _metadata = new(command, NpgsqlDbType.Text);
    private readonly Column<Guid?> _bulkId = new(command, NpgsqlDbType.Uuid);
    private readonly Column<Guid?> _reversesTransferId = new(command, NpgsqlDbType.Uuid);

    public void Add(Guid walletId, TransferRow transfer)
    {
        _walletId.Add(walletId);
        _transferId.Add(transfer.TransferId);
        _fromWalletId.Add(transfer.FromWalletId);
        _toWalletId.Add(transfer.ToWalletId);
        _amountMinor.Add(transfer.AmountMinor);
        _currency.Add(transfer.Currency);
        _description.Add(transfer.Description);
        _state.Add((short)transfer.State);
        _failureCode.Add(transfer.FailureCode);
        _debitEntryId.Add(transfer.DebitEntryId);
        _creditEntryId.Add(transfer.CreditEntryId);
        _refundEntryId.Add(transfer.RefundEntryId);
        _createdAt.Add(transfer.CreatedAt.UtcDateTime);
        _updatedAt.Add(transfer.UpdatedAt.UtcDateTime);
        _metadata.Add(transfer.Metadata);
        _bulkId.Add(transfer.BulkId);
        _reversesTransferId.Add(transfer.ReversesTransferId);
    }

    public void Clear()
    {
        _walletId.Clear();
        _transferId.Clear();
        _fromWalletId.Clear();
        _toWalletId.Clear();
        _amountMinor.Clear();
        _currency.Clear();
        _description.Clear();
        _state.Clear();
        _failureCode.Clear();
        _debitEntryId.Clear();
        _creditEntryId.Clear();
        _refundEntryId.Clear();
        _createdAt.Clear();
        _updatedAt.Clear();
        _metadata.Clear();
        _bulkId.Clear();
        _reversesTransferId.Clear();
    }
}

internal sealed class HoldColumns(NpgsqlCommand command)
{
    private readonly Column<Guid> _holdId = new(command, NpgsqlDbType.Uuid);
    private readonly Column<Guid> _walletId = new(command, NpgsqlDbType.Uuid);
    private readonly Column<long> _amountMinor = new(command, NpgsqlDbType.Bigint);
    private readonly Column<long> _capturedMinor = new(command, NpgsqlDbType.Bigint);
    private readonly Column<string> _currency = new(command, NpgsqlDbType.Text);
    private readonly Column<short> _state = new(command, NpgsqlDbType.Smallint);
    private readonly Column<DateTime?> _expiresAt = new(command, NpgsqlDbType.TimestampTz);
    private readonly Column<DateTime> _createdAt = new(command, NpgsqlDbType.TimestampTz);
    private readonly Column<DateTime> _updatedAt = new(command, NpgsqlDbType.TimestampTz);

    public void Add(HoldRow hold)
    {
        _holdId.Add(hold.HoldId);
        _walletId.Add(hold.WalletId);
        _amountMinor.Add(hold.AmountMinor);
        _capturedMinor.Add(hold.CapturedMinor);
        _currency.Add(hold.Currency);
        _state.Add((short)hold.State);
        _expiresAt.Add(hold.ExpiresAt?.UtcDateTime);
        _createdAt.Add(hold.CreatedAt.UtcDateTime);
        _updatedAt.Add(hold.UpdatedAt.UtcDateTime);
    }

    public void Clear()
    {
        _holdId.Clear();
        _walletId.Clear();
        _amountMinor.Clear();
        _capturedMinor.Clear();
        _currency.Clear();
        _state.Clear();
        _expiresAt.Clear();
        _createdAt.Clear();
        _updatedAt.Clear();
    }
}
