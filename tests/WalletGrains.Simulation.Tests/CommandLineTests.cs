using Xunit;

namespace WalletGrains.Simulation.Tests;

/// <summary>What <c>./simulate</c> answers to.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--seeds", "2", "--from", "40")]
    [InlineData("--seed", "40")]
    [InlineData("--seeds", "1", "--from", "2147483647")]
    public void A_run_without_failures_ends_with_0(params string[] arguments) => Assert.Equal(0, CommandLine.Run(arguments));

    [Theory]
    [InlineData("--seed")]
    [InlineData("--seed", "x")]
    [InlineData("--seeds", "-1")]
    [InlineData("40")]
    [InlineData("--from", "2147483647", "--seeds", "3")]
    [InlineData("--from", "2147483647")]
    [InlineData("--from", "2147483647", "--bugs")]
    public void Arguments_that_mean_nothing_end_with_2(params string[] arguments) => Assert.Equal(2, CommandLine.Run(arguments));
}
