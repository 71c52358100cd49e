using WalletGrains.Simulation.Bugs;
using Xunit;

namespace WalletGrains.Simulation.Tests;

/// <summary>The proof that the simulation finds mistakes: known ones, planted around the grains.</summary>
public sealed class PlantedBugTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_planted_bug_is_caught()
    {
        var catches = BugHunt.Run(from: 0);
        var report = BugHunt.Report(catches).ToList();
        output.WriteLine(report[0]);
        output.WriteLine(report[1]);
        Assert.All(catches, found => Assert.True(found.Seeds is not null, $"Not caught: {found.Bug}"));
        Assert.StartsWith("caught 13/13 of wallets and transfers, ", report[0], StringComparison.Ordinal);
        Assert.StartsWith("caught 22/22 in all, ", report[1], StringComparison.Ordinal);
        Assert.Equal(
            [
                "compensated and completed", "compensation skipped", "dedup dropped", "dedup outside the commit", "fingerprint ignored", "hold captured twice",
                "hold not counted in available", "no version check", "refusal answered from uncommitted state", "reply before commit",
                "rounding through double", "stale activation's reads accepted as committed", "unknown treated as failed",
            ],
            catches.Select(found => found.Bug).Where(BugHunt.OfWallets.Contains).Order(StringComparer.Ordinal));
    }
}
