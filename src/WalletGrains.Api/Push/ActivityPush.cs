using WalletGrains.Api.Fraud;
using WalletGrains.Api.Wallets;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Activity;
using WalletGrains.Contracts.Fraud;

namespace WalletGrains.Api.Push;

/// <summary>Hands committed entries to the connections of the wallets' owners. It never waits for a client.</summary>
internal sealed class ActivityPush(PushConnections connections, WalletDirectory wallets)
{
    /// <summary>Hands them on, in their order.</summary>
    /// <exception cref="UnavailableException">The owner of a wallet cannot be read now, and nothing was handed on.</exception>
    public async Task DeliverAsync(ActivityBatch batch)
    {
        // All at the same time: of wallets that this process meets for the first time the owner is asked for.
        var owners = await Task.WhenAll(batch.Events!.Select(happened => wallets.FindAsync(happened.WalletId).AsTask()));
        for (var i = 0; i < owners.Length; i++)
        {
            if (owners[i] is { OwnerId: { } ownerId }
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

    /// <summary>Hands an alert to the operators who are connected.</summary>
    public void Alert(FraudAlert alert)
    {
        var shown = FraudAlertResponse.Of(alert);
        foreach (var connection in connections.OfOperators())
        {
            connection.Alert(shown);
        }
    }
}
