namespace WalletGrains.Journal.VirtualAccounts;

/// <summary>Virtual accounts in memory with the observable behaviour of <see cref="PostgresVirtualAccounts"/>, for tests and simulations.</summary>
/// <param name="interceptor">Called around every write with the id of the wallet; see <see cref="CommitInterceptor"/>.</param>
public sealed class MemoryVirtualAccounts(CommitInterceptor? interceptor = null) : IVirtualAccountStore
{
    private readonly Lock _lock = new();
    private readonly List<VirtualAccountRow> _accounts = [];

    /// <inheritdoc/>
    public async Task<bool> TryInsertAsync(VirtualAccountRow account)
    {
        ArgumentNullException.ThrowIfNull(account);
        await (interceptor?.Invoke(CommitPoint.Before, account.WalletId) ?? Task.CompletedTask);
        bool isNew;
        lock (_lock)
        {
            isNew = !_accounts.Exists(known => known.AccountNumber == account.AccountNumber || known.WalletId == account.WalletId);
            if (isNew)
            {
                _accounts.Add(account with { CreatedAt = account.CreatedAt.Stored() });
            }
        }

        await (interceptor?.Invoke(CommitPoint.After, account.WalletId) ?? Task.CompletedTask);
        return isNew;
    }

    /// <inheritdoc/>
    public Task<VirtualAccountRow?> FindAsync(string accountNumber, CancellationToken cancellationToken) =>
        Read(() => _accounts.Find(known => known.AccountNumber == accountNumber), cancellationToken);

    /// <inheritdoc/>
    public Task<VirtualAccountRow?> FindOfWalletAsync(Guid walletId, CancellationToken cancellationToken) =>
        Read(() => _accounts.Find(known => known.WalletId == walletId), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<VirtualAccountRow>> FindOfWalletsAsync(IReadOnlyCollection<Guid> walletIds, CancellationToken cancellationToken) =>
        Read<IReadOnlyList<VirtualAccountRow>>(() => _accounts.FindAll(known => walletIds.Contains(known.WalletId)), cancellationToken);

    private Task<T> Read<T>(Func<T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            return Task.FromResult(read());
        }
    }
}
