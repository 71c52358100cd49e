using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Caching.Memory;
using WalletGrains.Api.Auth;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Http;
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

    /// <summary>Reads an amount of a wallet that the caller may use, in its currency. What is refused here uses no request id up.</summary>
    /// <param name="context">Whose request it is.</param>
    /// <param name="walletId">The wallet.</param>
    /// <param name="text">The member <c>amount</c> of its body.</param>
    /// <param name="mostMinor">The most it may be, as for <see cref="AmountText.TryRead(string, Currency, out Money, long)"/>.</param>
    /// <exception cref="UnavailableException">The store is away.</exception>
    public async ValueTask<(Money Amount, Problem? Refusal)> ReadAmountAsync(HttpContext context, Guid walletId, AmountText text, long mostMinor = long.MaxValue)
    {
        if (await FindAsync(walletId) is not { } known || !Caller.Of(context).MayUse(known.OwnerId))
        {
            return (default, Problem.NotFound);
        }

        var refusal = text.TryRead("amount", known.Currency, out var amount, mostMinor);
        return (amount, refusal);
    }

    public void Dispose() => _known.Dispose();

    private async Task<KnownWallet?> LoadAsync(Guid walletId)
    {
        // A wallet that does not exist is not remembered: it may be opened the next moment.
        return await grains.GetGrain<IWalletGrain>(walletId).GetProfileAsync() is { } wallet
            ? _known.Set(walletId, new KnownWallet(wallet.OwnerId, wallet.Currency), One)
            : null;
    }
}
