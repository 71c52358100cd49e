using System.Diagnostics.CodeAnalysis;

namespace WalletGrains.Api.Push;

/// <summary>What became of an update.</summary>
internal enum OutboxResult
{
    /// <summary>It waits to be sent.</summary>
    Waits,

    /// <summary>It is not newer than what was taken before, or the wallet's replay brings it.</summary>
    NotNeeded,

    /// <summary>There is no room left, even with only the newest update of each wallet: the client is too slow.</summary>
    Overflow,
}

/// <summary>
/// The updates that wait for one connection. Of each wallet only newer ones come out than came out before. It is bounded: when it is
/// full, only the newest update of each wallet stays, and says how many it stands for.
/// </summary>
/// <param name="capacity">Updates that may wait; at most half as many wallets may have one waiting after it was full.</param>
/// <param name="maxFollowed">Wallets it remembers.</param>
internal sealed class Outbox(int capacity, int maxFollowed)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Followed> _followed = [];
    private Queue<Waiting> _waiting = new();

    /// <summary>How many wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Adds an update of now.</summary>
    /// <param name="update">The update.</param>
    /// <param name="conflated">How many waiting ones were left out for newer ones.</param>
    public OutboxResult Add(WalletUpdated update, out int conflated)
    {
        conflated = 0;
        lock (_gate)
        {
            var wallet = Follow(update.WalletId);
            if (wallet.Replaying)
            {
                wallet.Noted = Math.Max(wallet.Noted, update.Version);
                return OutboxResult.NotNeeded;
            }

            return update.Version <= wallet.Newest ? OutboxResult.NotNeeded : Enqueue(wallet, new Waiting(update, wallet, IsReplay: false), out conflated);
        }
    }

    /// <summary>
    /// Begins to replay a wallet: its updates of now are only noted until <see cref="TryEndReplay"/>, since the journal has them, too. What waits
    /// of it is left to the replay.
    /// </summary>
    /// <param name="walletId">The wallet.</param>
    /// <param name="known">The version that the client has.</param>
    /// <returns>The version after which to begin: later than the known one when newer updates were taken already.</returns>
    public long BeginReplay(Guid walletId, long known)
    {
        lock (_gate)
        {
            var wallet = Follow(walletId);
            wallet.Replaying = true;
            wallet.Noted = wallet.Newest;
            if (wallet.Newest > wallet.Taken)
            {
                _waiting = new Queue<Waiting>(_waiting.Where(waiting => waiting.Wallet != wallet));
                wallet.Newest = wallet.Taken;
            }

            return Math.Max(known, wallet.Taken);
        }
    }

    /// <summary>Adds an update of a wallet that is being replayed.</summary>
    public OutboxResult AddReplayed(WalletUpdated update, out int conflated)
    {
        lock (_gate)
        {
            var wallet = Follow(update.WalletId);
            return Enqueue(wallet, new Waiting(update, wallet, IsReplay: true), out conflated);
        }
    }

    /// <summary>Ends the replay of a wallet, unless newer updates than it has reached were noted.</summary>
    /// <param name="walletId">The wallet.</param>
    /// <param name="reached">The version that the replay ended with; updates of now follow on it.</param>
    public bool TryEndReplay(Guid walletId, long reached)
    {
        lock (_gate)
        {
            var wallet = Follow(walletId);
            if (wallet.Noted > reached)
            {
                return false;
            }

            wallet.Replaying = false;
            wallet.Taken = wallet.Taken == wallet.Newest ? Math.Max(wallet.Taken, reached) : wallet.Taken;
            wallet.Newest = Math.Max(wallet.Newest, reached);
            return true;
        }
    }

    /// <summary>Forgets a wallet whose replay was begun and that is not the client's.</summary>
    public void Forget(Guid walletId)
    {
        lock (_gate)
        {
            _followed.Remove(walletId);
        }
    }

    /// <summary>Takes what is to be sent next.</summary>
    /// <param name="update">The update.</param>
    /// <param name="isReplay">Whether it is of the past.</param>
    public bool TryTake([NotNullWhen(true)] out WalletUpdated? update, out bool isReplay)
    {
        lock (_gate)
        {
            if (!_waiting.TryDequeue(out var next))
            {
                (update, isReplay) = (null, false);
                return false;
            }

            next.Wallet.Taken = next.Update.Version;
            (update, isReplay) = (next.Update, next.IsReplay);
            return true;
        }
    }

    private OutboxResult Enqueue(Followed wallet, Waiting added, out int conflated)
    {
        wallet.Newest = added.Update.Version;
        _waiting.Enqueue(added);
        conflated = 0;
        if (_waiting.Count <= capacity)
        {
            return OutboxResult.Waits;
        }

        conflated = KeepNewest();
        return _waiting.Count > capacity / 2 ? OutboxResult.Overflow : OutboxResult.Waits;
    }

    /// <summary>Leaves out every update that a newer one of its wallet follows. Half of the room is free after it, or the client is
    /// given up: so the work of it, spread over the updates that fill the room again, is small.</summary>
    private int KeepNewest()
    {
        var before = _waiting.Count;
        var kept = new Queue<Waiting>();
        var skipped = new Dictionary<Followed, long>();
        foreach (var waiting in _waiting)
        {
            skipped.Remove(waiting.Wallet, out var left);
            if (waiting.Update.Version == waiting.Wallet.Newest)
            {
                kept.Enqueue(left == 0 ? waiting : waiting with { Update = waiting.Update with { Skipped = waiting.Update.Skipped + left } });
            }
            else
            {
                skipped.Add(waiting.Wallet, left + waiting.Update.Skipped + 1);
            }
        }

        _waiting = kept;
        return before - kept.Count;
    }

    private Followed Follow(Guid walletId)
    {
        if (_followed.TryGetValue(walletId, out var known))
        {
            return known;
        }

        if (_followed.Count >= maxFollowed)
        {
            foreach (var (id, _) in _followed.Where(pair => !pair.Value.Replaying && pair.Value.Newest == pair.Value.Taken).ToList())
            {
                _followed.Remove(id);
            }
        }

        return _followed[walletId] = new Followed();
    }

    /// <summary>One wallet, as far as this connection is concerned.</summary>
    private sealed class Followed
    {
        /// <summary>The newest version that was taken, or that the client has.</summary>
        public long Taken { get; set; }

        /// <summary>The newest version that was taken or waits.</summary>
        public long Newest { get; set; }

        /// <summary>A replay brings its updates.</summary>
        public bool Replaying { get; set; }

        /// <summary>The newest version that came by during the replay.</summary>
        public long Noted { get; set; }
    }

    private sealed record Waiting(WalletUpdated Update, Followed Wallet, bool IsReplay);
}
