using WalletGrains.Contracts.Activity;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Grains.Activity;
using WalletGrains.Journal.Activity;
using WalletGrains.Journal.BalanceSync;
using WalletGrains.Journal.Jobs;

namespace WalletGrains.Grains.BalanceSync;

/// <summary>Queues the accounts of mobile users in whose wallets something has happened. A wallet without a mobile user costs one look-up, and then a look into
/// memory for each entry: whether it has one never changes.</summary>
internal sealed class TransactionSyncEffects(IMobileUserStore users, ICoreBanking core, IdGenerator ids) : IActivityEffects
{
    private readonly Dictionary<Guid, Guid?> _owners = [];
    private readonly HashSet<Guid> _asked = [];
    private bool _hasQueued;

    /// <inheritdoc />
    public int Count => _asked.Count;

    /// <inheritdoc />
    public async Task PrepareAsync(IReadOnlyList<ActivityEvent> events)
    {
        if (!core.IsConfigured)
        {
            return;
        }

        var unknown = events.Where(Concerns).Select(happened => happened.WalletId).Where(walletId => !_owners.ContainsKey(walletId)).ToHashSet();
        if (unknown.Count == 0)
        {
            return;
        }

        if (_owners.Count + unknown.Count > BalanceSyncLimits.MaxKnownOwners)
        {
            // Looked up again where they are met again, those of these events too.
            _owners.Clear();
            unknown = events.Where(Concerns).Select(happened => happened.WalletId).ToHashSet();
        }

        var owned = await users.FindOwnersAsync(unknown, CancellationToken.None);
        foreach (var walletId in unknown)
        {
            _owners[walletId] = owned.TryGetValue(walletId, out var owner) ? owner : null;
        }
    }

    /// <inheritdoc />
    public void Apply(ActivityEvent happened)
    {
        if (core.IsConfigured && Concerns(happened) && _owners.GetValueOrDefault(happened.WalletId) is { } owner)
        {
            _asked.Add(owner);
        }
    }

    /// <inheritdoc />
    public void Skip(ActivityEvent happened)
    {
        // The next transaction, or the next sweep, has the balance asked for.
    }

    /// <inheritdoc />
    public async Task<bool> WriteAsync(PositionMove move, IReadOnlyList<NewJob> jobs)
    {
        var accounts = _asked.Count == 0 ? [] : await users.ReadSyncedOfAsync(_asked, CancellationToken.None);
        var isWritten = await users.EnqueueBehindAsync(
            move, [.. accounts.Select(account => BalanceSyncJobs.For(account, JobLane.Normal, ids))], jobs, CancellationToken.None);
        _hasQueued |= isWritten && accounts.Count > 0;
        return isWritten;
    }

    /// <inheritdoc />
    public void Clear() => _asked.Clear();

    /// <inheritdoc />
    public void Reset() => Clear();

    /// <summary>Whether anything was queued since the last call.</summary>
    public bool TakeQueued()
    {
        var hadQueued = _hasQueued;
        _hasQueued = false;
        return hadQueued;
    }

    // What cannot be read may be anything.
    private static bool Concerns(ActivityEvent happened) => happened.Entry is not { } entry || EntryTypes.IsTransaction(entry.Type);
}
