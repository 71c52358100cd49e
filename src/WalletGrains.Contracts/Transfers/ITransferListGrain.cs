using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Contracts.Transfers;

/// <summary>Lists of transfers for operators, straight from the journal. Key 0; every silo answers its own callers.</summary>
[Alias("walletgrains.ITransferListGrain")]
public interface ITransferListGrain : IGrainWithIntegerKey
{
    /// <summary>A page of transfers, the newest first.</summary>
    /// <param name="status">Only those that have come so far; null for all.</param>
    /// <param name="before">The last transfer of the page before; null for the first page.</param>
    /// <param name="limit">At most so many, up to <see cref="Limits.MaxPageSize"/>.</param>
    /// <exception cref="UnavailableException">The store is away.</exception>
    [Alias("List")]
    Task<Page<Transfer>> ListAsync(TransferStatus? status, Guid? before, int limit);
}
