using Npgsql;

namespace WalletGrains.Journal.Reading;

/// <summary>Column lists and the rows made of them, side by side so that they stay in step.</summary>
internal static class RowReader
{
    /// <summary>Columns of <see cref="Head"/>, for a table alias w.</summary>
    public const string HeadColumns =
        "w.wallet_id, w.owner_id, w.currency, w.status, w.version, w.revision, w.balance_minor, w.held_minor, w.head_hash, w.created_at, w.updated_at, w.details";

    /// <summary>Number of columns in <see cref="HeadColumns"/>.</summary>
    public const int HeadColumnCount = 12;

    /// <summary>Columns of <see cref="Entry"/>, for a table alias e.</summary>
    public const string EntryColumns =
        "e.wallet_id, e.version, e.entry_id, e.request_id, e.fingerprint, e.type, e.amount_minor, e.balance_after_minor, e.counter_account, e.created_at, e.content, e.hash";

    /// <summary>Number of columns in <see cref="EntryColumns"/>.</summary>
    public const int EntryColumnCount = 12;

    /// <summary>Columns of <see cref="Refusal"/>, for a table alias r.</summary>
    public const string RefusalColumns = "r.request_id, r.fingerprint, r.content, r.created_at";

    /// <summary>Columns of <see cref="Transfer"/>, for a table alias t.</summary>
    public const string TransferColumns =
        "t.transfer_id, t.from_wallet_id, t.to_wallet_id, t.amount_minor, t.currency, t.description, t.state, t.failure_code, t.debit_entry_id, t.credit_entry_id, t.refund_entry_id, t.created_at, t.updated_at, t.metadata, t.bulk_id, t.reverses_transfer_id";

    /// <summary>Columns of <see cref="Hold"/>, for a table alias h.</summary>
    public const string HoldColumns = "h.hold_id, h.wallet_id, h.amount_minor, h.captured_minor, h.currency, h.state, h.expires_at, h.created_at, h.updated_at";

    /// <summary>Reads a head row whose columns start at <paramref name="first"/>.</summary>
    public static WalletHead Head(NpgsqlDataReader row, int first = 0) => new(
        WalletId: row.GetGuid(first),
        OwnerId: NullableGuid(row, first + 1),
        Currency: row.GetString(first + 2),
        Status: row.GetString(first + 3),
        Version: row.GetInt64(first + 4),
        Revision: row.GetInt64(first + 5),
        BalanceMinor: row.GetInt64(first + 6),
        HeldMinor: row.GetInt64(first + 7),
        HeadHash: row.GetFieldValue<byte[]>(first + 8),
        CreatedAt: row.GetFieldValue<DateTimeOffset>(first + 9),
        UpdatedAt: row.GetFieldValue<DateTimeOffset>(first + 10),
        Details: row.GetFieldValue<byte[]>(first + 11));

    /// <summary>Reads an entry whose columns start at <paramref name="first"/>.</summary>
    public static WalletEntry Entry(NpgsqlDataReader row, int first = 0) => new(
        WalletId: row.GetGuid(first),
        Version: row.GetInt64(first + 1),
        EntryId: row.GetGuid(first + 2),
        RequestId: row.GetString(first + 3),
        Fingerprint: row.GetFieldValue<byte[]>(first + 4),
        Type: row.GetString(first + 5),
        AmountMinor: row.GetInt64(first + 6),
        BalanceAfterMinor: row.GetInt64(first + 7),
        CounterAccount: row.GetString(first + 8),
        CreatedAt: row.GetFieldValue<DateTimeOffset>(first + 9),
        Content: row.GetFieldValue<byte[]>(first + 10),
        Hash: row.GetFieldValue<byte[]>(first + 11));

    /// <summary>Reads a refusal whose columns start at <paramref name="first"/>.</summary>
    public static RefusedRequest Refusal(NpgsqlDataReader row, int first) => new(
        RequestId: row.GetString(first),
        Fingerprint: row.GetFieldValue<byte[]>(first + 1),
        Content: row.GetFieldValue<byte[]>(first + 2),
        CreatedAt: row.GetFieldValue<DateTimeOffset>(first + 3));

    public static TransferRow Transfer(NpgsqlDataReader row) => new(
        TransferId: row.GetGuid(0),
        FromWalletId: row.GetGuid(1),
        ToWalletId: row.GetGuid(2),
        AmountMinor: row.GetInt64(3),
        Currency: row.GetString(4),
        Description: NullableString(row, 5),
        State: (TransferState)row.GetInt16(6),
        FailureCode: NullableString(row, 7),
        DebitEntryId: NullableGuid(row, 8),
        CreditEntryId: NullableGuid(row, 9),
        RefundEntryId: NullableGuid(row, 10),
        CreatedAt: row.GetFieldValue<DateTimeOffset>(11),
        UpdatedAt: row.GetFieldValue<DateTimeOffset>(12),
        Metadata: NullableString(row, 13),
        BulkId: NullableGuid(row, 14),
        ReversesTransferId: NullableGuid(row, 15));

    public static HoldRow Hold(NpgsqlDataReader row) => new(
        HoldId: row.GetGuid(0),
        WalletId: row.GetGuid(1),
        AmountMinor: row.GetInt64(2),
        CapturedMinor: row.GetInt64(3),
        Currency: row.GetString(4),
        State: (HoldState)row.GetInt16(5),
        ExpiresAt: row.IsDBNull(6) ? null : row.GetFieldValue<DateTimeOffset>(6),
        CreatedAt: row.GetFieldValue<DateTimeOffset>(7),
        UpdatedAt: row.GetFieldValue<DateTimeOffset>(8));

    private static Guid? NullableGuid(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetGuid(column);

    private static string? NullableString(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
