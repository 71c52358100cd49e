using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;

namespace WalletGrains.Grains.Wallets;

/// <content>Holds whose time is over.</content>
internal sealed partial class WalletPipeline
{
    /// <summary>Ends the committed holds whose time is over by this silo's clock; how many it ended.</summary>
    /// <exception cref="UnavailableException">The journal is away.</exception>
    public async Task<int> ExpireHoldsAsync()
    {
        if (await GetAsync() is null)
        {
            return 0;
        }

        var now = time.GetUtcNow();
        var expiries = _committed!.State.Details.Holds.All
            .Where(hold => hold.ExpiresAt <= now)
            .Select(hold => ExecuteAsync(new ExpireHold(hold.HoldId)))
            .ToList();
        var ended = 0;
        foreach (var expiry in expiries)
        {
            ended += await expiry is WalletOutcome.Accepted { Replayed: false } ? 1 : 0;
        }

        return ended;
    }
}
