using WalletGrains.Journal;

namespace WalletGrains.Simulation.Bugs;

/// <summary>A journal that passes everything on; bugs change what they need.</summary>
internal abstract class JournalDecorator(IJournal inner) : IJournal
{
    protected IJournal Inner => inner;

    public virtual Task<AppendStatus> AppendAsync(WalletAppend append) => inner.AppendAsync(append);

    public Task<bool> OpenAsync(WalletHead opening) => inner.OpenAsync(opening);

    public virtual Task<LoadedWallet?> LoadAsync(Guid walletId, IReadOnlyCollection<string> requestIds, CancellationToken cancellationToken) =>
        inner.LoadAsync(walletId, requestIds, cancellationToken);

    public virtual Task<WalletHead?> FindHeadAsync(Guid walletId, CancellationToken cancellationToken) => inner.FindHeadAsync(walletId, cancellationToken);

    public Task<long> SumReversedAsync(Guid transferId, CancellationToken cancellationToken) => inner.SumReversedAsync(transferId, cancellationToken);

    public Task<HoldRow?> FindHoldAsync(Guid holdId, CancellationToken cancellationToken) => inner.FindHoldAsync(holdId, cancellationToken);

    public Task<IReadOnlyList<HoldRow>> ReadExpiredHoldsAsync(DateTimeOffset at, HoldRow? after, int limit, CancellationToken cancellationToken) =>
        inner.ReadExpiredHoldsAsync(at, after, limit, cancellationToken);

    public Task<StoredDecision?> FindDecisionAsync(Guid walletId, string requestId, CancellationToken cancellationToken) =>
        inner.FindDecisionAsync(walletId, requestId, cancellationToken);

    public Task<IReadOnlyList<WalletEntry>> ReadEntriesAsync(EntryQuery query, CancellationToken cancellationToken) =>
        inner.ReadEntriesAsync(query, cancellationToken);

    public Task<WalletEntry?> FindEntryAsync(Guid entryId, CancellationToken cancellationToken) => inner.FindEntryAsync(entryId, cancellationToken);

    public Task<IReadOnlyList<WalletHead>> ReadHeadsOfOwnerAsync(Guid ownerId, Guid afterWalletId, int limit, CancellationToken cancellationToken) =>
        inner.ReadHeadsOfOwnerAsync(ownerId, afterWalletId, limit, cancellationToken);

    public Task<TransferRow?> FindTransferAsync(Guid transferId, CancellationToken cancellationToken) => inner.FindTransferAsync(transferId, cancellationToken);

    public Task<IReadOnlyList<TransferRow>> ReadUnfinishedTransfersAsync(
        DateTimeOffset before, TransferRow? after, int limit, CancellationToken cancellationToken) =>
        inner.ReadUnfinishedTransfersAsync(before, after, limit, cancellationToken);
}
