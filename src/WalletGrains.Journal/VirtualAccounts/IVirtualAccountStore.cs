namespace WalletGrains.Journal.VirtualAccounts;

/// <summary>The row of a virtual account.</summary>
/// <param name="AccountNumber">Its number: ten digits.</param>
/// <param name="WalletId">The wallet it belongs to.</param>
/// <param name="AccountName">The name payers are shown.</param>
/// <param name="BankCode">The bank's three digits.</param>
/// <param name="BankName">The bank's name.</param>
/// <param name="Provider">Who made it.</param>
/// <param name="Currency">What can be paid to it.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record VirtualAccountRow(
    string AccountNumber,
    Guid WalletId,
    string AccountName,
    string BankCode,
    string BankName,
    string Provider,
    string Currency,
    DateTimeOffset CreatedAt);

/// <summary>The virtual accounts. Rows are written once and stay.</summary>
/// <remarks>Every method throws <see cref="JournalUnavailableException"/> while the database is away; the one that writes throws
/// <see cref="JournalOutcomeUnknownException"/> when the answer was lost.</remarks>
public interface IVirtualAccountStore
{
    /// <summary>Writes an account; false when its number, or its wallet, has one already.</summary>
    Task<bool> TryInsertAsync(VirtualAccountRow account);

    /// <summary>The account with this number; null when there is none.</summary>
    Task<VirtualAccountRow?> FindAsync(string accountNumber, CancellationToken cancellationToken);

    /// <summary>The account of a wallet; null when it has none.</summary>
    Task<VirtualAccountRow?> FindOfWalletAsync(Guid walletId, CancellationToken cancellationToken);

    /// <summary>The accounts of these wallets, up to <see cref="JournalLimits.MaxPage"/>, of those that have one; in no order.</summary>
    Task<IReadOnlyList<VirtualAccountRow>> FindOfWalletsAsync(IReadOnlyCollection<Guid> walletIds, CancellationToken cancellationToken);
}
