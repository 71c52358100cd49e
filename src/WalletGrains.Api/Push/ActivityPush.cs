using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using WalletGrains.Api.Fraud;
using WalletGrains.Api.Wallets;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Activity;
using WalletGrains.Contracts.Bills;
using WalletGrains.Contracts.Fraud;
using WalletGrains.Contracts.VirtualAccounts;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Api.Push;

/// <summary>Hands what happens to the connections of those whom it concerns. It never waits for a client.</summary>
internal sealed partial class ActivityPush(PushConnections connections, WalletDirectory wallets, IGrainFactory grains, ILogger<ActivityPush> logger)
{
    private readonly ConcurrentDictionary<Guid, int> _failures = new();

    /// <summary>Hands committed entries to their wallets' owners, in their order.</summary>
    /// <exception cref="UnavailableException">The owner of a wallet cannot be read now, and nothing was handed on.</exception>
    public async Task DeliverAsync(ActivityBatch batch)
    {
        // All at the same time: of wallets that this process meets for the first time the owner is asked for.
        var owners = batch.Events!.Select(happened => wallets.FindAsync(happened.WalletId).AsTask()).ToArray();
        await ((Task)Task.WhenAll(owners)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_failures.IsEmpty || !Array.TrueForAll(owners, owner => owner.IsCompletedSuccessfully))
        {
            await BearFailuresAsync(batch.Events!, owners);
        }

        for (var i = 0; i < owners.Length; i++)
        {
            if (owners[i] is { IsCompletedSuccessfully: true, Result.OwnerId: { } ownerId }
                && batch.Events![i].Entry is { } entry
                && connections.Of(ownerId) is { Count: > 0 } listening)
            {
                var update = WalletUpdated.Of(entry);
                foreach (var connection in listening)
                {
                    connection.Push(update);
                }
            }
        }
    }

    /// <summary>Hands a virtual account that was made to its wallet's owner. What cannot be told now is told by Resume.</summary>
    public async Task TellOfAccountAsync(VirtualAccount account)
    {
        try
        {
            if (!connections.IsEmpty
                && await wallets.FindAsync(account.WalletId) is { OwnerId: { } ownerId }
                && connections.Of(ownerId) is { Count: > 0 } listening)
            {
                var update = WalletUpdated.Of(account, (await grains.GetGrain<IWalletGrain>(account.WalletId).GetAsync())!);
                foreach (var connection in listening)
                {
                    connection.TellOfAccount(update);
                }
            }
        }
        catch (Exception exception) when (Errors.Failures.OfRead(exception) is not null)
        {
            LogAccountNotTold(logger, exception, account.WalletId);
        }
    }

    /// <summary>Hands a step of a bill's payment to the connections of the wallet's owner.</summary>
    public void TellOfBill(BillPayment payment)
    {
        if (payment.OwnerId is { } ownerId && connections.Of(ownerId) is { Count: > 0 } listening)
        {
            var step = BillUpdated.Of(payment);
            foreach (var connection in listening)
            {
                connection.TellOfBill(step);
            }
        }
    }

    /// <summary>Hands an alert to the operators who are connected.</summary>
    public void Alert(FraudAlert alert)
    {
        var shown = FraudAlertResponse.Of(alert);
        foreach (var connection in connections.OfOperators())
        {
            connection.Alert(shown);
        }
    }

    /// <summary>Goes on without wallets that cannot be read time and again although the store can; else it throws, so that the batch comes again.</summary>
    private async Task BearFailuresAsync(IReadOnlyList<ActivityEvent> events, Task<KnownWallet?>[] owners)
    {
        var isStoreThere = false;
        Exception? last = null;
        foreach (var (walletId, owner) in events.Select(happened => happened.WalletId).Zip(owners).DistinctBy(pair => pair.First))
        {
            if (owner.IsCompletedSuccessfully)
            {
                _failures.TryRemove(walletId, out _);
                continue;
            }

            if (!isStoreThere)
            {
                // While nothing can be read no wallet is at fault: then this throws.
                await grains.GetGrain<IActivityGrain>(0).FindEndAsync();
                isStoreThere = true;
            }

            var failures = _failures.AddOrUpdate(walletId, 1, static (_, before) => before + 1);
            var failure = owner.Exception?.GetBaseException() ?? new TaskCanceledException(owner);
            if (failures < ApiLimits.MaxOwnerFailures)
            {
                last = failure;
            }
            else if (failures == ApiLimits.MaxOwnerFailures)
            {
                LogGivenUp(logger, failure, walletId, failures);
            }
        }

        if (_failures.Count > ApiLimits.MaxUnreadableWallets)
        {
            _failures.Clear();
        }

        if (last is not null)
        {
            throw new UnavailableException("The owner of a wallet cannot be read.", last);
        }
    }

    [LoggerMessage(3230, LogLevel.Error, "Wallet {WalletId} could not be read {Tries} times; its owner is not told of it until it can")]
    private static partial void LogGivenUp(ILogger logger, Exception exception, Guid walletId, int tries);

    [LoggerMessage(3231, LogLevel.Information, "The owner of wallet {WalletId} is not told now of its virtual account")]
    private static partial void LogAccountNotTold(ILogger logger, Exception exception, Guid walletId);
}
