using WalletGrains.Contracts;
using WalletGrains.Contracts.Wallets;
using Xunit;
using static WalletGrains.Grains.Tests.Wallets.WalletBench;

namespace WalletGrains.Grains.Tests.Wallets;

/// <summary>What may come in between while a head row is read.</summary>
public sealed class WalletPipelineLoadTests
{
    [Fact]
    public void Callers_of_a_wallet_that_is_not_in_memory_share_one_load()
    {
        var bench = new WalletBench();
        bench.Open();
        var cold = new WalletBench(bench.Journal, bench.Time, bench.WalletId);
        var loads = cold.Journal.Loads;
        cold.Journal.HoldReads = true;
        var (reader, first, second) = (cold.Get(), cold.Deposit("a", 1), cold.Deposit("b", 2));
        cold.Journal.ReleaseReads();
        cold.Run();
        cold.Commit();
        Assert.Equal(0, Answered(reader)!.BalanceMinor);
        Assert.Equal((1, 3), (Accepted(first).Entry.BalanceAfterMinor, Accepted(second).Entry.BalanceAfterMinor));
        Assert.Equal(loads + 1, cold.Journal.Loads);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void A_command_that_comes_in_any_turn_of_a_load_is_not_forgotten(int turnsBefore)
    {
        // Nobody has a tail to decide on after a load that finds nothing: whoever comes then needs another one.
        var bench = new WalletBench();
        bench.Journal.HoldReads = true;
        var reader = bench.Get();
        bench.Journal.ReleaseReads();
        bench.Turns.Run(turnsBefore);
        var command = bench.Turns.Post(async () => await bench.ExecuteInTurn(new Deposit(RequestId.FromClient("r"), Usd(1))));
        bench.Run();
        Assert.Null(Answered(reader));
        Assert.Equal(NotDecidedReason.WalletNotFound, NotDecided(command));
    }

    [Fact]
    public void An_opening_that_joins_a_load_begun_before_it_finds_the_wallet()
    {
        var bench = new WalletBench();
        bench.Journal.HeldOpening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var opened = bench.Call(pipeline => pipeline.OpenAsync(new OpenWallet(Currency.Parse("USD"), null)));
        bench.Journal.HoldReads = true;
        var early = bench.Get();
        bench.Journal.HeldOpening.SetResult();
        bench.Run();
        Assert.False(opened.IsCompleted);
        bench.Journal.ReleaseReads();
        bench.Run();
        Assert.Equal(bench.WalletId, Answered(opened).WalletId);
        Assert.True(early.IsCompletedSuccessfully);
    }
}
