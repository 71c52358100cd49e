using WalletGrains.Journal.Activity;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Journal.BalanceSync;

/// <summary>Mobile users in memory with the observable behaviour of <see cref="PostgresMobileUserStore"/>, for tests and simulations.</summary>
/// <param name="wallets">The wallets, and whose they are.</param>
/// <param name="positions">The positions that moves go by, and their faults.</param>
/// <param name="jobs">Where jobs go.</param>
/// <param name="interceptor">Called around every write, with the id of the user or none; see <see cref="CommitInterceptor"/>.</param>
public sealed class MemoryMobileUserStore(
    MemoryJournal wallets, MemoryActivityPositions positions, MemoryJobStore jobs, CommitInterceptor? interceptor = null) : IMobileUserStore
{
    private static readonly Comparer<AccountKey> InOrder = Comparer<AccountKey>.Create(static (one, other) =>
        one.MobileUserId.CompareTo(other.MobileUserId) is not 0 and var byUser ? byUser : string.CompareOrdinal(one.AccountNumber, other.AccountNumber));

    private const decimal TooLarge = 1e18m;

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, MobileUserRow> _users = [];
    private readonly SortedDictionary<AccountKey, MobileAccountRow> _accounts = new(InOrder);
    private SweepRow _sweep = new(true, null, null, null);

    /// <inheritdoc/>
    public Task<MobileChange> CreateAsync(MobileUserRow user, MobileAccountRow account, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(account);
        return CommitAsync(user.MobileUserId, () =>
        {
            if (_users.Values.Any(known => known.UsernameKey == user.UsernameKey))
            {
                return MobileChange.Taken;
            }

            _users.Add(user.MobileUserId, user with { CreatedAt = user.CreatedAt.Stored(), UpdatedAt = user.CreatedAt.Stored() });
            Put(account with { IsPrimary = true, IsActive = true, CreatedAt = user.CreatedAt.Stored(), UpdatedAt = user.CreatedAt.Stored() });
            return MobileChange.Made;
        });
    }

    /// <inheritdoc/>
    public Task<MobileUserRows?> FindAsync(Guid mobileUserId, CancellationToken cancellationToken) => ReadAsync(
        () => _users.TryGetValue(mobileUserId, out var user)
            ? new MobileUserRows(user, [.. AccountsOf(mobileUserId).OrderByDescending(account => account.IsPrimary)], jobs.Now)
            : null,
        cancellationToken);

    /// <inheritdoc/>
    public Task<MobileUserRow?> FindByNameAsync(string usernameKey, CancellationToken cancellationToken) =>
        ReadAsync(() => _users.Values.SingleOrDefault(user => user.UsernameKey == usernameKey), cancellationToken);

    /// <inheritdoc/>
    public Task<MobileChange> AddAccountAsync(MobileAccountRow account, int maxAccounts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(account);
        return CommitAsync(account.MobileUserId, () =>
        {
            var accounts = AccountsOf(account.MobileUserId).ToList();
            if (!_users.ContainsKey(account.MobileUserId))
            {
                return MobileChange.NotFound;
            }

            if (accounts.Exists(known => known.AccountNumber == account.AccountNumber))
            {
                return MobileChange.Taken;
            }

            if (accounts.Count >= maxAccounts)
            {
                return MobileChange.TooMany;
            }

            Demote(account.IsPrimary ? accounts : [], account.CreatedAt);
            Put(account with { CreatedAt = account.CreatedAt.Stored(), UpdatedAt = account.CreatedAt.Stored() });
            return MobileChange.Made;
        });
    }

    /// <inheritdoc/>
    public Task<MobileChange> SetActiveAsync(Guid mobileUserId, bool isActive, DateTimeOffset at, CancellationToken cancellationToken) => CommitAsync(mobileUserId, () =>
    {
        if (!_users.TryGetValue(mobileUserId, out var user))
        {
            return MobileChange.NotFound;
        }

        _users[mobileUserId] = user with { IsActive = isActive, UpdatedAt = at.Stored() };
        return MobileChange.Made;
    });

    /// <inheritdoc/>
    public Task<MobileChange> ChangeAccountAsync(AccountKey account, bool? isActive, bool? isPrimary, DateTimeOffset at, CancellationToken cancellationToken) =>
        CommitAsync(account.MobileUserId, () =>
        {
            if (!_accounts.TryGetValue(account, out var row))
            {
                return MobileChange.NotFound;
            }

            Demote(isPrimary == true ? [.. AccountsOf(account.MobileUserId)] : [], at);
            Put(row with
            {
                IsActive = isActive ?? row.IsActive,
                InactiveReason = isActive is null ? row.InactiveReason : null,
                IsPrimary = isPrimary ?? row.IsPrimary,
                UpdatedAt = at.Stored(),
            });
            return MobileChange.Made;
        });

    /// <inheritdoc/>
    public Task<bool> IsSyncedAsync(AccountKey account, CancellationToken cancellationToken) =>
        ReadAsync(() => _accounts.TryGetValue(account, out var row) && IsSynced(row), cancellationToken);

    /// <inheritdoc/>
    public Task RecordBalanceAsync(AccountKey account, decimal balance, string currency, DateTimeOffset askedAt, CancellationToken cancellationToken) =>
        RecordAsync(account, row => Math.Abs(balance) >= TooLarge ? throw new JournalRejectedException("The balance is too large.")
        : row.LastSyncedAt is null || row.LastSyncedAt < askedAt.Stored() ? row with
        {
            Balance = balance,
            Currency = currency,
            LastSyncedAt = askedAt.Stored(),
            FailedAt = null,
            LastError = null,
            UpdatedAt = askedAt.Stored(),
        }
        : row);

    /// <inheritdoc/>
    public Task RecordFailureAsync(AccountKey account, string error, DateTimeOffset at, CancellationToken cancellationToken) =>
        RecordAsync(account, row => row.LastSyncedAt is null || row.LastSyncedAt < at.Stored()
            ? row with { FailedAt = at.Stored(), LastError = error, UpdatedAt = at.Stored() }
            : row);

    /// <inheritdoc/>
    public Task RecordGoneAsync(AccountKey account, string reason, DateTimeOffset at, CancellationToken cancellationToken) =>
        RecordAsync(account, row => row.IsActive ? row with { IsActive = false, InactiveReason = reason, UpdatedAt = at.Stored() } : row);

    /// <inheritdoc/>
    public Task<IReadOnlyList<AccountKey>> ReadSyncedAsync(AccountKey? after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, JournalLimits.MaxEnqueued);
        return ReadAsync<IReadOnlyList<AccountKey>>(
            () => [.. _accounts.Where(pair => (after is null || InOrder.Compare(pair.Key, after.Value) > 0) && IsSynced(pair.Value)).Select(pair => pair.Key).Take(limit)],
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<Guid, Guid>> FindOwnersAsync(IReadOnlyCollection<Guid> walletIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(walletIds);
        var owned = new Dictionary<Guid, Guid>();
        foreach (var walletId in walletIds)
        {
            if (await wallets.FindHeadAsync(walletId, cancellationToken) is { OwnerId: { } ownerId } && await FindAsync(ownerId, cancellationToken) is not null)
            {
                owned[walletId] = ownerId;
            }
        }

        return owned;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<AccountKey>> ReadSyncedOfAsync(IReadOnlyCollection<Guid> mobileUserIds, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<AccountKey>>(
            () => [.. _accounts.Where(pair => mobileUserIds.Contains(pair.Key.MobileUserId) && IsSynced(pair.Value)).Select(pair => pair.Key)], cancellationToken);

    /// <inheritdoc/>
    public Task<bool> EnqueueBehindAsync(PositionMove move, IReadOnlyList<NewJob> syncs, IReadOnlyList<NewJob> failed, CancellationToken cancellationToken) =>
        positions.MoveAsync(move, () =>
        {
            foreach (var job in syncs.Concat(failed))
            {
                jobs.Enqueue(job);
            }
        });

    /// <inheritdoc/>
    public Task<SweepRow> ReadSweepAsync(CancellationToken cancellationToken) => ReadAsync(() => _sweep, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> MoveSweepAsync(SweepRow from, SweepRow to, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        return CommitAsync(Guid.Empty, () =>
        {
            var isThere = Stored(from) with { IsRunning = _sweep.IsRunning } == _sweep;
            _sweep = isThere ? Stored(to) with { IsRunning = _sweep.IsRunning } : _sweep;
            return isThere;
        });

        static SweepRow Stored(SweepRow row) => row with { StartedAt = row.StartedAt?.Stored(), EndedAt = row.EndedAt?.Stored() };
    }

    /// <inheritdoc/>
    public Task SetRunningAsync(bool isRunning, CancellationToken cancellationToken) =>
        CommitAsync(Guid.Empty, () => _sweep = _sweep with { IsRunning = isRunning });

    /// <inheritdoc/>
    public Task<SweepProgress> ReadProgressAsync(DateTimeOffset since, CancellationToken cancellationToken) => ReadAsync(
        () => new SweepProgress(
            _accounts.Values.Count(account => account.IsActive && account.LastSyncedAt >= since),
            _accounts.Values.Count(account => account.IsActive && account.FailedAt >= since),
            _accounts.Values.Where(IsSynced).Min(account => (DateTimeOffset?)(account.LastSyncedAt ?? account.CreatedAt))),
        cancellationToken);

    private bool IsSynced(MobileAccountRow account) =>
        account.IsActive && _users[account.MobileUserId] is { IsActive: true, Context: MobileUserRow.MobileBanking };

    private IEnumerable<MobileAccountRow> AccountsOf(Guid mobileUserId) => _accounts.Values.Where(account => account.MobileUserId == mobileUserId);

    private void Demote(List<MobileAccountRow> accounts, DateTimeOffset at)
    {
        foreach (var account in accounts.Where(account => account.IsPrimary))
        {
            Put(account with { IsPrimary = false, UpdatedAt = at.Stored() });
        }
    }

    private void Put(MobileAccountRow account) => _accounts[new AccountKey(account.MobileUserId, account.AccountNumber)] = account;

    private Task<bool> RecordAsync(AccountKey account, Func<MobileAccountRow, MobileAccountRow> change) => CommitAsync(account.MobileUserId, () =>
    {
        if (_accounts.TryGetValue(account, out var row))
        {
            Put(change(row));
        }

        return true;
    });

    private async Task<T> CommitAsync<T>(Guid id, Func<T> commit)
    {
        await (interceptor?.Invoke(CommitPoint.Before, id) ?? Task.CompletedTask);
        T result;
        lock (_lock)
        {
            result = commit();
        }

        await (interceptor?.Invoke(CommitPoint.After, id) ?? Task.CompletedTask);
        return result;
    }

    private Task<T> ReadAsync<T>(Func<T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            return Task.FromResult(read());
        }
    }
}
