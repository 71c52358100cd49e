using Microsoft.Extensions.Logging;
using WalletGrains.Api.Errors;
using WalletGrains.Api.Wallets;
using WalletGrains.Contracts;
using WalletGrains.Contracts.VirtualAccounts;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Api.Push;

/// <summary>
/// Sends a connection again what it missed, out of the journal. Updates of now are only noted meanwhile: a replay ends when it has
/// reached the newest noted one, which the journal has for certain, since it was committed before it was noted.
/// </summary>
internal sealed class Replay(IGrainFactory grains, WalletDirectory wallets, ILogger<Replay> logger) : IDisposable
{
    private readonly SemaphoreSlim _places = new(ApiLimits.MaxReplaysInProgress);

    /// <summary>Replays wallets of the connection's user.</summary>
    /// <param name="connection">Where to.</param>
    /// <param name="known">By wallet the version that its client has.</param>
    /// <returns>By wallet of the user the version after which nothing is left out.</returns>
    public async Task<IReadOnlyDictionary<Guid, long>> RunAsync(PushConnection connection, IReadOnlyDictionary<Guid, long> known)
    {
        // Before anything is waited for: from here on nothing of these wallets is sent but by this replay.
        var from = connection.BeginReplays(known);
        try
        {
            var budget = ApiLimits.MaxReplayedEntries;
            foreach (var walletId in known.Keys)
            {
                if (await wallets.FindAsync(walletId) is not { } wallet || wallet.OwnerId != connection.UserId)
                {
                    from.Remove(walletId);
                    connection.Forget(walletId);
                    continue;
                }

                budget -= await ReplayAsync(connection, walletId, from, Math.Min(budget, ApiLimits.MaxReplayedEntriesOfWallet));
            }

            await TellOfAccountsAsync(connection, [.. from.Keys]);
            return from;
        }
        catch (OperationCanceledException) when (connection.Closed.IsCancellationRequested)
        {
            return from;
        }
        catch (Exception exception) when (Failures.OfRead(exception) is { } problem)
        {
            // Half of it is sent, and of the other half updates of now were only noted: going on would leave a gap.
            ReplayLog.Failed(logger, connection.UserId, exception.Message);
            await connection.CloseAsync(DropReason.ReplayFailed, problem.Detail, allowReconnect: true);
            return from;
        }
    }

    public void Dispose() => _places.Dispose();

    /// <returns>How many entries it sent, up to the budget.</returns>
    private async Task<int> ReplayAsync(PushConnection connection, Guid walletId, Dictionary<Guid, long> from, int budget)
    {
        // A client cannot know more than there is: updates that come must not be taken for old ones.
        var head = await HeadAsync(walletId);
        var reached = from[walletId] = Math.Min(from[walletId], head);
        var left = budget;
        while (true)
        {
            var onlyNewest = head - reached > left;
            var after = onlyNewest ? head - 1 : reached;
            var page = await ReadAsync(() => grains.GetGrain<IWalletQueryGrain>(0).GetEntriesAfterAsync(walletId, after, Limits.MaxPageSize), connection.Closed);
            foreach (var entry in onlyNewest ? page.Items.TakeLast(1) : page.Items)
            {
                await connection.ReplayAsync(WalletUpdated.Of(entry) with { Skipped = entry.Version - reached - 1 });
                reached = entry.Version;
            }

            left = onlyNewest ? 0 : Math.Max(0, left - page.Items.Count);
            if (!page.HasMore && connection.TryEndReplay(walletId, reached))
            {
                return budget - left;
            }

            head = left == 0 ? await HeadAsync(walletId) : head;
        }
    }

    /// <summary>Whether the client knows the accounts nobody can tell; there are few, and they never change.</summary>
    private async Task TellOfAccountsAsync(PushConnection connection, List<Guid> walletIds)
    {
        if (walletIds.Count == 0)
        {
            return;
        }

        foreach (var account in await ReadAsync(() => grains.GetGrain<IVirtualAccountDirectoryGrain>(0).ListOfWalletsAsync(walletIds), connection.Closed))
        {
            connection.TellOfAccount(WalletUpdated.Of(account, (await grains.GetGrain<IWalletGrain>(account.WalletId).GetAsync())!));
        }
    }

    private async Task<long> HeadAsync(Guid walletId) => (await grains.GetGrain<IWalletGrain>(walletId).GetAsync())!.Version;

    /// <summary>A place is held for a read only, never while a client is waited for.</summary>
    private async Task<T> ReadAsync<T>(Func<Task<T>> read, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            return await read();
        }
        finally
        {
            _places.Release();
        }
    }
}
