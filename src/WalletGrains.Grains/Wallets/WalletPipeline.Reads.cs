using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Journal;

namespace WalletGrains.Grains.Wallets;

/// <content>What is shown of the wallet, and how fresh it is.</content>
internal sealed partial class WalletPipeline
{
    private long _confirmedAt;
    private Task? _confirmation;

    /// <summary>The wallet as last committed, confirmed by the journal lately; null when there is none.</summary>
    /// <exception cref="UnavailableException">The journal is away.</exception>
    public async Task<Wallet?> GetAsync()
    {
        if (_committed is null)
        {
            await LoadForReaderAsync();
        }

        // Twice at most: the look under way may have been asked for long ago, by a reader before a freeze of this process.
        var calledAt = time.GetTimestamp();
        while (_committed is not null && time.GetElapsedTime(_confirmedAt, calledAt) > Limits.ReadFreshness)
        {
            await (_confirmation ??= ConfirmAsync());
        }

        return _committed is null ? null : WalletRows.ToWallet(_committed.State);
    }

    /// <summary>What never changes about the wallet; null when there is none.</summary>
    /// <exception cref="UnavailableException">The journal is away and the wallet is not in memory.</exception>
    public async Task<WalletProfile?> GetProfileAsync()
    {
        if (_committed is null)
        {
            await LoadForReaderAsync();
        }

        return _committed is { State: var state } ? new WalletProfile(state.WalletId, state.OwnerId, state.Currency) : null;
    }

    private async Task LoadForReaderAsync()
    {
        if (await LoadInTimeAsync() is LoadResult.Unavailable && _committed is null)
        {
            throw new UnavailableException($"Wallet {walletId} cannot be read now.");
        }
    }

    /// <summary>
    /// Makes sure that what is in memory is what is stored. Another activation may have moved the wallet on while the
    /// silos could not see each other: this one's next append would notice, but its readers must not wait for that.
    /// </summary>
    private async Task ConfirmAsync()
    {
        await Task.Yield();
        try
        {
            var askedAt = time.GetTimestamp();
            var head = await journal.FindHeadAsync(walletId, CancellationToken.None);
            if (head!.Revision > _committed!.Revision)
            {
                // Also when it is an append of this activation that has not been answered yet: it is durable.
                _committed = WalletRows.ToPosition(head);
                if (_inFlight == 0)
                {
                    _tail = null;
                }
            }

            _confirmedAt = askedAt;
        }
        catch (Exception e) when (e is JournalUnavailableException or JournalOverloadedException)
        {
            throw new UnavailableException($"Wallet {walletId} cannot be read now.", e);
        }
        finally
        {
            _confirmation = null;
        }
    }
}
