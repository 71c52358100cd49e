using Microsoft.Extensions.Caching.Memory;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Api.Wallets;

/// <summary>What never changes about a wallet.</summary>
/// <param name="OwnerId">The user it belongs to; null when it belongs to none.</param>
/// <param name="Currency">Its currency.</param>
internal sealed record KnownWallet(Guid? OwnerId, Currency Currency);

/// <summary>
/// Knows owner and currency of the wallets in use, so that a command costs one grain call and not two. Neither ever
/// changes, so what it knows never grows stale.
/// </summary>
internal sealed class WalletDirectory(IGrainFactory grains) : IDisposable
{
    private static readonly MemoryCacheEntryOptions One = new() { Size = 1 };

    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = ApiLimits.KnownWallets });

    /// <summary>The wallet; null when there is none with this id.</summary>
    /// <exception cref="UnavailableException">The store is away.</exception>
    public ValueTask<KnownWallet?> FindAsync(Guid walletId) =>
        _known.TryGetValue(walletId, out KnownWallet? known) ? new(known) : new(LoadAsync(walletId));

    public void Dispose() => _known.Dispose();

    private async Task<KnownWallet?> LoadAsync(Guid walletId)
    {
        // A wallet that does not exist is not remembered: it may be opened the next moment.
        return await grains.GetGrain<IWalletGrain>(walletId).GetProfileAsync() is { } wallet
            ? _known.Set(walletId, new KnownWallet(wallet.OwnerId, wallet.Currency), One)
            : null;
    }
}
