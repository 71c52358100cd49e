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
        var overdue = _committed!.State.Details.Holds.All.Where(hold => hold.ExpiresAt <= now).ToList();
        var outcomes = await Task.WhenAll(overdue.Select(hold => ExecuteAsync(new ExpireHold(hold.HoldId))));
        return outcomes.Count(outcome => outcome is WalletOutcome.Accepted { Replayed: false });
    }
}
