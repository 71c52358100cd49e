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
        foreach (var line in BugHunt.Report(catches))
        {
            output.WriteLine(line);
        }

        Assert.All(catches, found => Assert.True(found.Seeds is not null, $"Not caught: {found.Bug}"));
        Assert.Equal(19, catches.Count);
    }
}
