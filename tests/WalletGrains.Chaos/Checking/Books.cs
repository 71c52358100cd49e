using System.Text.Json;
using WalletGrains.Chaos.Traffic;

namespace WalletGrains.Chaos.Checking;

/// <summary>An entry as it is in the database.</summary>
/// <param name="WalletId">The wallet.</param>
/// <param name="Version">Its place in the wallet's history.</param>
/// <param name="EntryId">Its public id.</param>
/// <param name="RequestId">As stored, with its prefix.</param>
/// <param name="Type">Name of the entry type.</param>
/// <param name="AmountMinor">Signed change of the balance.</param>
/// <param name="BalanceAfterMinor">The balance after it.</param>
/// <param name="Content">The bytes that were hashed.</param>
/// <param name="Hash">SHA-256 of the hash before it and the content.</param>
internal sealed record BookEntry(
    Guid WalletId, long Version, Guid EntryId, string RequestId, string Type, long AmountMinor, long BalanceAfterMinor, byte[] Content, byte[] Hash);

/// <summary>Where a wallet stands, as its head row or the product says.</summary>
internal sealed record BookHead(Guid WalletId, long Version, long BalanceMinor, long HeldMinor)
{
    /// <summary>As the HTTP interface shows it, in major units.</summary>
    public static BookHead Shown(Guid walletId, JsonElement wallet) => new(
        walletId,
        wallet.GetProperty("version").GetInt64(),
        (long)(wallet.GetProperty("balance").GetDecimal() * 100),
        (long)(wallet.GetProperty("held").GetDecimal() * 100));
}

/// <summary>A transfer as it is in the database.</summary>
internal sealed record BookTransfer(
    Guid TransferId, Guid FromWalletId, Guid ToWalletId, long AmountMinor, TransferStep Step, Guid? DebitId, Guid? CreditId, Guid? RefundId);

/// <summary>How far a transfer has come, by the numbers in the database.</summary>
internal enum TransferStep
{
    Debited = 1,
    Completed = 2,
    Compensated = 3,
    Failed = 4,
}

/// <summary>A hold as it is in the database.</summary>
internal sealed record BookHold(Guid HoldId, Guid WalletId, long AmountMinor, long CapturedMinor, HoldStep Step);

/// <summary>How far a hold has come, by the numbers in the database.</summary>
internal enum HoldStep
{
    Active = 1,
    Captured = 2,
    Released = 3,
    Expired = 4,
}

/// <summary>What the database holds about some wallets at one moment.</summary>
/// <param name="readAt">Timestamp before it was read.</param>
/// <param name="heads">The wallets.</param>
/// <param name="entries">Ordered by wallet and version.</param>
/// <param name="refused">Wallet and stored request id of every refusal.</param>
/// <param name="transfers">Those with one of the wallets as payer.</param>
/// <param name="holds">On the wallets.</param>
internal sealed class Books(
    long readAt,
    IReadOnlyList<BookHead> heads,
    IReadOnlyList<BookEntry> entries,
    IReadOnlySet<(Guid WalletId, string RequestId)> refused,
    IReadOnlyList<BookTransfer> transfers,
    IReadOnlyList<BookHold> holds)
{
    private readonly ILookup<(Guid, string), BookEntry> _byRequest = entries.ToLookup(entry => (entry.WalletId, entry.RequestId));

    public long ReadAt => readAt;

    public IReadOnlyList<BookHead> Heads => heads;

    public IReadOnlyList<BookEntry> Entries => entries;

    public IReadOnlyList<BookTransfer> Transfers => transfers;

    public IReadOnlyList<BookHold> Holds => holds;

    /// <summary>The entries an operation has made on the wallet that decides it: one, or none.</summary>
    public IEnumerable<BookEntry> EntriesOf(Operation operation) => _byRequest[(operation.WalletId, StoredId(operation))];

    /// <summary>Whether it is decided, one way or the other.</summary>
    public bool Knows(Operation operation) => refused.Contains((operation.WalletId, StoredId(operation))) || EntriesOf(operation).Any();

    /// <summary>The prefix tells ids of clients from those of the product's own steps.</summary>
    private static string StoredId(Operation operation) => "c:" + operation.RequestId;
}
