using WalletGrains.Journal;
using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.VirtualAccounts;
using WalletGrains.Simulation.Audit;

namespace WalletGrains.Simulation.World;

/// <summary>The rows of virtual accounts and of the bank's reports, with faults around each write, and an auditor that is told of what was written.</summary>
internal sealed class SimulatedBankRows(CommitInterceptor interceptor, SimulatedJobs jobs, BankBooks books) : IVirtualAccountStore, IBankInbox
{
    private readonly MemoryVirtualAccounts _accounts = new();
    private readonly MemoryBankInbox _inbox = new(jobs.Durable);

    /// <summary>Writes an account without faults.</summary>
    public void InsertDurably(VirtualAccountRow account)
    {
        if (_accounts.TryInsertAsync(account).Result)
        {
            books.NoteAccount(account);
        }
    }

    public Task<bool> TryInsertAsync(VirtualAccountRow account) => CommitAsync(() => _accounts.TryInsertAsync(account), isNew =>
    {
        if (isNew)
        {
            books.NoteAccount(account);
        }
    });

    public Task<VirtualAccountRow?> FindAsync(string accountNumber, CancellationToken cancellationToken) => _accounts.FindAsync(accountNumber, cancellationToken);

    public Task<VirtualAccountRow?> FindOfWalletAsync(Guid walletId, CancellationToken cancellationToken) => _accounts.FindOfWalletAsync(walletId, cancellationToken);

    public Task<IReadOnlyList<VirtualAccountRow>> FindOfWalletsAsync(IReadOnlyCollection<Guid> walletIds, CancellationToken cancellationToken) =>
        _accounts.FindOfWalletsAsync(walletIds, cancellationToken);

    public Task<BankCreditRow?> ReceiveAsync(BankCreditRow credit, NewJob job, CancellationToken cancellationToken) => CommitAsync(
        () => _inbox.ReceiveAsync(credit, job, cancellationToken),
        known =>
        {
            jobs.NoteEnqueued(job);
            if (known is null)
            {
                books.NoteStored(credit);
            }
        });

    public Task ContradictAsync(BankCreditRow reported, NewJob alert) => CommitAsync(
        async () =>
        {
            await _inbox.ContradictAsync(reported, alert);
            return true;
        },
        _ => jobs.NoteEnqueued(alert));

    public Task ReopenAsync(string reference, NewJob job) => CommitAsync(
        async () =>
        {
            await _inbox.ReopenAsync(reference, job);
            return true;
        },
        _ => jobs.NoteEnqueued(job));

    public Task<bool> DiscardAsync(Guid jobId) => CommitAsync(() => _inbox.DiscardAsync(jobId), static _ => { });

    public Task MarkCreditedAsync(string reference, BankCreditEntry credit) => CommitAsync(
        async () =>
        {
            await _inbox.MarkCreditedAsync(reference, credit);
            return true;
        },
        _ => books.NoteCredited(reference, credit));

    Task<BankCreditRow?> IBankInbox.FindAsync(string reference, CancellationToken cancellationToken) => _inbox.FindAsync(reference, cancellationToken);

    public Task<IReadOnlyList<BankCreditRow>> FindAsync(IReadOnlyCollection<string> references, CancellationToken cancellationToken) =>
        _inbox.FindAsync(references, cancellationToken);

    public Task<IReadOnlyList<BankCreditRow>> ReadAsync(DateTimeOffset from, DateTimeOffset to, BankCreditRow? after, CancellationToken cancellationToken) =>
        _inbox.ReadAsync(from, to, after, cancellationToken);

    public Task SaveReconciliationAsync(DateOnly day, DateTimeOffset ranAt, ReadOnlyMemory<byte> content) => _inbox.SaveReconciliationAsync(day, ranAt, content);

    public Task<byte[]?> FindReconciliationAsync(DateOnly day, CancellationToken cancellationToken) => _inbox.FindReconciliationAsync(day, cancellationToken);

    private async Task<T> CommitAsync<T>(Func<Task<T>> commit, Action<T> committed)
    {
        await interceptor(CommitPoint.Before, Guid.Empty);
        var result = await commit();
        committed(result);
        await interceptor(CommitPoint.After, Guid.Empty);
        return result;
    }
}
