using WalletGrains.Contracts.Fraud;
using WalletGrains.Contracts.Wallets;
using WalletGrains.Grains.Fraud;
using WalletGrains.Grains.Tests.Wallets;
using Xunit;

namespace WalletGrains.Grains.Tests.Fraud;

public sealed class FraudOptionsTests
{
    [Fact]
    public void The_defaults_are_valid() => new FraudOptions().Validate();

    public static TheoryData<FraudOptions, string> Wrong => new()
    {
        { new FraudOptions { Frequency = new() { Count = 1 } }, "Fraud:Frequency:Count" },
        { new FraudOptions { Frequency = new() { WindowSeconds = 0 } }, "Fraud:Frequency:WindowSeconds" },
        { new FraudOptions { Frequency = new() { Types = ["WITHDRAWAL"] } }, "Fraud:Frequency:Types" },
        { new FraudOptions { Frequency = new() { Action = 0 } }, "Fraud:Frequency:Action" },
        { new FraudOptions { LargeAmount = new() { Threshold = 0 } }, "Fraud:LargeAmount:Threshold" },
        { new FraudOptions { LargeAmount = new() { Thresholds = new() { ["XXQ"] = 1 } } }, "Fraud:LargeAmount:Thresholds:XXQ" },
        { new FraudOptions { LargeAmount = new() { Thresholds = new() { ["USD"] = -1 } } }, "Fraud:LargeAmount:Thresholds:USD" },
        { new FraudOptions { LargeAmount = new() { Types = ["SET_LIMITS"] } }, "Fraud:LargeAmount:Types" },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void A_setting_that_means_nothing_is_named(FraudOptions options, string setting) =>
        Assert.Contains(setting, Assert.Throws<ArgumentException>(options.Validate).Message, StringComparison.Ordinal);

    [Fact]
    public void A_rule_that_refuses_does_so_within_the_wallets_turn_and_for_ever()
    {
        var options = new FraudOptions { LargeAmount = new() { Threshold = 5, Action = FraudAction.Refuse } };
        options.Validate();
        var bench = new WalletBench(gate: options.ToGate());
        bench.Open();
        var deposit = bench.Deposit("in", 100_000);
        bench.Commit();
        WalletBench.Accepted(deposit);
        var (small, large) = (bench.Withdraw("small", 499), bench.Withdraw("large", 500));
        bench.Commit();
        WalletBench.Accepted(small);
        Assert.Equal(WalletRefusal.LimitExceeded, WalletBench.Refused(large).Refusal);
        var again = bench.Withdraw("large", 500);
        bench.Commit();
        Assert.True(WalletBench.Refused(again).Replayed);
        Assert.Equal(99_501, bench.Balance());
    }
}
