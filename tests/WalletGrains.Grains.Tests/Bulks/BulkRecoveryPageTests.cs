using WalletGrains.Contracts.Bulks;
using WalletGrains.Grains.Bulks;
using WalletGrains.Journal;
using Xunit;
using static WalletGrains.Grains.Tests.MemoryCluster;

namespace WalletGrains.Grains.Tests.Bulks;

/// <summary>A recovery with more to do than it can, on a cluster of its own.</summary>
public sealed class BulkRecoveryPageTests(MemoryCluster cluster) : IClassFixture<MemoryCluster>
{
    [Fact]
    public async Task A_whole_page_of_bulks_that_cannot_come_to_their_end_does_not_hide_those_behind_it()
    {
        var (from, to) = (await cluster.OpenAsync(1_000), await cluster.OpenAsync());

        // Bulks of a payer that never was: no hold of theirs can be looked for.
        var poison = new BulkLeg(Guid.CreateVersion7(), to, Usd(1));
        for (var i = 0; i < GrainLimits.SweepPage; i++)
        {
            var row = BulkRows.ToRow(new StartBulk(Guid.Empty, NewRequest(), [poison]), new IdGenerator(TimeProvider.System), DateTimeOffset.UnixEpoch.AddDays(1));
            await cluster.BulkStore.CreateAsync(row, TestContext.Current.CancellationToken);
        }

        var command = new StartBulk(Guid.Empty, NewRequest(), [new BulkLeg(from, to, Usd(10))]);
        cluster.Faults.DieAt(3, CommitPoint.Before);
        await cluster.Bulks.TransferAsync(command);
        cluster.Faults.Heal();

        Assert.Equal(1, await cluster.BulkRecovery.RunAsync(AnyAge));

        Assert.IsType<BulkOutcome.Completed>(await cluster.Bulks.TransferAsync(command));
        Assert.Equal([(990, 0), (10, 0)], await cluster.MoneyAsync(from, to));
    }
}
