using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Journal.BalanceSync;

/// <summary>The durable record of mobile users, their accounts, and the balances that the core banking system told of them.</summary>
/// <remarks>Every method throws <see cref="JournalUnavailableException"/> while the database is away; then nothing was written. Those that
/// write throw <see cref="JournalOutcomeUnknownException"/> when it may or may not be written, also later, and
/// <see cref="JournalRejectedException"/> when the database's own constraints refuse it. All methods may be called from many threads at once.</remarks>
public interface IMobileUserStore
{
    /// <summary>Writes a new user with its first account.</summary>
    /// <returns><see cref="MobileChange.Taken"/> when the name belongs to somebody.</returns>
    Task<MobileChange> CreateAsync(MobileUserRow user, MobileAccountRow account, CancellationToken cancellationToken);

    /// <summary>The user with its accounts; null when there is none with this id.</summary>
    Task<MobileUserRows?> FindAsync(Guid mobileUserId, CancellationToken cancellationToken);

    /// <summary>The user with this normalized name; null when there is none.</summary>
    Task<MobileUserRow?> FindByNameAsync(string usernameKey, CancellationToken cancellationToken);

    /// <summary>Adds an account; when it is to be the primary one, the other one is not any more.</summary>
    Task<MobileChange> AddAccountAsync(MobileAccountRow account, int maxAccounts, CancellationToken cancellationToken);

    /// <summary>Makes a user active or not.</summary>
    Task<MobileChange> SetActiveAsync(Guid mobileUserId, bool isActive, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Makes an account active or not, and the primary one or not; null leaves it as it is.</summary>
    Task<MobileChange> ChangeAccountAsync(AccountKey account, bool? isActive, bool? isPrimary, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Whether the balance of this account is to be kept up to date: account and user are active, and the user is a MOBILE_BANKING one.</summary>
    Task<bool> IsSyncedAsync(AccountKey account, CancellationToken cancellationToken);

    /// <summary>Writes what the core banking system told, unless something newer is there already.</summary>
    Task RecordBalanceAsync(AccountKey account, decimal balance, string currency, DateTimeOffset askedAt, CancellationToken cancellationToken);

    /// <summary>Writes that the core banking system could not be asked.</summary>
    Task RecordFailureAsync(AccountKey account, string error, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Makes an account inactive that the core banking system has no balance for.</summary>
    Task RecordGoneAsync(AccountKey account, string reason, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>The next accounts whose balances are to be kept up to date, in their order.</summary>
    /// <param name="after">The last one of the page before; null for the first page.</param>
    /// <param name="limit">At most so many; 1 to <see cref="JournalLimits.MaxEnqueued"/>.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    Task<IReadOnlyList<AccountKey>> ReadSyncedAsync(AccountKey? after, int limit, CancellationToken cancellationToken);

    /// <summary>Of these wallets those that belong to mobile users, with their owners. A mobile user is one from its first moment on: what is said of a
    /// wallet here stays so.</summary>
    Task<IReadOnlyDictionary<Guid, Guid>> FindOwnersAsync(IReadOnlyCollection<Guid> walletIds, CancellationToken cancellationToken);

    /// <summary>The accounts of these users whose balances are to be kept up to date, in their order.</summary>
    Task<IReadOnlyList<AccountKey>> ReadSyncedOfAsync(IReadOnlyCollection<Guid> mobileUserIds, CancellationToken cancellationToken);

    /// <summary>Enqueues jobs together with the move of the consumer that asks for them; false, and nothing written, when it does not stand where it must.</summary>
    /// <param name="move">The move.</param>
    /// <param name="syncs">Jobs that are done once more when they are running; each key once.</param>
    /// <param name="failed">Jobs of events that the consumer has skipped.</param>
    /// <param name="cancellationToken">Gives up before anything is sent.</param>
    Task<bool> EnqueueBehindAsync(PositionMove move, IReadOnlyList<NewJob> syncs, IReadOnlyList<NewJob> failed, CancellationToken cancellationToken);

    /// <summary>How far the users have been gone through.</summary>
    Task<SweepRow> ReadSweepAsync(CancellationToken cancellationToken);

    /// <summary>Moves the sweep on; false when it is not at <paramref name="from"/> any more. Whether it runs is left as it is.</summary>
    Task<bool> MoveSweepAsync(SweepRow from, SweepRow to, CancellationToken cancellationToken);

    /// <summary>Has users gone through, or not any more.</summary>
    Task SetRunningAsync(bool isRunning, CancellationToken cancellationToken);

    /// <summary>How the accounts stand since some time. It looks at all of them.</summary>
    Task<SweepProgress> ReadProgressAsync(DateTimeOffset since, CancellationToken cancellationToken);
}
