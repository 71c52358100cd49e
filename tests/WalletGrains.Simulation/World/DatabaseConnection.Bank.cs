using WalletGrains.Journal.Jobs;
using WalletGrains.Journal.Users;
using WalletGrains.Journal.VirtualAccounts;

namespace WalletGrains.Simulation.World;

/// <content>Virtual accounts, the bank's reports, and the users they are for, in the same database.</content>
internal sealed partial class DatabaseConnection : IVirtualAccountStore, IBankInbox, IUserDirectory
{
    public Task<bool> TryInsertAsync(VirtualAccountRow account) => Write(() => database.Bank.TryInsertAsync(account));

    Task<VirtualAccountRow?> IVirtualAccountStore.FindAsync(string accountNumber, CancellationToken cancellationToken) =>
        Read(() => database.Bank.FindAsync(accountNumber, cancellationToken));

    public Task<VirtualAccountRow?> FindOfWalletAsync(Guid walletId, CancellationToken cancellationToken) =>
        Read(() => database.Bank.FindOfWalletAsync(walletId, cancellationToken));

    public Task<IReadOnlyList<VirtualAccountRow>> FindOfWalletsAsync(IReadOnlyCollection<Guid> walletIds, CancellationToken cancellationToken) =>
        Read(() => database.Bank.FindOfWalletsAsync(walletIds, cancellationToken));

    public Task<BankCreditRow?> ReceiveAsync(BankCreditRow credit, NewJob job, CancellationToken cancellationToken) =>
        Write(() => database.Inbox.ReceiveAsync(credit, job, cancellationToken));

    public Task ContradictAsync(BankCreditRow reported, NewJob alert) => Write(async () =>
    {
        await database.Inbox.ContradictAsync(reported, alert);
        return true;
    });

    public Task ReopenAsync(string reference, NewJob job) => Write(async () =>
    {
        await database.Inbox.ReopenAsync(reference, job);
        return true;
    });

    public Task<bool> DiscardAsync(Guid jobId) => Write(() => database.Inbox.DiscardAsync(jobId));

    public Task MarkCreditedAsync(string reference, BankCreditEntry credit) => Write(async () =>
    {
        await database.Inbox.MarkCreditedAsync(reference, credit);
        return true;
    });

    Task<BankCreditRow?> IBankInbox.FindAsync(string reference, CancellationToken cancellationToken) =>
        Read(() => database.Inbox.FindAsync(reference, cancellationToken));

    Task<IReadOnlyList<BankCreditRow>> IBankInbox.FindAsync(IReadOnlyCollection<string> references, CancellationToken cancellationToken) =>
        Read(() => database.Inbox.FindAsync(references, cancellationToken));

    Task<IReadOnlyList<BankCreditRow>> IBankInbox.ReadAsync(DateTimeOffset from, DateTimeOffset to, BankCreditRow? after, CancellationToken cancellationToken) =>
        Read(() => database.Inbox.ReadAsync(from, to, after, cancellationToken));

    public Task SaveReconciliationAsync(DateOnly day, DateTimeOffset ranAt, ReadOnlyMemory<byte> content) => Write(async () =>
    {
        await database.Inbox.SaveReconciliationAsync(day, ranAt, content);
        return true;
    });

    public Task<byte[]?> FindReconciliationAsync(DateOnly day, CancellationToken cancellationToken) =>
        Read(() => database.Inbox.FindReconciliationAsync(day, cancellationToken));

    Task<UserRow?> IUserDirectory.FindAsync(Guid userId, CancellationToken cancellationToken) =>
        Read(() => Task.FromResult(database.Users.GetValueOrDefault(userId)));
}
