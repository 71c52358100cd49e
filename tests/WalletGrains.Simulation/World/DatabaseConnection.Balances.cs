using WalletGrains.Journal.Activity;
using WalletGrains.Journal.BalanceSync;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Simulation.World;

/// <content>Mobile users and their balances, in the same database.</content>
internal sealed partial class DatabaseConnection : IMobileUserStore
{
    public Task<MobileChange> CreateAsync(MobileUserRow user, MobileAccountRow account, CancellationToken cancellationToken) =>
        Change(store => store.CreateAsync(user, account, cancellationToken));

    Task<MobileUserRows?> IMobileUserStore.FindAsync(Guid mobileUserId, CancellationToken cancellationToken) =>
        Look(store => store.FindAsync(mobileUserId, cancellationToken));

    public Task<MobileUserRow?> FindByNameAsync(string usernameKey, CancellationToken cancellationToken) =>
        Look(store => store.FindByNameAsync(usernameKey, cancellationToken));

    public Task<MobileChange> AddAccountAsync(MobileAccountRow account, int maxAccounts, CancellationToken cancellationToken) =>
        Change(store => store.AddAccountAsync(account, maxAccounts, cancellationToken));

    public Task<MobileChange> SetActiveAsync(Guid mobileUserId, bool isActive, DateTimeOffset at, CancellationToken cancellationToken) =>
        Change(store => store.SetActiveAsync(mobileUserId, isActive, at, cancellationToken));

    public Task<MobileChange> ChangeAccountAsync(AccountKey account, bool? isActive, bool? isPrimary, DateTimeOffset at, CancellationToken cancellationToken) =>
        Change(store => store.ChangeAccountAsync(account, isActive, isPrimary, at, cancellationToken));

    public Task<bool> IsSyncedAsync(AccountKey account, CancellationToken cancellationToken) => Look(store => store.IsSyncedAsync(account, cancellationToken));

    public Task RecordBalanceAsync(AccountKey account, decimal balance, string currency, DateTimeOffset askedAt, CancellationToken cancellationToken) =>
        Write(() => database.Balances.RecordAsync(account, store => store.RecordBalanceAsync(account, balance, currency, askedAt, cancellationToken)));

    public Task RecordFailureAsync(AccountKey account, string error, DateTimeOffset at, CancellationToken cancellationToken) =>
        Write(() => database.Balances.RecordAsync(account, store => store.RecordFailureAsync(account, error, at, cancellationToken)));

    public Task RecordGoneAsync(AccountKey account, string reason, DateTimeOffset at, CancellationToken cancellationToken) =>
        Write(() => database.Balances.RecordAsync(account, store => store.RecordGoneAsync(account, reason, at, cancellationToken)));

    public Task<IReadOnlyList<AccountKey>> ReadSyncedAsync(AccountKey? after, int limit, CancellationToken cancellationToken) =>
        Look(store => store.ReadSyncedAsync(after, limit, cancellationToken));

    public Task<IReadOnlyDictionary<Guid, Guid>> FindOwnersAsync(IReadOnlyCollection<Guid> walletIds, CancellationToken cancellationToken) =>
        Look(store => store.FindOwnersAsync(walletIds, cancellationToken));

    public Task<IReadOnlyList<AccountKey>> ReadSyncedOfAsync(IReadOnlyCollection<Guid> mobileUserIds, CancellationToken cancellationToken) =>
        Look(store => store.ReadSyncedOfAsync(mobileUserIds, cancellationToken));

    public Task<bool> EnqueueBehindAsync(PositionMove move, IReadOnlyList<NewJob> syncs, IReadOnlyList<NewJob> failed, CancellationToken cancellationToken) =>
        Write(() => database.Balances.Durable.EnqueueBehindAsync(move, syncs, failed, cancellationToken));

    public Task<SweepRow> ReadSweepAsync(CancellationToken cancellationToken) => Look(store => store.ReadSweepAsync(cancellationToken));

    public Task<bool> MoveSweepAsync(SweepRow from, SweepRow to, CancellationToken cancellationToken) => Change(store => store.MoveSweepAsync(from, to, cancellationToken));

    public Task SetRunningAsync(bool isRunning, CancellationToken cancellationToken) => Change(async store =>
    {
        await store.SetRunningAsync(isRunning, cancellationToken);
        return true;
    });

    public Task<SweepProgress> ReadProgressAsync(DateTimeOffset since, CancellationToken cancellationToken) => Look(store => store.ReadProgressAsync(since, cancellationToken));

    private Task<T> Change<T>(Func<IMobileUserStore, Task<T>> change) => Write(() => database.Balances.CommitAsync(() => change(database.Balances.Durable)));

    private Task<T> Look<T>(Func<IMobileUserStore, Task<T>> read) => Read(() => read(database.Balances.Durable));
}
