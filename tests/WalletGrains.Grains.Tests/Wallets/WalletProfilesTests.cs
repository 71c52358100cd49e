using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Grains.Wallets;
using Xunit;

namespace WalletGrains.Grains.Tests.Wallets;

[Collection<WalletClusterTests>]
public sealed class WalletProfilesTests(WalletCluster cluster)
{
    [Fact]
    public async Task A_wallet_is_known_from_when_it_is_opened_and_asked_once()
    {
        var (profiles, wallet, owner) = (new WalletProfiles(), Guid.CreateVersion7(), Guid.CreateVersion7());
        Assert.Null(await profiles.FindAsync(wallet, cluster.Client));
        await cluster.Wallet(wallet).OpenAsync(new OpenWallet(Currency.Parse("NGN"), owner));
        var first = await profiles.FindAsync(wallet, cluster.Client);
        Assert.Equal(new WalletProfile(wallet, owner, Currency.Parse("NGN")), first);
        Assert.Same(first, await profiles.FindAsync(wallet, cluster.Client));
    }
}
