using WalletGrains.Api.Wallets;
using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Api.Push;

/// <summary>Hands committed entries to the connections of the wallets' owners. It never waits for a client.</summary>
internal sealed class ActivityPush(PushConnections connections, WalletDirectory wallets)
{
    /// <summary>Hands them on, in their order.</summary>
    /// <exception cref="UnavailableException">The owner of a wallet cannot be read now. Nothing from its entry on was handed on; doing
    /// it all again repeats nothing.</exception>
    public async ValueTask DeliverAsync(IReadOnlyList<Entry> entries)
    {
        // Each process pays for the entries of all: where nobody listens it should be nothing.
        if (connections.IsEmpty)
        {
            return;
        }

        foreach (var entry in entries)
        {
            if (await wallets.FindAsync(entry.WalletId) is { OwnerId: { } ownerId } && connections.Of(ownerId) is { Count: > 0 } listening)
            {
                var update = WalletUpdated.Of(entry);
                foreach (var connection in listening)
                {
                    connection.Push(update);
                }
            }
        }
    }
}
