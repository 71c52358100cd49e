using System.Collections.Concurrent;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Grains.Wallets;

/// <summary>
/// What never changes about the wallets that this silo has met, so that a transfer need not ask its receiver first. Bounded:
/// when it is full it begins anew, and each wallet costs one more call.
/// </summary>
public sealed class WalletProfiles
{
    private readonly ConcurrentDictionary<Guid, WalletProfile> _known = new();
    private int _count;

    /// <summary>The wallet; null when there is none with this id, which is not remembered: it may be opened the next moment.</summary>
    public async ValueTask<WalletProfile?> FindAsync(Guid walletId, IGrainFactory grains)
    {
        if (_known.TryGetValue(walletId, out var known))
        {
            return known;
        }

        var profile = await grains.GetGrain<IWalletGrain>(walletId).GetProfileAsync();
        if (profile is not null && _known.TryAdd(walletId, profile) && Interlocked.Increment(ref _count) >= GrainLimits.MaxKnownProfiles)
        {
            _known.Clear();
            Interlocked.Exchange(ref _count, 0);
        }

        return profile;
    }
}
