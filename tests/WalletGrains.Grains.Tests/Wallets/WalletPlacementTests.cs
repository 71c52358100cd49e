using Xunit;

namespace WalletGrains.Grains.Tests.Wallets;

[Collection<WalletClusterTests>]
public sealed class WalletPlacementTests(WalletCluster cluster)
{
    [Fact]
    public async Task Wallets_that_are_opened_in_a_quick_row_are_spread_over_the_silos()
    {
        const int count = 400;
        var wallets = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => cluster.OpenAsync()));
        var opened = wallets.Select(wallet => cluster.Wallet(wallet).GetGrainId()).ToHashSet();
        var management = cluster.Client.GetGrain<IManagementGrain>(0);
        var silos = (await management.GetHosts(onlyActive: true)).Count;
        var activations = await management.GetDetailedGrainStatistics();
        var bySilo = activations
            .Where(activation => opened.Contains(activation.GrainId))
            .CountBy(activation => activation.SiloAddress)
            .ToList();
        Assert.Equal(silos, bySilo.Count);
        Assert.All(bySilo, of => Assert.InRange(of.Value, count / silos / 2, count));
    }
}
